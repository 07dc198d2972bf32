/** Runs a case in a process of its own: its memory is its own, and if it crashes, it crashes alone. */
import { type ChildProcess, fork } from 'node:child_process';
import { entryPoint } from '../pool/entry-point.js';
import { onAbort } from '../pool/on-abort.js';
import { cancellation, throwIfCancelled } from '../pool/stage.js';
import type { CaseTask } from '../evaluate/case-stage.js';
import type { MeasuredCase } from './cost.js';

export interface RunCaseOptions {
  readonly signal?: AbortSignal | undefined;
  /** Seconds after which the process is ended and the case has failed. Default: 600. */
  readonly timeLimit?: number | undefined;
  /** URL of a module whose default export is the analysis (a CaseAnalysis). Default: perfscope's own. */
  readonly analysis?: URL | undefined;
}

/** Runs and measures one case; a case that fails, even by a crash, is an outcome with an error. */
export type RunCase = (task: CaseTask, options: RunCaseOptions) => Promise<MeasuredCase>;

/** What the parent sends. */
export interface CaseRequest {
  readonly task: CaseTask;
  readonly analysis: string | null;
}

const TIME_LIMIT = 600;
/** Bytes kept of what a process said last. */
const LAST_WORDS = 4096;

export const runCaseInProcess: RunCase = (task, options) =>
  new Promise((resolve, reject) => {
    throwIfCancelled(options.signal);
    const limit = options.timeLimit ?? TIME_LIMIT;
    const child = fork(entryPoint('measured-case'), [], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: ['--expose-gc'],
    });
    const said = lastWords(child);
    let measured: MeasuredCase | null = null;
    let overdue = false;
    const timer = setTimeout(() => {
      overdue = true;
      child.kill('SIGKILL');
    }, limit * 1000);
    const stop = () => child.kill('SIGKILL');
    const forget = options.signal === undefined ? undefined : onAbort(options.signal, stop);
    const release = () => {
      clearTimeout(timer);
      forget?.();
    };
    child.on('message', (message) => {
      measured = message as MeasuredCase;
    });
    child.on('error', (error) => {
      release();
      reject(error);
    });
    child.on('close', (code, signal) => {
      release();
      if (options.signal?.aborted === true) reject(cancellation(options.signal));
      else resolve(measured ?? failed(overdue ? `did not end within ${limit} s` : death(code, signal, said())));
    });
    const request: CaseRequest = { task, analysis: options.analysis?.href ?? null };
    // A process that dies at once closes the channel; 'close' tells of it.
    child.send(request, () => undefined);
  });

function lastWords(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (more: string) => {
    text = (text + more).slice(-LAST_WORDS);
  });
  return () => text;
}

function failed(error: string): MeasuredCase {
  return { outcome: { share: [], answers: {}, error }, cost: null };
}

function death(code: number | null, signal: NodeJS.Signals | null, said: string): string {
  const how = signal === null ? `ended with code ${code}` : `was killed by ${signal}`;
  // Node and V8 name the cause in one such line, among many lines of stack.
  const why = said.split('\n').find((line) => /^(FATAL|\w*Error)\b/.test(line));
  return `the process of the case ${how}${why === undefined ? '' : `: ${why}`}`;
}
