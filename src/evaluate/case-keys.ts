/** The groups that a case belongs to: its server, what was injected, what recorded it. Pure. */

/** Of a case.json, or of a row of an evaluation. */
export interface Keyed {
  readonly platform?: unknown;
  readonly system: string;
  readonly operator?: unknown;
  readonly recorder?: unknown;
}

/** Names that mean the same server. */
const SAME: Readonly<Record<string, string>> = {
  apache: 'httpd',
  apache2: 'httpd',
  node: 'node.js',
  nodejs: 'node.js',
  postgres: 'postgresql',
  sshd: 'openssh',
  nutcracker: 'twemproxy',
};

/**
 * The server that a case is of, as far as its cases are alike: `platform` where it is given, else the first word of `system`,
 * without a version. All programs on Node.js are one, for they share the runtime whose calls are seen.
 */
export function serverOf({ platform, system }: Pick<Keyed, 'platform' | 'system'>): string {
  const name = firstWord(nameIn(platform, 'name') ?? system);
  return SAME[name] ?? name;
}

/** Which fault was put in; null: none was. */
export function operatorOf({ operator }: Pick<Keyed, 'operator'>): string | null {
  return nameIn(operator, 'name');
}

/** The tool that recorded the incident, without its version; null: the case does not say. */
export function recorderOf({ recorder }: Pick<Keyed, 'recorder'>): string | null {
  const tool = nameIn(recorder, 'tool');
  return tool === null ? null : firstWord(tool);
}

/** A name that is given alone, or in an object under `key`. */
function nameIn(value: unknown, key: string): string | null {
  const name: unknown = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : value;
  return typeof name === 'string' && name.trim() !== '' ? name.trim() : null;
}

/** `Apache/2.4.58 (Unix)` is apache, `redis-7.0.15` and `redis 7` are redis, `node.js` and `apache2` stay what they are. */
function firstWord(text: string): string {
  const word = text
    .trim()
    .split(/[\s(),;:/@]/, 1)[0]!
    .toLowerCase();
  return word.replace(/[-_]?v?\d+(\.\d+)+.*$|[-_]v?\d+$/, '') || word || 'unknown';
}
