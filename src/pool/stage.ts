/**
 * A stage: a pure function of its arguments that the pool may run on any thread. A stage `s` lives in one module, and
 * `workers/<s.name>.ts` is its entry point in a worker thread (`export default serve(s)`); nothing else is needed to
 * dispatch it with `pool.run(s, args)`. Arguments and results are plain data; large ones lie in SharedArrayBuffers.
 */
import { PerfscopeError } from '../errors.js';
import type { Message } from '../result.js';

export type LogLevel = 'debug' | 'info' | 'warn';

export interface StageContext {
  /** Aborts when the run is cancelled. A stage that awaits should look at it; one that only computes is stopped anyway. */
  readonly signal: AbortSignal;
  /** Tells how much of this task is done, in units of the stage's own (bytes, units). */
  progress(done: number): void;
  log(level: LogLevel, message: Message): void;
}

export interface Stage<Args, Result> {
  /** Also the name of its entry point below workers/. */
  readonly name: string;
  /** Where its entry point is, for stages that do not come with perfscope. */
  readonly entryPoint?: URL;
  /** Its tasks take milliseconds: they are not told when the run is cancelled but waited for, and tell nothing on the way. */
  readonly brief?: boolean;
  run(args: Args, context: StageContext): Result | Promise<Result>;
}

/** The error that a cancelled run ends with: the signal's own reason where it is one for users. */
export function cancellation(signal: AbortSignal): PerfscopeError {
  const reason: unknown = signal.reason;
  if (reason instanceof PerfscopeError) return reason;
  // What AbortSignal.timeout() gives.
  if (reason instanceof Error && reason.name === 'TimeoutError') {
    return new PerfscopeError('time-limit', 'the time limit is over', {}, 'Raise --time-limit or narrow the window.');
  }
  return new PerfscopeError('interrupted', 'interrupted');
}

export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw cancellation(signal);
}
