/**
 * Runs the jobs of a batch on one pool: small incidents as a whole in one thread each, large ones by the coordinator, with
 * their stages spread over the same pool. Failures of an incident are recorded, whatever they are; those that other
 * limits may cure (memory, time, a thread that died) are tried again when all others are done: alone, with all the memory
 * and twice the time.
 */
import { watchMemory } from '../coordinator/memory.js';
import { abortsWith } from '../pool/on-abort.js';
import { type Pool, createPool } from '../pool/pool.js';
import { throwIfCancelled } from '../pool/stage.js';
import { inMs } from '../coordinator/timer.js';
import { type ErrorCode, PerfscopeError } from '../errors.js';
import { Feeder } from './feeder.js';
import { ATTEMPTS, digestIncident, recordFailure } from './incident.js';
import { incidentStage } from './incident-stage.js';
import type { Contents } from './inputs.js';
import type { IncidentJob, IncidentRecord } from './job.js';
import { forIncidents, memoryNeed, startHeapMb, tooLarge } from './memory.js';
import { type Limits, schedule } from './scheduler.js';

/** What holds for each incident. */
export interface AttemptOptions {
  /** Folder of the result files. */
  readonly folder: string;
  /** See IncidentRun. */
  readonly outbox?: string | undefined;
  readonly jobs: number;
  /** Bytes for the whole process. */
  readonly maxMemory: number;
  /** Of these, bytes that are needed for other things than incidents under way. Default: none. */
  readonly kept?: number | undefined;
  /** Seconds an incident may take in its first attempt. */
  readonly incidentTime: number;
  /** Incidents that are likely to need more memory than this have their stages spread over the pool, bytes. */
  readonly spreadFrom?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Bytes as stored that have been read of an incident under way. */
  readonly onProgress?: ((job: IncidentJob, bytes: number) => void) | undefined;
}

export interface RunnerOptions extends AttemptOptions {
  /** Called when an incident is done; the batch waits for it at its end, the next incident does not. */
  readonly onDone: (record: IncidentRecord, job: IncidentJob) => Promise<void>;
}

/** Incidents that are likely to need more than so many bytes are spread: reading alone takes one thread half a minute. */
const SPREAD_FROM = 2 ** 30;
/** What other limits may cure. */
const CURABLE: readonly ErrorCode[] = ['worker', 'time-limit', 'input-too-large'];

export interface Flight {
  readonly need: number;
  readonly controller: AbortController;
}

export async function runJobs(ordered: readonly IncidentJob[], options: RunnerOptions): Promise<void> {
  const postponed = await firstRound(ordered, options);
  if (postponed.length > 0) await secondRound(postponed, options);
}

async function firstRound(ordered: readonly IncidentJob[], options: RunnerOptions): Promise<IncidentJob[]> {
  const postponed: IncidentJob[] = [];
  const queue = ordered.map((job) => ({ job, ...roomFor(job, options) }));
  // No limit of the heaps: V8 counts columns towards it, too, and a limit near what is in use makes it collect five times as
  // often, which takes half of the speed. The watch on the process is the limit.
  const pool = createPool({ jobs: options.jobs, startHeapMb: startHeapMb(options.maxMemory, options.jobs) });
  const feeder = new Feeder(ordered, options.signal);
  const later = new Later();
  try {
    await withWatch(options, async (flights) =>
      schedule(queue, limitsOf(options), async (job) => {
        let { incidentTime } = options;
        const contents = await feeder.feed(job, incidentTime, (seconds) => (incidentTime -= seconds));
        const record = await firstTry(job, { options: { ...options, incidentTime }, pool, flights, contents });
        if (record === null) postponed.push(job);
        else later.add(options.onDone(record, job));
        later.throwIfFailed();
      }),
    );
  } finally {
    await later.done();
    await feeder.close();
    await pool.close();
  }
  later.throwIfFailed();
  return postponed;
}

/** The room that an incident takes in its first attempt. */
export function roomFor(job: IncidentJob, options: AttemptOptions): { width: number; need: number } {
  const need = memoryNeed(job);
  return { need, width: isSpread(need, options) ? Math.ceil(options.jobs / 2) : 1 };
}

/** One more place than there are threads: a thread that has finished finds its next incident waiting. */
export function limitsOf({ jobs, maxMemory, kept }: Pick<AttemptOptions, 'jobs' | 'maxMemory' | 'kept'>): Limits {
  return { places: jobs + 1, memory: forIncidents(maxMemory, kept) };
}

function isSpread(need: number, options: AttemptOptions): boolean {
  return need > (options.spreadFrom ?? SPREAD_FROM);
}

/** Promises that nobody waits for until the end, and the first error among them. */
export class Later {
  private readonly pending = new Set<Promise<void>>();
  private failure: { readonly error: unknown } | null = null;

  add(promise: Promise<void>): void {
    const settled: Promise<void> = promise
      .catch((error: unknown) => {
        this.failure ??= { error };
      })
      .finally(() => this.pending.delete(settled));
    this.pending.add(settled);
  }

  get size(): number {
    return this.pending.size;
  }

  async done(): Promise<void> {
    await Promise.all(this.pending);
  }

  throwIfFailed(): void {
    if (this.failure !== null) throw this.failure.error as Error;
  }
}

async function secondRound(postponed: readonly IncidentJob[], options: RunnerOptions): Promise<void> {
  // A new pool: its threads have not yet used any memory, and leave no garbage lying about.
  const pool = createPool({ jobs: options.jobs, startHeapMb: 0 });
  try {
    await withWatch(options, async (flights) => {
      for (const job of postponed)
        await options.onDone(await secondTry(job, { options, pool, flights, contents: new Map() }), job);
    });
  } finally {
    await pool.close();
  }
}

export interface Try {
  readonly options: AttemptOptions;
  readonly pool: Pool;
  readonly flights: Map<IncidentJob, Flight>;
  readonly contents: Contents;
}

/** What became of an incident in its first attempt; null when other limits may cure its failure. */
export async function firstTry(job: IncidentJob, run: Try): Promise<IncidentRecord | null> {
  const { options } = run;
  const first = { ...run, seconds: options.incidentTime };
  const record = await attempt(job, { ...first, attempt: 1 }).catch((error: unknown) => curable(error, options));
  if (record === null || (record.code !== null && CURABLE.includes(record.code))) return null;
  // Nothing would be different later: at once, while its bytes are at hand.
  return record.status === 'ok' ? record : lastAttempt(job, { ...first, attempt: ATTEMPTS });
}

/** The second attempt of what `firstTry` gave null for; the caller sees to it that the incident is alone. */
export function secondTry(job: IncidentJob, run: Try): Promise<IncidentRecord> {
  return lastAttempt(job, { ...run, seconds: 2 * run.options.incidentTime, attempt: ATTEMPTS });
}

interface Attempt extends Try {
  readonly attempt: number;
  /** Time limit. */
  readonly seconds: number;
}

async function attempt(job: IncidentJob, run: Attempt): Promise<IncidentRecord> {
  const { options, pool, flights, contents } = run;
  const { controller, letGo } = abortsWith(options.signal);
  const { signal } = controller;
  const need = memoryNeed(job);
  const spread = isSpread(need, options);
  let timer: NodeJS.Timeout | undefined;
  // From the first sign of life: until then it waits for a thread.
  const begin = () => (timer ??= setTimeout(() => controller.abort(tooSlow(job, run.seconds)), inMs(run.seconds)));
  if (spread) begin();
  flights.set(job, { need, controller });
  const onProgress = (bytes: number) => {
    begin();
    options.onProgress?.(job, bytes);
  };
  const { folder, outbox } = options;
  const task = { job, folder, outbox, attempt: run.attempt, attempts: ATTEMPTS, contents };
  try {
    if (spread) return await digestIncident(job, { ...task, pool, signal, onProgress });
    return await pool.run(incidentStage, task, { signal, onProgress });
  } finally {
    clearTimeout(timer);
    letGo();
    flights.delete(job);
  }
}

async function lastAttempt(job: IncidentJob, run: Attempt): Promise<IncidentRecord> {
  const record = await attempt(job, run).catch(async (error: unknown) => {
    curable(error, run.options);
    const { folder, outbox } = run.options;
    const facts = { folder, outbox, pool: run.pool, attempt: run.attempt, attempts: ATTEMPTS, contents: run.contents };
    return recordFailure(job, facts, error);
  });
  return record;
}

/** Null for what concerns one incident; throws what concerns the run. */
function curable(error: unknown, options: AttemptOptions): null {
  throwIfCancelled(options.signal);
  if (error instanceof PerfscopeError && CURABLE.includes(error.code)) return null;
  throw error;
}

/** While `body` runs, the largest incident under way is stopped when the process takes more memory than it may. */
export async function withWatch(
  options: Pick<AttemptOptions, 'maxMemory'>,
  body: (flights: Map<IncidentJob, Flight>) => Promise<void>,
): Promise<void> {
  const flights = new Map<IncidentJob, Flight>();
  const watch = watchMemory(options.maxMemory, () => {
    const [largest] = [...flights].sort((a, b) => b[1].need - a[1].need);
    largest?.[1].controller.abort(tooLarge(largest[0], options.maxMemory));
  });
  try {
    await body(flights);
  } finally {
    watch.stop();
  }
}

function tooSlow(job: IncidentJob, seconds: number): PerfscopeError {
  const message = `not done within ${seconds} s`;
  return new PerfscopeError('time-limit', message, { path: job.name }, 'Raise --incident-time or narrow the window.');
}
