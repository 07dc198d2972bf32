/** A tracer at work: started, seen to be attached, ended. */
import { type ChildProcess, spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { cancellation } from '../pool/stage.js';
import type { Backend } from './backends.js';

export interface Tracer {
  readonly pid: number;
  /** What it said so far on stderr, the end of it. */
  said(): string;
  /** Lines on stderr from now on, until the function that it gives is called. */
  onLine(listener: (line: string) => void): () => void;
  /** Resolves when it has ended, whoever ended it; never rejects. */
  readonly ended: Promise<Ended>;
  hasEnded(): boolean;
  signal(signal: NodeJS.Signals): void;
  /** Asks it to end and waits until it has written all; after `patience` ms it is killed. */
  stop(patience?: number): Promise<Ended>;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Set where it could not be started. */
  readonly error: NodeJS.ErrnoException | null;
}

const KEPT_CHARS = 20_000;
/** What was recorded is still being written out. */
const PATIENCE_MS = 30_000;

/**
 * @param runs it starts the program: that has the terminal, and Ctrl-C reaches it, as without us. A tracer that attaches is put into a
 * group of its own, so that Ctrl-C reaches us alone and it is asked to end once; its messages are in English, for they are read.
 */
export function startTracer(argv: readonly string[], runs: boolean): Tracer {
  const child = spawn(argv[0]!, argv.slice(1), {
    detached: !runs,
    stdio: runs ? ['inherit', 'inherit', 'pipe'] : ['ignore', 'ignore', 'pipe'],
    env: runs ? process.env : { ...process.env, LC_ALL: 'C' },
  });
  const lines = new LineReader(child);
  let over = false;
  const signal = (name: NodeJS.Signals) => {
    if (!over && child.pid !== undefined) child.kill(name);
  };
  // Whoever ends at once (a second Ctrl-C, a defect) leaves nobody behind who would ever end it.
  const orphaned = () => signal('SIGTERM');
  process.once('exit', orphaned);
  const ended = new Promise<Ended>((resolve) => {
    const end = (result: Ended) => {
      over = true;
      process.off('exit', orphaned);
      resolve(result);
    };
    child.once('error', (error) => end({ code: null, signal: null, error }));
    child.once('close', (code, signal) => end({ code, signal, error: null }));
  });
  return {
    pid: child.pid ?? -1,
    said: () => lines.said,
    onLine(listener) {
      lines.listeners.add(listener);
      return () => lines.listeners.delete(listener);
    },
    ended,
    hasEnded: () => over,
    signal,
    async stop(patience = PATIENCE_MS) {
      signal('SIGINT');
      const timer = setTimeout(() => signal('SIGKILL'), patience);
      const result = await ended;
      clearTimeout(timer);
      return result;
    },
  };
}

class LineReader {
  said = '';
  readonly listeners = new Set<(line: string) => void>();
  private rest = '';

  constructor(child: ChildProcess) {
    child.stderr!.setEncoding('utf8');
    child.stderr!.on('data', (text: string) => {
      this.said = (this.said + text).slice(-KEPT_CHARS);
      const lines = (this.rest + text).split('\n');
      this.rest = lines.pop()!.slice(-KEPT_CHARS);
      for (const line of lines) for (const listener of this.listeners) listener(line);
    });
  }
}

/** What a tracer says once it records; perf says nothing. */
const SIGNS: Partial<Record<Backend, RegExp>> = { ftrace: /\[ ftrace: recording \]/, strace: /attached/ };

const LOOK_MS = 20;
/** perf opens an event a thread and processor: with thousands of threads that takes its time. */
const ATTACH_MS = 20_000;
/** From when perf's file has a header until its events count. */
const ENABLE_MS = 100;

/**
 * Waits until the tracer records. False: it ended before.
 *
 * @throws PerfscopeError 'interrupted' once `signal` aborts; the tracer has ended then
 */
export async function attached(
  tracer: Tracer,
  backend: Backend,
  output: string,
  signal?: AbortSignal,
): Promise<boolean> {
  for (let waited = 0; waited < ATTACH_MS && !tracer.hasEnded(); waited += LOOK_MS) {
    if (signal?.aborted === true) {
      await tracer.stop();
      throw cancellation(signal);
    }
    if (SIGNS[backend]?.test(tracer.said()) === true) return true;
    if (backend === 'perf' && (await sizeOf(output)) > 0) {
      await sleep(ENABLE_MS);
      return !tracer.hasEnded();
    }
    await sleep(LOOK_MS);
  }
  return !tracer.hasEnded();
}

export async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => null))?.size ?? 0;
}
