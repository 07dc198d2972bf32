/** What holds for a whole recording of ftrace's rings. */
export interface Preamble {
  readonly version: 1;
  readonly host: string;
  readonly kernel: string;
  /** Of uname(2). */
  readonly machine: string;
  readonly command: string;
  /** What to add to times of the ring (CLOCK_MONOTONIC) for ns since 1970; decimal, as a double does not hold it. */
  readonly clockOffset: string;
  /** A moment of the ring's clock shortly before the first event, ns; decimal. */
  readonly clockBase: string;
  /** The same for this file, where a recording goes on from file to file. */
  readonly fileBase: string;
  /** events/header_page: how pages are laid out. */
  readonly page: string;
  /** events/.../format of each event that is recorded, by `system:name`. */
  readonly formats: Readonly<Record<string, string>>;
  /** Programs that are recorded: path -> build id, hexadecimal. */
  readonly builds: Readonly<Record<string, string>>;
}

const TEXTS = ['host', 'kernel', 'machine', 'command', 'clockOffset', 'clockBase', 'fileBase', 'page'] as const;

/** What the first frame tells, or why it does not. */
export function readPreamble(content: Uint8Array): Preamble | string {
  let value: Partial<Record<string, unknown>>;
  try {
    value = JSON.parse(Buffer.from(content).toString('utf8')) as Partial<Record<string, unknown>>;
  } catch {
    return 'its first frame is no description of a recording';
  }
  if (typeof value['version'] === 'number' && value['version'] > 1) return 'it was recorded by a later perfscope';
  const whole =
    TEXTS.every((key) => typeof value[key] === 'string') &&
    /^-?\d+$/.test(value['clockOffset'] as string) &&
    [value['clockBase'], value['fileBase']].every((ns) => /^\d+$/.test(ns as string)) &&
    isTexts(value['formats']) &&
    isTexts(value['builds']);
  return whole ? (value as unknown as Preamble) : 'its first frame does not describe the recording';
}

function isTexts(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.values(value).every((v) => typeof v === 'string');
}
