/**
 * A worker of a queue: takes incidents as they come, runs them on a pool of its own as `batch` does, puts the results
 * where they were asked for, and answers. What it cannot finish it gives back; what was under way when it died goes to
 * another worker, once its lock has run out.
 */
import type { Job } from 'bullmq';
import { availableParallelism, hostname } from 'node:os';
import { createPool, type Pool } from '../../coordinator/pool.js';
import type { RunOptions } from '../../coordinator/run.js';
import { throwIfCancelled } from '../../coordinator/stage.js';
import { PerfscopeError } from '../../errors.js';
import { sourcesOf } from '../incident.js';
import type { IncidentJob, IncidentRecord } from '../job.js';
import { defaultMemory } from '../../coordinator/memory.js';
import { startHeapMb } from '../memory.js';
import { type AttemptOptions, type Flight, firstTry, limitsOf, roomFor, secondTry, withWatch } from '../runner.js';
import { Scheduler } from '../scheduler.js';
import { toolFingerprint } from '../tool.js';
import { type Link, type Say, connect } from './connection.js';
import type { Answer, Request } from './protocol.js';
import { type QueueSettings, queueOf } from './settings.js';

export interface WorkOptions extends QueueSettings, RunOptions {
  /** Bytes for the whole process. Default: three quarters of what there is. */
  readonly maxMemory?: number | undefined;
  /** Folder in which learned signatures are kept; null: nothing is kept. */
  readonly cache?: string | null | undefined;
  /** Seconds without a sign of life after which a worker is taken to be dead. Default: 30. */
  readonly stalledAfter?: number | undefined;
  /** Ends after so many seconds without work. Default: never. */
  readonly idleExit?: number | undefined;
  readonly onWork?: ((summary: WorkSummary) => void) | undefined;
}

export interface WorkSummary {
  readonly analysed: number;
  readonly failed: number;
  readonly underWay: number;
}

const STALLED_AFTER = 30;
/** Workers that may die on an incident, one after the other, before it is given up. */
const DEATHS = 3;
/** After an error of Redis itself, ms. */
const RETRY_MS = 1000;
const IDLE_LOOK_MS = 200;

/**
 * Works until it is cancelled, which is its normal end, or has been idle for long enough.
 *
 * @throws PerfscopeError 'usage', 'queue'; 'output' when results cannot be put where they are wanted
 */
export async function work(options: WorkOptions): Promise<WorkSummary> {
  const say: Say = options.onLog ?? (() => undefined);
  const link = await connect(queueOf(options, await toolFingerprint()), say);
  const worker = new QueueWorker(link, say, options);
  try {
    return await worker.run();
  } finally {
    link.close();
  }
}

class QueueWorker {
  private readonly stop = new AbortController();
  private readonly limits: { readonly jobs: number; readonly maxMemory: number };
  private readonly name = `${hostname()}:${process.pid}`;
  private readonly scheduler: Scheduler<() => Promise<void>>;
  private readonly pool: Pool;
  private fatal: PerfscopeError | null = null;
  private analysed = 0;
  private failed = 0;
  private underWay = 0;
  private lastAt = performance.now();

  constructor(
    private readonly link: Link,
    private readonly say: Say,
    private readonly options: WorkOptions,
  ) {
    this.limits = { jobs: options.jobs ?? availableParallelism(), maxMemory: options.maxMemory ?? defaultMemory() };
    const { jobs, maxMemory } = this.limits;
    this.pool = createPool({ jobs, startHeapMb: startHeapMb(maxMemory, jobs) });
    this.scheduler = new Scheduler(limitsOf(this.limits), (run) => run());
  }

  async run(): Promise<WorkSummary> {
    const { queue, bullmq, redis } = this.link;
    const stalledAfter = (this.options.stalledAfter ?? STALLED_AFTER) * 1000;
    await withWatch(this.limits, async (flights) => {
      const take = (job: Job<Request, Answer>, token?: string) => this.take(job, token, flights);
      const worker = new bullmq.Worker<Request, Answer>(queue.name, take, {
        connection: redis,
        prefix: queue.prefix,
        name: this.name,
        concurrency: this.limits.jobs,
        lockDuration: stalledAfter,
        stalledInterval: stalledAfter,
        maxStalledCount: DEATHS - 1,
        runRetryDelay: RETRY_MS,
      });
      worker.on('error', this.link.onError);
      this.say('info', { code: 'worker-ready', args: { queue: queue.shown, jobs: this.limits.jobs } });
      await this.ended();
      // No new ones; those under way are told to stop, and go back.
      // While Redis is away that cannot be: their locks run out.
      const closed = worker.close(this.link.redis.status !== 'ready');
      this.stop.abort();
      await this.link.farewell(closed);
    }).finally(() => this.pool.close());
    if (this.fatal !== null) throw this.fatal;
    return this.summary();
  }

  /** Resolves when the worker is to stop. */
  private ended(): Promise<void> {
    const { idleExit = Infinity, signal } = this.options;
    const all = signal === undefined ? this.stop.signal : AbortSignal.any([signal, this.stop.signal]);
    return new Promise((resolve) => {
      const idle = () => this.underWay === 0 && (performance.now() - this.lastAt) / 1000 >= idleExit;
      const end = () => {
        clearInterval(timer);
        resolve();
      };
      const timer = setInterval(() => idle() && end(), IDLE_LOOK_MS);
      if (all.aborted) end();
      all.addEventListener('abort', end, { once: true });
    });
  }

  private async take(job: Job<Request, Answer>, token: string | undefined, flights: Map<IncidentJob, Flight>) {
    this.count(1);
    try {
      const record = await this.digest(job, flights);
      const args = { incident: record.name, status: record.code ?? 'ok', took: record.seconds };
      this.say('info', { code: 'worker-done', args });
      if (record.status === 'ok') this.analysed++;
      else this.failed++;
      return { record, worker: this.name };
    } catch (error) {
      if (error instanceof OtherLimits) throw error;
      if (!this.stop.signal.aborted) {
        // Another worker was faster, while this one was believed dead: nothing to be sorry for.
        if (!(error instanceof PerfscopeError) || (await this.isGone(job))) throw error;
        this.fatal = error;
        this.stop.abort();
      }
      await job.moveToWait(token).catch(() => undefined);
      this.say('info', { code: 'worker-given-back', args: { incident: job.data.incident.name } });
      throw new this.link.bullmq.WaitingError();
    } finally {
      this.count(-1);
    }
  }

  private async digest(job: Job<Request, Answer>, flights: Map<IncidentJob, Flight>): Promise<IncidentRecord> {
    const { place, incidentTime, spreadFrom } = job.data;
    const incident = this.withCache(job.data.incident);
    await requireStore(incident, place);
    const options: AttemptOptions = {
      folder: place,
      outbox: job.id,
      ...this.limits,
      incidentTime,
      spreadFrom: spreadFrom ?? undefined,
      signal: this.stop.signal,
    };
    // What failed with the limits of the first attempt, or was there when a worker died, is alone with all there is.
    const alone = job.attemptsMade > 0 || job.stalledCounter > 0;
    const room = alone ? { width: Infinity, need: Infinity } : roomFor(incident, options);
    const record = await this.inRoom(room, () => {
      throwIfCancelled(this.stop.signal);
      const run = { options, pool: this.pool, flights, contents: new Map() };
      return job.attemptsMade > 0 ? secondTry(incident, run) : firstTry(incident, run);
    });
    if (record === null) throw new OtherLimits('to be tried again with other limits');
    return record;
  }

  private inRoom<T>(room: { width: number; need: number }, run: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const job = async () => run().then(resolve, reject);
      this.scheduler.add([{ job, ...room }]);
    });
  }

  private withCache(incident: IncidentJob): IncidentJob {
    return { ...incident, options: { ...incident.options, cache: this.options.cache ?? null } };
  }

  private async isGone(job: Job<Request, Answer>): Promise<boolean> {
    if (this.link.redis.status !== 'ready') return false;
    return (await job.getState().catch(() => 'active')) !== 'active';
  }

  private count(by: number): void {
    this.underWay += by;
    this.lastAt = performance.now();
    this.options.onWork?.(this.summary());
  }

  private summary(): WorkSummary {
    const { analysed, failed, underWay } = this;
    return { analysed, failed, underWay };
  }
}

/** Sends an incident back to the queue, for its second attempt. */
class OtherLimits extends Error {}

/** Without the SDK no incident of a store could be read: that is no fault of theirs. */
async function requireStore(incident: IncidentJob, place: string): Promise<void> {
  const wanted = place.startsWith('s3://') || sourcesOf(incident).some((ref) => ref.kind === 's3');
  if (wanted) await (await import('../s3.js')).connectS3();
}
