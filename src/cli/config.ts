/**
 * Settings that are not on the command line: the config file, and over it the environment. Both name options as the flags
 * do, in camel case (`unitGap`) and as PERFSCOPE_UNIT_GAP. One config file serves all commands: a command takes what it
 * knows; a key that no command knows is an error.
 */
import { createRequire } from 'node:module';
import type { AsyncSearcher, Loader } from 'lilconfig';
import type { Options } from 'yargs';
import { PerfscopeError } from '../errors.js';
import { camel } from './options.js';

/** CommonJS: an import would read through all of it for the names of its exports first. */
const { lilconfig } = createRequire(import.meta.url)('lilconfig') as typeof import('lilconfig');

export type Settings = Record<string, unknown>;

const PLACES = [
  'perfscope.config.json',
  'perfscope.config.js',
  'perfscope.config.mjs',
  '.perfscoperc',
  '.perfscoperc.json',
];

export interface Found {
  readonly path: string;
  readonly values: Settings;
}

/** The config file named, or the one found here or in a folder above. */
export async function readConfig(file: string | undefined, here: string): Promise<Found | null> {
  const searcher: AsyncSearcher = lilconfig('perfscope', {
    searchPlaces: ['package.json', ...PLACES],
    packageProp: 'perfscope',
    loaders: { '.json': json, noExt: json },
  });
  let found;
  try {
    found = file === undefined ? await searcher.search(here) : await searcher.load(file);
  } catch (error) {
    if (error instanceof PerfscopeError) throw error;
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const message = missing
      ? 'there is no such config file'
      : `the config file cannot be read: ${(error as Error).message}`;
    throw new PerfscopeError('config', message, { path: file ?? here });
  }
  if (found === null || found.isEmpty === true || found.config === undefined) return null;
  const values: unknown = found.config;
  if (typeof values !== 'object' || values === null || Array.isArray(values))
    throw new PerfscopeError('config', 'the config is not an object', { path: found.filepath });
  return { path: found.filepath, values: values as Settings };
}

/** Names the file that is wrong, which JSON.parse does not know. */
const json: Loader = (filepath, content) => {
  try {
    return JSON.parse(content) as unknown;
  } catch (error) {
    throw new PerfscopeError('config', `the config file is not JSON: ${(error as Error).message}`, { path: filepath });
  }
};

/** Refuses keys that are the name of no option of any command. */
export function checkKeys(found: Found, known: ReadonlySet<string>): void {
  for (const key of Object.keys(found.values)) {
    if (known.has(camel(key))) continue;
    const advice = `Keys are the names of options: ${[...known].filter((k) => near(k, key)).join(', ') || 'jobs, method, unitGap, ...'}.`;
    throw new PerfscopeError('config', `${key}: there is no such option`, { path: found.path }, advice);
  }
}

function near(a: string, b: string): boolean {
  return a.toLowerCase().startsWith(b.toLowerCase().slice(0, 3));
}

/** What config and environment say of the options of one command; the environment goes over the config. */
export function settingsFor(
  options: Readonly<Record<string, Options>>,
  config: Settings,
  env: NodeJS.ProcessEnv,
): Settings {
  const given: Settings = {};
  const byCamel = new Map(Object.entries(config).map(([k, v]) => [camel(k), v]));
  for (const [name, option] of Object.entries(options)) {
    if (byCamel.has(camel(name))) given[name] = byCamel.get(camel(name));
    const text = env[`PERFSCOPE_${name.toUpperCase().replaceAll('-', '_')}`];
    if (text === undefined || text === '') continue;
    given[name] = fromText(text, option);
  }
  return given;
}

function fromText(text: string, option: Options): unknown {
  if (option.array === true) return text.split(/[\s,]+/);
  if (option.type === 'number' || option.type === 'count') return Number(text);
  if (option.type === 'boolean') return !['0', 'false', 'no'].includes(text.toLowerCase());
  return text;
}
