/**
 * A worker of a queue: takes incidents as they come, runs them on a pool of its own as `batch` does, puts the results
 * where they were asked for, and answers. What it cannot finish it gives back; what was under way when it died goes to
 * another worker, once its lock has run out.
 */
import type * as BullMQ from 'bullmq';
import type { Job } from 'bullmq';
import { availableParallelism, hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPool, type Pool } from '../../pool/pool.js';
import type { RunOptions } from '../../coordinator/run.js';
import { throwIfCancelled } from '../../pool/stage.js';
import { PerfscopeError } from '../../errors.js';
import { sourcesOf } from '../incident.js';
import type { IncidentJob, IncidentRecord } from '../job.js';
import { defaultMemory } from '../../coordinator/memory.js';
import { startHeapMb } from '../memory.js';
import { type AttemptOptions, type Flight, firstTry, limitsOf, roomFor, secondTry, withWatch } from '../runner.js';
import { Scheduler } from '../scheduler.js';
import { printable } from '../printable.js';
import { toolFingerprint } from '../tool.js';
import { type Link, type Say, asQueueError, connect } from './connection.js';
import { type Answer, parseRequest, refusedText } from './protocol.js';
import { Refusal, Roots } from './roots.js';
import { type QueueSettings, queueOf } from './settings.js';

export interface WorkOptions extends QueueSettings, RunOptions {
  /** Bytes for the whole process. Default: three quarters of what there is. */
  readonly maxMemory?: number | undefined;
  /** Folder in which learned signatures are kept; null: nothing is kept. */
  readonly cache?: string | null | undefined;
  /** Seconds without a sign of life after which a worker is taken to be dead. Default: 30. */
  readonly stalledAfter?: number | undefined;
  /** Folders, and prefixes s3://BUCKET/PREFIX, below which inputs may lie. Default: the current folder. */
  readonly readRoots?: readonly string[] | undefined;
  /** The same for where results may be put. */
  readonly resultsRoots?: readonly string[] | undefined;
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
/** A worker that refuses one incident after the other leaves them to others, ever longer, ms: it may be set up wrongly. */
const [REFUSED_MS, REFUSED_AT_MOST_MS] = [10, 500];
const IDLE_LOOK_MS = 200;

/**
 * Works until it is cancelled, which is its normal end, or has been idle for long enough.
 *
 * @throws PerfscopeError 'usage', 'queue'; 'output' when results cannot be put where they are wanted
 */
export async function work(options: WorkOptions): Promise<WorkSummary> {
  const say: Say = options.onLog ?? (() => undefined);
  const roots = await Roots.open(options.readRoots, options.resultsRoots);
  const link = await connect(queueOf(options, await toolFingerprint()), say);
  const worker = new QueueWorker(link, say, roots, options);
  try {
    return await worker.run();
  } catch (error) {
    throw asQueueError(error);
  } finally {
    link.close();
  }
}

class QueueWorker {
  private readonly stop = new AbortController();
  /** ms */
  private readonly stalledAfter: number;
  private readonly limits: { readonly jobs: number; readonly maxMemory: number };
  private readonly name = `${hostname()}:${process.pid}`;
  private readonly scheduler: Scheduler<() => Promise<void>>;
  private readonly pool: Pool;
  private fatal: PerfscopeError | null = null;
  private analysed = 0;
  private failed = 0;
  private underWay = 0;
  private lastAt = performance.now();
  /** Refusals since it did something last. */
  private refusals = 0;

  constructor(
    private readonly link: Link,
    private readonly say: Say,
    private readonly roots: Roots,
    private readonly options: WorkOptions,
  ) {
    link.onRefused = (error) => this.endWith(error);
    this.stalledAfter = (options.stalledAfter ?? STALLED_AFTER) * 1000;
    this.limits = { jobs: options.jobs ?? availableParallelism(), maxMemory: options.maxMemory ?? defaultMemory() };
    const { jobs, maxMemory } = this.limits;
    this.pool = createPool({ jobs, startHeapMb: startHeapMb(maxMemory, jobs) });
    this.scheduler = new Scheduler(limitsOf(this.limits), (run) => run());
  }

  async run(): Promise<WorkSummary> {
    const { queue, bullmq, redis } = this.link;
    const { stalledAfter } = this;
    await withWatch(this.limits, async (flights) => {
      const take = (job: Job<unknown, Answer>, token?: string) => this.take(job, token, flights);
      const worker = new (withoutTimers(bullmq))<unknown, Answer>(queue.name, take, {
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
      await worker.stopTimers();
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

  private async take(job: Job<unknown, Answer>, token: string | undefined, flights: Map<IncidentJob, Flight>) {
    this.count(1);
    try {
      await this.stepBack();
      const record = await this.digest(job, flights);
      // BullMQ would take it for a failure of the incident that Redis does not take the answer at the moment.
      await this.link.patiently(() => job.extendLock(token ?? '', this.stalledAfter)).catch(() => undefined);
      const args = { incident: record.name, status: record.code ?? 'ok', took: record.seconds };
      this.say('info', { code: 'worker-done', args });
      this.refusals = 0;
      if (record.status === 'ok') this.analysed++;
      else this.failed++;
      return { record, worker: this.name };
    } catch (error) {
      if (error instanceof OtherLimits) throw error;
      if (error instanceof Refusal) throw this.refused(job, error);
      if (!this.stop.signal.aborted) {
        // Another worker was faster, while this one was believed dead: nothing to be sorry for.
        if (!(error instanceof PerfscopeError) || (await this.isGone(job))) throw error;
        this.endWith(error);
      }
      await job.moveToWait(token).catch(() => undefined);
      this.say('info', { code: 'worker-given-back', args: { incident: printable(String(job.id)) } });
      throw new this.link.bullmq.WaitingError();
    } finally {
      this.count(-1);
    }
  }

  private endWith(error: PerfscopeError): void {
    this.fatal ??= error;
    this.stop.abort();
  }

  private refused(job: Job<unknown, Answer>, { message }: Refusal): Error {
    this.refusals++;
    this.say('warn', {
      code: 'worker-refused',
      args: { incident: printable(String(job.id)), reason: printable(message) },
    });
    return new this.link.bullmq.UnrecoverableError(refusedText(this.name, message));
  }

  private async stepBack(): Promise<void> {
    if (this.refusals === 0) return;
    const ms = Math.min(REFUSED_MS * 2 ** Math.min(this.refusals, 10), REFUSED_AT_MOST_MS);
    await sleep(ms, undefined, { signal: this.stop.signal }).catch(() => undefined);
    throwIfCancelled(this.stop.signal);
  }

  private async digest(job: Job<unknown, Answer>, flights: Map<IncidentJob, Flight>): Promise<IncidentRecord> {
    const request = await this.roots.admit(parseRequest(job.data, job.id));
    const { place, incidentTime, spreadFrom } = request;
    const incident = this.withCache(request.incident);
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
    const work = this.inRoom(room, () => {
      throwIfCancelled(this.stop.signal);
      const run = { options, pool: this.pool, flights, contents: new Map() };
      return job.attemptsMade > 0 ? secondTry(incident, run) : firstTry(incident, run);
    });
    const record = await work.catch(async (error: unknown) => {
      // The place may be gone by now: that is no reason to end.
      if (error instanceof PerfscopeError && error.code === 'output') await this.roots.admitPlace(place);
      throw error;
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

  private async isGone(job: Job<unknown, Answer>): Promise<boolean> {
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

/**
 * BullMQ's worker, asked to close just after it lost a connection, waits for that without end. Meanwhile it renews the locks of its jobs:
 * the timer for it would keep the process.
 */
const withoutTimers = ({ Worker }: typeof BullMQ) =>
  class<Data, Result> extends Worker<Data, Result> {
    async stopTimers(): Promise<void> {
      await this.lockManager.close();
    }
  };

/** Sends an incident back to the queue, for its second attempt. */
class OtherLimits extends Error {}

/** Without the SDK no incident of a store could be read: that is no fault of theirs. */
async function requireStore(incident: IncidentJob, place: string): Promise<void> {
  const wanted = place.startsWith('s3://') || sourcesOf(incident).some((ref) => ref.kind === 's3');
  if (!wanted) return;
  await (await import('../s3.js')).connectS3().catch((error: Error) => {
    throw new Refusal(error.message);
  });
}
