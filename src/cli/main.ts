/** argv -> settings -> command -> exit code. */
import type { Command } from './command.js';
import { COMMANDS } from './commands/index.js';
import { type Found, checkKeys, readConfig, settingsFor } from './config.js';
import { PerfscopeError } from '../errors.js';
import { EXIT, exitCodeOf } from './exit-codes.js';
import { firstLine } from './first-line.js';
import type { Io } from './io.js';
import { COMMON_OPTIONS, camel } from './options.js';
import type { ProgressLine } from './progress.js';
import { visible } from '../lib/visible.js';
import { outlive, writeStdout } from './stdout.js';

/** What completion scripts ask with (completion.ts). */
const ASK = '--get-completions';

export async function main(given: readonly string[]): Promise<number> {
  // `perfscope help analyze` is `perfscope analyze --help`.
  const args = given[0] === 'help' && given.length > 1 ? [...given.slice(1), '--help'] : given;
  outlive();
  let line: ProgressLine | null = null;
  let io: Io | null = null;
  try {
    if (args[0] === ASK || args[0] === 'completion') {
      const { completionScript, completions } = await import('./completion.js');
      await writeStdout(args[0] === ASK ? await completions(args.slice(1)) : completionScript(args[1]));
      return EXIT.done;
    }
    if (asksForHelp(args) && args.every((a) => a.startsWith('-'))) {
      await writeStdout((await import('./help.js')).overview());
      return EXIT.done;
    }
    const { checkArguments, requireCommand } = await import('./check-arguments.js');
    const entry = requireCommand(args);
    const found = asksForHelp(args) ? null : await readConfig(namedConfig(args), process.cwd());
    // All else takes longer to load than a user should wait for a sign of life.
    line = firstLine(entry, args, found?.values ?? {});
    const command = await entry.load();
    const [{ parse }, { createIo }] = await Promise.all([import('./parser.js'), import('./io.js')]);
    const asked = asksForHelp(args);
    const values = asked ? {} : await settings(command, found);
    if (!asked) checkArguments(args, entry, command, values);
    const argv = await parse(args, entry, command, values);
    if (argv === null) return EXIT.done;
    io = createIo(argv, line);
    return await command.run(argv, io);
  } catch (error) {
    line?.clear();
    io?.clear();
    await report(error, args, io);
    return exitCodeOf(error);
  } finally {
    io?.close();
    line?.clear();
  }
}

const asksForHelp = (args: readonly string[]) =>
  options(args).some((a) => ['--help', '-h', '--help-all', '--version'].includes(a));
/** What stands behind `--` is no option. */
const options = (args: readonly string[]) => args.slice(0, args.includes('--') ? args.indexOf('--') : args.length);

/** Config file and environment for the options of this command. */
async function settings(command: Command, found: Found | null): Promise<Record<string, unknown>> {
  if (found !== null) {
    const all = await Promise.all(COMMANDS.map((c) => c.load()));
    const known = all.flatMap((c) => Object.keys(c.options)).concat(Object.keys(COMMON_OPTIONS));
    checkKeys(found, new Set(known.map(camel)));
  }
  return settingsFor({ ...command.options, ...COMMON_OPTIONS }, found, process.env);
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
    const advice = error.advice === '' ? '' : `  ${visible(error.advice)}\n`;
    process.stderr.write(`perfscope: ${visible(`${place(error)}${said(error)}`)}\n${advice}`);
    return;
  }
  const message = visible(error instanceof Error ? error.message : String(error));
  process.stderr.write(`perfscope: internal error: ${message}\n`);
  const verbose = io?.log.level === 'debug';
  process.stderr.write(
    verbose
      ? `${(error as Error).stack ?? ''}\n`
      : '  This is a defect of perfscope. Run again with -vv and report what it prints.\n',
  );
}

/** Standard input is called `-` on the command line only. */
function said({ message, place: { path } }: PerfscopeError): string {
  return path === '-' ? message.replace(/^-(?=[: ])/, 'standard input') : message;
}

/** Many messages name their file themselves, at their beginning where its name could be any word of theirs. */
function names(message: string, path: string): boolean {
  return /^[\w-]+$/.test(path)
    ? /^[:\s]/.test(message.slice(path.length)) && message.startsWith(path)
    : message.includes(path);
}

function place(error: PerfscopeError): string {
  const { path, line, offset } = error.place;
  const where = [
    ...(path === undefined || path === '' || names(error.message, path) ? [] : [path]),
    ...(line === undefined ? [] : [`line ${line}`]),
    ...(offset === undefined ? [] : [`byte ${offset}`]),
  ];
  return where.length === 0 ? '' : `${where.join(', ')}: `;
}
