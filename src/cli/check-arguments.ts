/** What is wrong with a command line is told before anything is done, by its own flags and with what would be right. */
import type { Options } from 'yargs';
import { PerfscopeError } from '../errors.js';
import type { Command, CommandEntry } from './command.js';
import { COMMANDS } from './commands/index.js';
import { nearest } from './near.js';
import { COMMON_OPTIONS, camel } from './options.js';

type Table = Readonly<Record<string, Options>>;

const OF_ALL: Table = {
  help: { type: 'boolean', alias: 'h' },
  'help-all': { type: 'boolean' },
  version: { type: 'boolean' },
};
/** Options that count things: they take whole numbers, from one on. */
const COUNTS = new Set(['top', 'jobs', 'max-waiting', 'attempts']);

const EMPTY = 'It may stand for a variable that is not set.';

/** The command that the arguments name. */
export function requireCommand(args: readonly string[]): CommandEntry {
  const names = COMMANDS.map((c) => c.name);
  const given = args.find((a) => !a.startsWith('-'));
  if (given === undefined)
    throw usage(`Say what to do: ${names.join(', ')}.`, 'perfscope --help lists the commands and their options.');
  const entry = COMMANDS.find((c) => c.name === given);
  if (entry !== undefined) return entry;
  const near = nearest(given, [...names, 'completion', 'help']);
  const advice = near === null ? 'perfscope --help lists the commands.' : `Did you mean ${near}?`;
  throw usage(`there is no command ${given}`, advice);
}

/** @param settings what environment and config file say, by names of options */
export function checkArguments(
  args: readonly string[],
  entry: CommandEntry,
  command: Command,
  settings: Readonly<Record<string, unknown>>,
): void {
  const table: Table = { ...OF_ALL, ...command.options, ...COMMON_OPTIONS };
  const { positionals, given } = readThrough(args, entry.name, table);
  for (const [name, value] of Object.entries(settings)) checkSetting(name, value, table);
  checkPositionals(positionals, entry);
  for (const [name, option] of Object.entries(table)) {
    if (option.demandOption !== true || given.has(name) || settings[name] !== undefined) continue;
    throw usage(`--${name} is missing`, `${String(option.describe)}.`);
  }
}

function readThrough(args: readonly string[], command: string, table: Table) {
  const flags = flagsOf(table);
  const positionals: string[] = [];
  const given = new Set<string>();
  const take = (flag: string, name: string, value: string | undefined) => {
    if (value === undefined) throw usage(`${flag} needs a value`, `${String(table[name]!.describe)}.`);
    checkValue(flag, name, value, table[name]!);
    given.add(name);
  };
  for (let i = args.indexOf(command) + 1; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === '--') {
      positionals.push(...args.slice(i + 1));
      break;
    }
    if (arg === '-' || !arg.startsWith('-')) positionals.push(arg);
    else if (arg.startsWith('--')) {
      const at = arg.indexOf('=');
      const flag = at < 0 ? arg : arg.slice(0, at);
      const name = flags.get(flag);
      if (name === undefined) throw unknown(flag, command, flags.keys());
      if (!takesValue(table[name]!) || flag === `--no-${name}`) continue;
      take(flag, name, at < 0 ? args[++i] : arg.slice(at + 1));
    } else {
      // Flags of one letter may stand together; what takes a value has the rest, or the next argument.
      for (let j = 1; j < arg.length; j++) {
        const flag = `-${arg[j]!}`;
        const name = flags.get(flag);
        if (name === undefined) throw unknown(flag, command, flags.keys());
        if (!takesValue(table[name]!)) continue;
        const rest = arg.slice(j + 1).replace(/^=/, '');
        take(flag, name, rest === '' ? args[++i] : rest);
        break;
      }
    }
  }
  return { positionals, given };
}

const takesValue = (option: Options) => option.type === 'string' || option.type === 'number';

/** Name of the option by each flag for it. */
function flagsOf(table: Table): Map<string, string> {
  const flags = new Map<string, string>();
  for (const [name, { alias }] of Object.entries(table)) {
    for (const flag of [`--${name}`, `--${camel(name)}`, `--no-${name}`]) flags.set(flag, name);
    for (const short of [alias ?? []].flat()) flags.set(short.length === 1 ? `-${short}` : `--${short}`, name);
  }
  return flags;
}

function unknown(flag: string, command: string, flags: Iterable<string>): PerfscopeError {
  const near = flag.length > 3 ? nearest(flag, flags) : null;
  const advice = near === null ? `perfscope ${command} --help lists its options.` : `Did you mean ${near}?`;
  return usage(`there is no option ${flag}`, advice);
}

/** `flag`: as it was given. */
function checkValue(flag: string, name: string, value: string, option: Options): void {
  if (option.type === 'string' && value === '') throw usage(`${flag}: its value is empty`, EMPTY);
  if (option.type === 'number') {
    const number = value.trim() === '' ? NaN : Number(value);
    if (!Number.isFinite(number)) throw usage(`${flag} ${value}: not a number`, `${String(option.describe)}.`);
    if (COUNTS.has(name) && !(Number.isSafeInteger(number) && number >= 1))
      throw usage(`${flag} ${value}: not a whole number from 1 on`, `${String(option.describe)}.`);
  }
  if (option.choices === undefined || option.choices.includes(value)) return;
  const choices = option.choices.map(String);
  const near = nearest(value, choices);
  const advice = near === null ? `It is one of: ${choices.join(', ')}.` : `Did you mean ${near}?`;
  throw usage(`${flag} ${value}: there is no such choice`, advice);
}

/** Of the environment or the config file, where numbers may be texts, and a list may stand for one value each. */
function checkSetting(name: string, value: unknown, table: Table): void {
  const option = table[name];
  if (option === undefined || !takesValue(option)) return;
  for (const one of [value].flat())
    if (one !== undefined && one !== null) checkValue(`--${name}`, name, String(one), option);
}

function checkPositionals(given: readonly string[], { name, positional }: CommandEntry): void {
  if (given.includes('')) throw usage(`${name}: an argument is empty`, EMPTY);
  const wanted = positional.split(' ').filter((word) => word !== '');
  const advice = `Usage: perfscope ${name} ${positional.toUpperCase().replaceAll('..', '...')} [options]`.replace(
    '  ',
    ' ',
  );
  const missing = wanted[given.length];
  if (missing?.startsWith('<') === true) {
    const word = missing.replace(/[<>.]/g, '');
    throw usage(`${name} needs ${/^[aeiou]/i.test(word) ? 'an' : 'a'} ${word}`, advice);
  }
  if (wanted.some((word) => word.includes('..'))) return;
  if (given.length > wanted.length) throw usage(`${name} takes no ${given[wanted.length]!}`, advice);
}

function usage(message: string, advice: string): PerfscopeError {
  return new PerfscopeError('usage', message, {}, advice);
}
