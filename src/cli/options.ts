/** Flags that several commands share, as yargs wants them. A flag's name in the environment and config follows from it. */
import type { Options } from 'yargs';
import { PARAMETERS, type ParameterName, type ParameterSpec } from '../parameters.js';

type OptionTable = Readonly<Record<string, Options>>;

const RUN = 'Run';
const INPUT = 'Input';
const OUTPUT = 'Output';

/** Every command has these. */
export const COMMON_OPTIONS: OptionTable = {
  quiet: { alias: 'q', type: 'boolean', default: false, group: OUTPUT, describe: 'Only errors on stderr' },
  verbose: { alias: 'v', type: 'count', group: OUTPUT, describe: 'Say what is being done; twice: in detail' },
  'log-level': {
    type: 'string',
    choices: ['error', 'warn', 'info', 'debug'],
    group: OUTPUT,
    describe: 'The same by name; default: warn',
  },
  'log-format': {
    type: 'string',
    choices: ['pretty', 'json'],
    default: 'pretty',
    group: OUTPUT,
    describe: 'Log lines on stderr for people or for programs',
  },
  progress: { type: 'boolean', default: true, group: OUTPUT, describe: 'Progress bar on a terminal' },
  color: { type: 'boolean', group: OUTPUT, describe: 'Colours; default: on a terminal (NO_COLOR, FORCE_COLOR)' },
  config: {
    type: 'string',
    group: RUN,
    requiresArg: true,
    describe: 'Config file; default: perfscope.config.json or .js here or above, or "perfscope" in package.json',
  },
};

export const RUN_OPTIONS: OptionTable = {
  jobs: {
    alias: 'j',
    type: 'number',
    group: RUN,
    requiresArg: true,
    describe: 'Worker threads; default: one a processor',
  },
  'time-limit': {
    type: 'string',
    group: RUN,
    requiresArg: true,
    describe: 'Stop after this time (90s, 5m) and keep what there is',
  },
};

/** Of commands that read one recording. */
export const MEMORY_OPTION: OptionTable = {
  'max-memory': {
    type: 'string',
    group: RUN,
    requiresArg: true,
    describe: 'Memory to do with (4G), or to say at once how much it takes; default: no limit',
  },
};

/** How to read traces. */
export const TRACE_OPTIONS: OptionTable = {
  'input-format': {
    type: 'string',
    choices: ['strace', 'perf-script', 'perf-trace', 'csv'],
    group: INPUT,
    describe: 'Format of the traces; default: told by their content',
  },
  columns: {
    type: 'string',
    group: INPUT,
    requiresArg: true,
    describe: 'CSV: names of columns, ts=time,tid=thread,...',
  },
  'time-unit': { type: 'string', choices: ['s', 'ms', 'us', 'ns'], group: INPUT, describe: 'CSV: unit of its times' },
  delimiter: { type: 'string', group: INPUT, requiresArg: true, describe: 'CSV: separator; default: found by looking' },
  header: {
    type: 'boolean',
    group: INPUT,
    describe: 'CSV: the first line names the columns; default: found by looking',
  },
};

export function formatOption(reporters: readonly { readonly id: string; readonly what: string }[]): Options {
  const list = reporters.map((r) => `${r.id}: ${r.what}`).join('; ');
  return {
    alias: 'f',
    type: 'string',
    array: true,
    nargs: 1,
    default: ['table'],
    group: OUTPUT,
    describe: `FORMAT to stdout or FORMAT=FILE, repeatable. ${list}`,
  };
}

const PARAMETER_GROUP = 'Method parameters (docs/parameters.md gives the reason of each default)';

/** `--unit-gap` for `unitGap`, and so on: hidden from the short help. */
export const PARAMETER_OPTIONS: OptionTable = Object.fromEntries(
  Object.entries(PARAMETERS).map(([name, spec]: [string, ParameterSpec]) => [
    kebab(name),
    {
      type: 'number',
      group: PARAMETER_GROUP,
      requiresArg: true,
      hidden: true,
      describe: `${spec.what} [${spec.unit}; ${spec.default}]`,
    } satisfies Options,
  ]),
);

/** The parameters that were given among parsed flags. */
export function givenParameters(argv: Readonly<Record<string, unknown>>): Partial<Record<ParameterName, number>> {
  const given: Partial<Record<ParameterName, number>> = {};
  for (const name of Object.keys(PARAMETERS) as ParameterName[]) {
    const value = argv[name];
    if (typeof value === 'number') given[name] = value;
  }
  return given;
}

export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
}

export function camel(name: string): string {
  return name.replace(/-([a-z])/g, (_, c: string) => c.toUpperCase());
}
