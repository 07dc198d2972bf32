/** The worker's side of the pool: runs a stage and turns its outcome into plain data. */
import { type Remote, releaseProxy, wrap } from 'comlink/dist/esm/comlink.mjs';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import type { MessagePort } from 'node:worker_threads';
import { PerfscopeError, type PlainError, toPlainError } from '../errors.js';
import type { Message } from '../result.js';
import type { LogLevel, Stage, StageContext } from './stage.js';

/** What the coordinator exposes to a running task over its port. */
export interface Supervisor {
  progress(done: number): void;
  log(level: LogLevel, message: Message): void;
  /** Resolves when the task is to stop; never, if it is not. */
  whenCancelled(): Promise<void>;
}

export interface TaskEnvelope<Args> {
  readonly args: Args;
  /** Null when nobody listens. */
  readonly port: MessagePort | null;
}

export type Reply<Result> =
  { readonly ok: true; readonly value: Result } | { readonly ok: false; readonly error: PlainError };

/** Does nothing: a thread that gets it has started and loaded its stage by the time that work comes. */
export const WARM_UP = 'warm-up';

/** Makes the default export of a worker file. An error for users comes back as data; any other one is a bug and is thrown. */
export function serve<Args, Result>(
  stage: Stage<Args, Result>,
): (task: TaskEnvelope<Args> | typeof WARM_UP) => Promise<Reply<Result> | null> {
  return async (task) => {
    if (task === WARM_UP) return null;
    const { args, port } = task;
    const controller = new AbortController();
    const supervisor = port === null ? null : wrap<Supervisor>(nodeEndpoint(port));
    supervisor?.whenCancelled().then(
      () => controller.abort(),
      () => undefined,
    );
    try {
      return { ok: true, value: await stage.run(args, contextOf(supervisor, controller.signal)) };
    } catch (error) {
      if (error instanceof PerfscopeError) return { ok: false, error: toPlainError(error) };
      throw error;
    } finally {
      supervisor?.[releaseProxy]();
    }
  };
}

function contextOf(supervisor: Remote<Supervisor> | null, signal: AbortSignal): StageContext {
  if (supervisor === null) return { signal, progress: () => undefined, log: () => undefined };
  // Nobody waits for the answers: the task may be over before they come.
  const forget = (answer: Promise<void>) => void answer.catch(() => undefined);
  return {
    signal,
    progress: (done) => forget(supervisor.progress(done)),
    log: (level, message) => forget(supervisor.log(level, message)),
  };
}
