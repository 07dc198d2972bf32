/** Waiting for what may never come, or too late: while Redis is away, nothing that was asked of it ends. */
import { onAbort } from './on-abort.js';
import { cancellation } from './stage.js';

export function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  let forget: () => void;
  const aborted = new Promise<never>((_, reject) => {
    forget = onAbort(signal, () => reject(cancellation(signal)));
  });
  return Promise.race([work, aborted]).finally(() => forget());
}

/** For `ms` at most. */
export async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([work.catch(() => undefined), late]);
  clearTimeout(timer);
}
