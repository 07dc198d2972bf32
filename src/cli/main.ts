/** argv -> settings -> command -> exit code. */
import yargs, { type Argv as Yargs } from 'yargs';
import { PerfscopeError } from '../errors.js';
import type { Argv, Command } from './command.js';
import { COMMANDS } from './commands/index.js';
import { checkKeys, readConfig, settingsFor } from './config.js';
import { EXIT, exitCodeOf } from './exit-codes.js';
import { type Io, createIo } from './io.js';
import { COMMON_OPTIONS, camel } from './options.js';
import { TOOL } from '../version.js';

export async function main(args: readonly string[]): Promise<number> {
  // `perfscope ... | head` closes the pipe early: that is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.done);
  });
  let io: Io | null = null;
  let code: number = EXIT.done;
  try {
    const entry = COMMANDS.find((c) => c.name === args.find((a) => !a.startsWith('-')));
    const command = entry === undefined ? null : await entry.load();
    const parser = base([...args.map(hideDash), ...(args.includes('--help-all') ? ['--help'] : [])]);
    for (const c of COMMANDS) {
      const run = async (parsed: Argv) => {
        const argv = lastOnes(parsed, command!);
        io = createIo(argv);
        code = await command!.run(argv, io);
      };
      const mine = c === entry && command !== null;
      parser.command(
        `${c.name} ${c.positional}`.trimEnd(),
        c.what,
        (y) => (mine ? describe(y, c.name, command, args.includes('--help-all')) : y),
        (argv) => (mine ? run(argv) : Promise.resolve()),
      );
    }
    if (command !== null && !args.includes('--help') && !args.includes('--help-all'))
      parser.config(await settings(command, args));
    await parser.parseAsync();
    return code;
  } catch (error) {
    (io as Io | null)?.clear();
    await report(error, args, io);
    return exitCodeOf(error);
  } finally {
    (io as Io | null)?.close();
  }
}

function base(args: readonly string[]): Yargs {
  return yargs([...args])
    .scriptName('perfscope')
    .usage('$0 <command> [options]')
    .version(TOOL.version)
    .help()
    .alias('help', 'h')
    .option('help-all', { type: 'boolean', describe: 'Help with the parameters of the methods' })
    .completion('completion', 'Print a script for shell completion')
    .demandCommand(1, `Say what to do: ${COMMANDS.map((c) => c.name).join(', ')}.`)
    .recommendCommands()
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

/** Adds what the command takes; `all`: its hidden options are shown, too. */
function describe(y: Yargs, name: string, command: Command, all: boolean): Yargs {
  for (const [key, positional] of Object.entries(command.positionals))
    y.positional(key, { ...positional, type: 'string' });
  for (const [key, option] of Object.entries({ ...command.options, ...COMMON_OPTIONS }))
    y.option(key, all ? { ...option, hidden: false } : option);
  for (const [text, what] of command.examples) y.example(text.replace(/^perfscope/, '$0'), what);
  return y
    .epilogue(`docs: README.md. Exit codes: 0 done, 1 gate crossed, 2 usage, 3 input failed, 130 interrupted.`)
    .usage(`$0 ${name}: ${COMMANDS.find((c) => c.name === name)!.what.toLowerCase()}`);
}

/** yargs loses a lone `-` among positional arguments, so it travels under another name. */
const STDIN = '\0stdin';
const hideDash = (arg: string) => (arg === '-' ? STDIN : arg);
const showDash = (arg: unknown) => (arg === STDIN ? '-' : arg);

/** Of an option that takes one value and was given more often, the last counts: scripts add theirs at the end. */
function lastOnes(parsed: Argv, command: Command): Argv {
  const argv: Record<string, unknown> = { ...parsed };
  for (const name of Object.keys(command.positionals)) {
    const value = argv[name];
    argv[name] = Array.isArray(value) ? value.map(showDash) : showDash(value);
  }
  for (const [name, option] of Object.entries({ ...command.options, ...COMMON_OPTIONS })) {
    const value = argv[camel(name)];
    if (option.array !== true && Array.isArray(value)) argv[camel(name)] = value.at(-1);
  }
  return argv;
}

/** Config file and environment for the options of this command. */
async function settings(command: Command, args: readonly string[]): Promise<Record<string, unknown>> {
  const found = await readConfig(namedConfig(args), process.cwd());
  if (found !== null) {
    const all = await Promise.all(COMMANDS.map((c) => c.load()));
    const known = all.flatMap((c) => Object.keys(c.options)).concat(Object.keys(COMMON_OPTIONS));
    checkKeys(found, new Set(known.map(camel)));
  }
  return settingsFor({ ...command.options, ...COMMON_OPTIONS }, found?.values ?? {}, process.env);
}

/** `--config FILE` is needed before the flags can be parsed. */
function namedConfig(args: readonly string[]): string | undefined {
  const at = args.indexOf('--config');
  if (at >= 0) return args[at + 1];
  return args.find((a) => a.startsWith('--config='))?.slice('--config='.length) ?? process.env.PERFSCOPE_CONFIG;
}

/** An error for users: what, where, what to do. Anything else is a defect and says so. */
async function report(error: unknown, args: readonly string[], io: Io | null): Promise<void> {
  const known = error instanceof PerfscopeError;
  if (io?.log.format === 'json' || args.includes('--log-format=json')) {
    const { createLog } = await import('./log.js');
    const log = io?.log ?? createLog({ level: 'error', format: 'json', color: false }, () => undefined);
    const fields = known ? { code: error.code, place: error.place, advice: error.advice } : { err: error };
    await log.write('error', error instanceof Error ? error.message : String(error), fields);
    return;
  }
  if (known) {
    process.stderr.write(
      `perfscope: ${place(error)}${error.message}\n${error.advice === '' ? '' : `  ${error.advice}\n`}`,
    );
    return;
  }
  process.stderr.write(`perfscope: internal error: ${error instanceof Error ? error.message : String(error)}\n`);
  const verbose = io?.log.level === 'debug';
  process.stderr.write(
    verbose
      ? `${(error as Error).stack ?? ''}\n`
      : '  This is a defect of perfscope. Run again with -vv and report what it prints.\n',
  );
}

function place(error: PerfscopeError): string {
  const { path, line, offset } = error.place;
  const where = [
    // Many messages name their file themselves.
    ...(path === undefined || path === '' || error.message.includes(path) ? [] : [path]),
    ...(line === undefined ? [] : [`line ${line}`]),
    ...(offset === undefined ? [] : [`byte ${offset}`]),
  ];
  return where.length === 0 ? '' : `${where.join(', ')}: `;
}
