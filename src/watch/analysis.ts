/**
 * The analysis of a snapshot: `perfscope analyze` in a process of its own, which yields to the server that is watched (nice(1)) and
 * whose end, whatever it is, does not end `watch`.
 */
import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { getPriority } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { setNiceness } from '../lib/niceness.js';
import { onAbort } from '../pool/on-abort.js';
import { PAGE_FILE, RESULT_FILE } from './incident.js';
import { printable } from './words.js';

export interface AnalysisOptions {
  /** Seconds before the end of the snapshot that are analysed. */
  readonly window: number;
  /** Niceness at which it runs, unless that of `watch` is more: how much it yields, 0 to 19. */
  readonly nice: number;
  /** ms, after which it yields no more; null: never. */
  readonly hurryAfter: number | null;
  /** ms, after which it is told to end with what it has; and then some more, after which it is killed. */
  readonly limit: number;
  /** Further arguments of `perfscope analyze`. */
  readonly more: readonly string[];
  /** What runs perfscope; for tests. */
  readonly command?: readonly string[] | undefined;
}

/** How it ended: with a result, by being stopped together with `watch`, or in vain. */
export type Ending =
  | { readonly kind: 'done' }
  | { readonly kind: 'stopped' }
  | {
      readonly kind: 'failed';
      readonly reason: string;
      /** What another try may be worth: the disk was full, it was killed. */ readonly again: boolean;
    };

const KILL_AFTER_MS = 20_000;
/** Of what it says on stderr, bytes. */
const KEPT = 8192;

/** Writes the result and the page into `folder`. */
export async function analyse(
  folder: string,
  traces: readonly string[],
  options: AnalysisOptions,
  signal: AbortSignal,
): Promise<Ending> {
  if (signal.aborted) return { kind: 'stopped' };
  const [result, page] = [path.join(folder, RESULT_FILE), path.join(folder, PAGE_FILE)];
  // What an earlier try left is not this one's.
  await Promise.all([result, page].map((file) => rm(file, { force: true })));
  const [program, ...args] = [
    ...['nice', '-n', String(Math.max(0, options.nice - getPriority()))],
    ...(options.command ?? [process.execPath, fileURLToPath(new URL('../cli/index.js', import.meta.url))]),
    ...['analyze', ...traces, '--window', `${options.window}s`],
    ...['--format', `json=${result}`, '--format', `html=${page}`],
    ...['--no-progress', '--log-format', 'json', '--log-level', 'error', ...options.more],
  ] as [string, ...string[]];
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-KEPT)));
  let late = false;
  const kill = () => child.kill('SIGKILL');
  const timers: NodeJS.Timeout[] = [];
  const stop = () => {
    child.kill('SIGTERM');
    timers.push(setTimeout(kill, KILL_AFTER_MS));
  };
  timers.push(
    setTimeout(() => {
      late = true;
      stop();
    }, options.limit),
  );
  // Again and again: a thread that began meanwhile is as nice as the one that began it.
  const { hurryAfter } = options;
  if (hurryAfter !== null) timers.push(setInterval(() => setNiceness(child.pid!, getPriority()), hurryAfter));
  const forget = onAbort(signal, stop);
  try {
    const { code, death } = await endOf(child);
    if (signal.aborted && code !== 0) return { kind: 'stopped' };
    // Told to end, it keeps what it has found, and says with 130 that this is not all.
    if (code === 0 || (late && code === 130)) return { kind: 'done' };
    if (late) return { kind: 'failed', reason: 'the analysis took too long', again: false };
    if (death !== null) return { kind: 'failed', reason: `the analysis was killed (${death})`, again: true };
    const { message, full } = lastError(said);
    return { kind: 'failed', reason: `the analysis failed (exit code ${code}): ${message}`, again: full };
  } catch (error) {
    return { kind: 'failed', reason: `the analysis could not be started: ${(error as Error).message}`, again: true };
  } finally {
    timers.forEach(clearTimeout);
    forget();
  }
}

interface End {
  readonly code: number | null;
  readonly death: NodeJS.Signals | null;
}

function endOf(child: ReturnType<typeof spawn>): Promise<End> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, death) => resolve({ code, death }));
  });
}

/** What it said last, in its log format JSON. */
function lastError(said: string): { message: string; full: boolean } {
  const line = said.trim().split('\n').at(-1) ?? '';
  try {
    const { msg, code } = JSON.parse(line) as { msg?: unknown; code?: unknown };
    return { message: printable(String(msg)), full: code === 'output' };
  } catch {
    return { message: printable(line === '' ? 'it said nothing' : line), full: false };
  }
}
