/**
 * Settings that are not on the command line: the config file, and over it the environment. Both name options as the flags
 * do, in camel case (`unitGap`) and as PERFSCOPE_UNIT_GAP. One config file serves all commands: a command takes what it
 * knows; a key that no command knows is an error.
 */
import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Options } from 'yargs';
import { PerfscopeError } from '../errors.js';
import { textWithin } from '../lib/read-within.js';
import { nearest } from './near.js';
import { camel } from './options.js';

export type Settings = Record<string, unknown>;

/** Looked for in this order in each folder; package.json counts where it has a key "perfscope". */
const PLACES = [
  'package.json',
  'perfscope.config.json',
  'perfscope.config.js',
  'perfscope.config.mjs',
  '.perfscoperc',
  '.perfscoperc.json',
];

const MOST_BYTES = 1024 * 1024;

const LOOKS = 'It looks like {"jobs": 2, "window": "5m"}.';

export interface Found {
  readonly path: string;
  readonly values: Settings;
}

/** The config file named, or the one found here or in a folder above, up to the user's own. */
export async function readConfig(file: string | undefined, here: string): Promise<Found | null> {
  if (file !== undefined) return readFound(path.resolve(here, file));
  for (let folder = path.resolve(here); ; folder = path.dirname(folder)) {
    for (const name of PLACES) {
      const place = path.join(folder, name);
      // A pipe of that name would keep us waiting.
      const isFile = await stat(place).then(
        (stats) => stats.isFile(),
        () => false,
      );
      const found = isFile ? await readFound(place) : null;
      if (found !== null) return found;
    }
    if (folder === homedir() || folder === path.dirname(folder)) return null;
  }
}

/** Null for a file that says nothing of perfscope. */
async function readFound(file: string): Promise<Found | null> {
  const values = /\.[cm]?js$/.test(file) ? await evaluated(file) : await parsed(file);
  if (values === undefined) return null;
  if (typeof values !== 'object' || values === null || Array.isArray(values))
    throw new PerfscopeError('config', 'the config is not an object', { path: file }, LOOKS);
  return { path: file, values: values as Settings };
}

async function parsed(file: string): Promise<unknown> {
  const text = await textWithin(file, MOST_BYTES).catch((error: unknown) => {
    throw unreadable(error, file);
  });
  if (text.trim() === '') return undefined;
  let values: unknown;
  try {
    values = JSON.parse(text);
  } catch (error) {
    const message = `the config file is not JSON: ${(error as Error).message}`;
    throw new PerfscopeError('config', message, { path: file }, LOOKS);
  }
  if (path.basename(file) !== 'package.json') return values;
  return (values as { perfscope?: unknown } | null)?.perfscope;
}

async function evaluated(file: string): Promise<unknown> {
  try {
    await stat(file);
    return ((await import(pathToFileURL(file).href)) as { default?: unknown }).default;
  } catch (error) {
    throw unreadable(error, file);
  }
}

function unreadable(error: unknown, file: string): PerfscopeError {
  const { code, message } = error as NodeJS.ErrnoException;
  const what = code === 'ENOENT' ? 'there is no such config file' : `the config file cannot be read: ${message}`;
  return new PerfscopeError('config', what, { path: file }, 'Give another with --config FILE, or none.');
}

/** Refuses keys that are the name of no option of any command. */
export function checkKeys(found: Found, known: ReadonlySet<string>): void {
  for (const key of Object.keys(found.values)) {
    if (known.has(camel(key))) continue;
    const meant = nearest(camel(key), known);
    const advice =
      meant === null ? 'Keys are the names of options: jobs, method, unitGap, ...' : `Did you mean ${meant}?`;
    throw new PerfscopeError('config', `${key}: there is no such option`, { path: found.path }, advice);
  }
}

/**
 * What config and environment say of the options of one command; the environment goes over the config.
 *
 * @throws PerfscopeError 'config' for a value of the config that is of another kind than the option's
 */
export function settingsFor(
  options: Readonly<Record<string, Options>>,
  config: Found | null,
  env: NodeJS.ProcessEnv,
): Settings {
  const given: Settings = {};
  const keys = new Map(Object.keys(config?.values ?? {}).map((key) => [camel(key), key]));
  for (const [name, option] of Object.entries(options)) {
    const key = keys.get(camel(name));
    if (config !== null && key !== undefined) given[name] = fromConfig(key, option, config);
    const text = env[`PERFSCOPE_${name.toUpperCase().replaceAll('-', '_')}`];
    if (text === undefined || text === '') continue;
    given[name] = fromText(text, option);
  }
  return given;
}

const isText = (value: unknown) => typeof value === 'string' || typeof value === 'number';

/** As it would be on the command line. What is of another kind is no setting, and must not be passed over either. */
function fromConfig(key: string, option: Options, { path, values }: Found): unknown {
  const value = values[key];
  const wanted = wantedOf(option);
  const list = option.array === true ? [value].flat() : null;
  const fits = list === null ? wanted.fits(value) : list.every(wanted.fits);
  if (!fits) {
    const shown = JSON.stringify(value) ?? typeof value;
    const what = list === null ? wanted.what : `${wanted.what}, or a list of such,`;
    const short = shown.length > MOST_SHOWN ? `${shown.slice(0, MOST_SHOWN)}...` : shown;
    throw new PerfscopeError('config', `${key}: ${what} is wanted, not ${short}`, { path });
  }
  const given = (one: unknown) => (option.type === 'string' ? String(one) : one);
  return list === null ? given(value) : list.map(given);
}

const MOST_SHOWN = 100;

function wantedOf({ type }: Options): { readonly what: string; readonly fits: (value: unknown) => boolean } {
  if (type === 'boolean') return { what: 'true or false', fits: (value) => typeof value === 'boolean' };
  // Whether a text is a number, and one in range, is looked at as on the command line.
  return { what: type === 'number' || type === 'count' ? 'a number' : 'a text', fits: isText };
}

function fromText(text: string, option: Options): unknown {
  if (option.array === true) return text.split(/[\s,]+/);
  // What is none is refused as it was written.
  if (option.type === 'number' || option.type === 'count') return Number.isNaN(Number(text)) ? text : Number(text);
  if (option.type === 'boolean') return !['0', 'false', 'no'].includes(text.toLowerCase());
  return text;
}
