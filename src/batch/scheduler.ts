/**
 * Which incident runs when: the first in line, as soon as a place is free and there is memory for it. A small one may
 * overtake a large one that waits for memory, but not for ever. Knows nothing of pools and files.
 */
export interface Scheduled<Job> {
  readonly job: Job;
  /** Places that it takes. */
  readonly width: number;
  /** Bytes of memory that it is likely to need. */
  readonly need: number;
}

export interface Limits {
  readonly places: number;
  readonly memory: number;
}

/** So many may overtake one that waits for memory: after that it gets the next room there is. */
const MAX_OVERTAKEN = 32;

/**
 * Runs all; `run` may fail for reasons that end the batch: then nothing more is begun, and the first such error is thrown
 * once all that runs has ended.
 */
export async function schedule<Job>(
  queue: readonly Scheduled<Job>[],
  limits: Limits,
  run: (job: Job) => Promise<void>,
): Promise<void> {
  const waiting = [...queue];
  const running = new Set<Promise<void>>();
  let places = limits.places;
  let memory = limits.memory;
  let overtaken = 0;
  let failure: { readonly error: unknown } | null = null;

  const next = (): Scheduled<Job> | null => {
    const fits = (s: Scheduled<Job>) => widthOf(s) <= places && needOf(s) <= memory;
    const at = overtaken < MAX_OVERTAKEN ? waiting.findIndex(fits) : waiting.length > 0 && fits(waiting[0]!) ? 0 : -1;
    if (at < 0) return null;
    overtaken = at === 0 ? 0 : overtaken + 1;
    return waiting.splice(at, 1)[0]!;
  };
  // One that asks for more than there is runs alone.
  const widthOf = (s: Scheduled<Job>) => Math.min(s.width, limits.places);
  const needOf = (s: Scheduled<Job>) => Math.min(s.need, limits.memory);

  while (waiting.length > 0 || running.size > 0) {
    for (let s = failure === null ? next() : null; s !== null; s = failure === null ? next() : null) {
      const begun = s;
      places -= widthOf(begun);
      memory -= needOf(begun);
      const task: Promise<void> = run(begun.job)
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => {
          places += widthOf(begun);
          memory += needOf(begun);
          running.delete(task);
        });
      running.add(task);
    }
    if (running.size === 0) break;
    await Promise.race(running);
  }
  if (failure !== null) throw (failure as { error: unknown }).error;
}
