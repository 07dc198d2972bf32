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

/** Takes jobs at any time and runs each when there is room for it. */
export class Scheduler<Job> {
  private readonly waiting: Scheduled<Job>[] = [];
  private readonly running = new Set<Promise<void>>();
  private places: number;
  private memory: number;
  private overtaken = 0;
  private failure: { readonly error: unknown } | null = null;

  /** `run` may fail for reasons that end it all: then nothing more is begun. */
  constructor(
    private readonly limits: Limits,
    private readonly run: (job: Job) => Promise<void>,
  ) {
    this.places = limits.places;
    this.memory = limits.memory;
  }

  add(jobs: readonly Scheduled<Job>[]): void {
    for (const job of jobs) this.waiting.push(job);
    this.begin();
  }

  /** Resolves when nothing runs any more; throws the first error of a run. */
  async idle(): Promise<void> {
    while (this.running.size > 0) await Promise.race(this.running);
    if (this.failure !== null) throw (this.failure as { error: unknown }).error;
  }

  private begin(): void {
    for (let s = this.next(); s !== null; s = this.next()) {
      const [width, need] = [this.widthOf(s), this.needOf(s)];
      this.places -= width;
      this.memory -= need;
      const task: Promise<void> = this.run(s.job)
        .catch((error: unknown) => {
          this.failure ??= { error };
        })
        .finally(() => {
          this.places += width;
          this.memory += need;
          this.running.delete(task);
          this.begin();
        });
      this.running.add(task);
    }
  }

  private next(): Scheduled<Job> | null {
    if (this.failure !== null || this.waiting.length === 0) return null;
    const fits = (s: Scheduled<Job>) => this.widthOf(s) <= this.places && this.needOf(s) <= this.memory;
    const at = this.overtaken < MAX_OVERTAKEN ? this.waiting.findIndex(fits) : fits(this.waiting[0]!) ? 0 : -1;
    if (at < 0) return null;
    this.overtaken = at === 0 ? 0 : this.overtaken + 1;
    return this.waiting.splice(at, 1)[0]!;
  }

  // One that asks for more than there is runs alone.
  private widthOf(s: Scheduled<Job>): number {
    return Math.min(s.width, this.limits.places);
  }

  private needOf(s: Scheduled<Job>): number {
    return Math.min(s.need, this.limits.memory);
  }
}

/** Runs all; an error of `run` is thrown once all that runs has ended. */
export async function schedule<Job>(
  queue: readonly Scheduled<Job>[],
  limits: Limits,
  run: (job: Job) => Promise<void>,
): Promise<void> {
  const scheduler = new Scheduler(limits, run);
  scheduler.add(queue);
  await scheduler.idle();
}
