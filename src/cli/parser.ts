/** Flags as yargs reads them. Loaded late: yargs is fifty files. */
import yargs, { type Argv as Yargs } from 'yargs';
import { PerfscopeError } from '../errors.js';
import { TOOL } from '../version.js';
import type { Argv, Command, CommandEntry } from './command.js';
import { COMMANDS } from './commands/index.js';
import { COMMON_OPTIONS, camel } from './options.js';
import { writeStdout } from './stdout.js';

/** What the command is given; null where yargs has answered by itself (help, version, completion). */
export async function parse(
  args: readonly string[],
  entry: CommandEntry | null,
  command: Command | null,
  settings: Readonly<Record<string, unknown>>,
): Promise<Argv | null> {
  const all = args.includes('--help-all');
  const given = [...hidden(args), ...(all ? ['--help'] : [])];
  const parser = base(given);
  let found: Argv | null = null;
  for (const c of COMMANDS) {
    const mine = c === entry && command !== null;
    parser.command(
      `${c.name} ${c.positional}`.trimEnd(),
      c.what,
      (y) => (mine ? describe(y, c.name, command, args) : y),
      (argv) => {
        if (mine) found = lastOnes(argv, command);
      },
    );
  }
  parser.config({ ...settings });
  // yargs would print with console.log, which hears of no error.
  let said = '';
  await parser.parseAsync(given, {}, (_error, _argv, output) => {
    said = output;
  });
  if (said !== '') await writeStdout(`${said}\n`);
  return found;
}

function base(args: readonly string[]): Yargs {
  return yargs([...args])
    .scriptName('perfscope')
    .usage('$0 <command> [options]')
    .version(TOOL.version)
    .help()
    .alias('help', 'h')
    .option('help-all', { type: 'boolean', describe: 'Help with the parameters of the methods' })
    .demandCommand(1, `Say what to do: ${COMMANDS.map((c) => c.name).join(', ')}.`)
    .strict()
    .strictCommands()
    .wrap(Math.min(110, process.stdout.columns ?? 80))
    .parserConfiguration({ 'strip-aliased': true })
    .exitProcess(false)
    .fail((message, error: Error | undefined) => {
      if (error !== undefined) throw error;
      throw new PerfscopeError('usage', message, {}, 'perfscope --help lists the commands and their options.');
    });
}

/** Adds what the command takes. yargs writes its help in every run; where nobody asks for it there is little to write. */
function describe(y: Yargs, name: string, command: Command, args: readonly string[]): Yargs {
  const all = args.includes('--help-all');
  const shown = args.some((a) => /^-(\w*h|-help)/.test(a));
  for (const [key, { describe, array, demandOption }] of Object.entries(command.positionals))
    y.positional(key, { describe, array, demandOption, type: 'string' });
  for (const [key, option] of Object.entries({ ...command.options, ...COMMON_OPTIONS }))
    y.option(key, { ...option, hidden: !shown || (!all && option.hidden === true) });
  if (!shown) return y;
  for (const [text, what] of command.examples) y.example(text.replace(/^perfscope/, '$0'), what);
  return y
    .epilogue(`docs: README.md. Exit codes: 0 done, 1 gate crossed, 2 usage, 3 input failed, 130 interrupted.`)
    .usage(`$0 ${name}: ${COMMANDS.find((c) => c.name === name)!.what.toLowerCase()}`);
}

/** yargs loses a lone `-` among positional arguments, and all behind `--`, so these travel with a mark that no argument can have. */
const MARK = '\0';
function hidden(args: readonly string[]): string[] {
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  return [
    ...args.slice(0, end).map((arg) => (arg === '-' ? MARK + arg : arg)),
    ...args.slice(end + 1).map((arg) => MARK + arg),
  ];
}
const shown = (arg: unknown) => (typeof arg === 'string' && arg.startsWith(MARK) ? arg.slice(MARK.length) : arg);

/** Of an option that takes one value and was given more often, the last counts: scripts add theirs at the end. */
function lastOnes(parsed: Argv, command: Command): Argv {
  const argv: Record<string, unknown> = { ...parsed };
  for (const name of Object.keys(command.positionals)) {
    const value = argv[name];
    argv[name] = Array.isArray(value) ? value.map(shown) : shown(value);
  }
  for (const [name, option] of Object.entries({ ...command.options, ...COMMON_OPTIONS })) {
    const value = argv[camel(name)];
    if (option.array !== true && Array.isArray(value)) argv[camel(name)] = value.at(-1);
  }
  return argv;
}
