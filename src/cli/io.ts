/** What a command may do to the world outside: write its result, log, show progress, be interrupted. */
import { PerfscopeError } from '../errors.js';
import type { RenderContext } from '../report/reporter.js';
import { parseMemory } from '../coordinator/memory.js';
import { inMs } from '../coordinator/timer.js';
import { parseDuration } from '../coordinator/window.js';
import type { Message } from '../result.js';
import { sentence } from '../report/messages.js';
import type { Progress, RunOptions } from '../coordinator/run.js';
import type { Argv } from './command.js';
import { type Level, type Log, createLog } from './log.js';
import { ProgressLine, canShowProgress } from './progress.js';
import { writeStdout } from './stdout.js';

export interface Io {
  readonly log: Log;
  readonly terminal: RenderContext;
  readonly signal: AbortSignal;
  stdout(text: string): Promise<void>;
  progress(progress: Progress): void;
  clear(): void;
  close(): void;
}

/** `early`: the line that was drawn before the flags were parsed. */
export function createIo(argv: Argv, early: ProgressLine | null = null): Io {
  const wanted = wantsProgress(argv);
  if (!wanted) early?.clear();
  const progress = (wanted ? early : null) ?? new ProgressLine(wanted ? process.stderr : null);
  const log = createLog(
    {
      level: levelOf(argv),
      format: argv.logFormat === 'json' ? 'json' : 'pretty',
      color: wantsColor(argv, process.stderr),
    },
    () => progress.clear(),
  );
  const { signal, release } = interruption(argv);
  return {
    log,
    signal,
    terminal: { width: terminalWidth(), color: wantsColor(argv, process.stdout) },
    stdout(text) {
      progress.clear();
      return writeStdout(text);
    },
    progress: (p) => progress.update(p),
    clear: () => progress.clear(),
    close() {
      progress.clear();
      release();
    },
  };
}

/** What the library needs of all this. */
export function runOptions(argv: Argv, io: Io): RunOptions {
  const { jobs } = argv;
  if (jobs !== undefined && !(Number.isInteger(jobs) && (jobs as number) >= 1 && (jobs as number) <= 1024))
    throw new PerfscopeError('usage', `--jobs ${String(jobs)}: not a number of threads`, {}, 'Write 1 to 1024.');
  return {
    jobs: jobs as number | undefined,
    signal: io.signal,
    onProgress: (p) => io.progress(p),
    onLog: (level, message: Message) =>
      void io.log.write(level, sentence(message, { clock: 'none', startedAt: 0 }), {
        code: message.code,
        ...message.args,
      }),
  };
}

/** The memory that the user allows. */
export function memoryOption({ maxMemory }: Argv): { maxMemory?: number } {
  return maxMemory === undefined ? {} : { maxMemory: parseMemory(String(maxMemory)) };
}

function levelOf(argv: Argv): Level {
  if (argv.quiet === true) return 'error';
  if (typeof argv.logLevel === 'string') return argv.logLevel as Level;
  const verbose = Number(argv.verbose ?? 0);
  return verbose >= 2 ? 'debug' : verbose === 1 ? 'info' : 'warn';
}

function wantsProgress(argv: Argv): boolean {
  const told = argv.progress !== false && argv.quiet !== true && argv.logFormat !== 'json';
  return told && canShowProgress();
}

/** https://no-color.org and https://force-color.org; a flag goes over both. */
export function wantsColor(argv: Argv, stream: NodeJS.WriteStream): boolean {
  if (typeof argv.color === 'boolean') return argv.color;
  if ((process.env.NO_COLOR ?? '') !== '') return false;
  const force = process.env.FORCE_COLOR ?? '';
  if (force !== '') return force !== '0';
  // A pipe has no isTTY at all, and a library asked for "undefined" colours would decide by itself.
  return Boolean(stream.isTTY) && process.env.TERM !== 'dumb';
}

function terminalWidth(): number {
  const columns = process.stdout.isTTY ? process.stdout.columns : Number(process.env.COLUMNS);
  return Number.isInteger(columns) && columns >= 20 ? columns : 80;
}

/**
 * Ctrl-C, SIGTERM, the end of the terminal and the time limit cancel the run; a second Ctrl-C ends the process at once. A terminal that
 * ends says so more than once, of a recording too, which would go on without end if we left it alone.
 */
function interruption(argv: Argv): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new PerfscopeError('interrupted', 'interrupted'));
  };
  const hangUp = () => controller.abort(new PerfscopeError('interrupted', 'interrupted'));
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.on('SIGHUP', hangUp);
  let timer: NodeJS.Timeout | undefined;
  if (typeof argv.timeLimit === 'string' || typeof argv.timeLimit === 'number') {
    const seconds = parseDuration(argv.timeLimit, '--time-limit');
    const advice = 'Raise --time-limit or narrow the window.';
    const expire = () =>
      controller.abort(new PerfscopeError('time-limit', `the time limit of ${seconds} s is over`, {}, advice));
    timer = setTimeout(expire, inMs(seconds));
    timer.unref();
  }
  return {
    signal: controller.signal,
    release: () => {
      clearTimeout(timer);
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
      process.off('SIGHUP', hangUp);
    },
  };
}
