/**
 * A batch whose incidents are done by workers on any machines: asks for them through the queue, a bounded number at a
 * time, and takes in what the workers answer. Whoever leaves and comes back joins what was asked before, since the same
 * work has the same key.
 */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { RunOptions } from '../../coordinator/run.js';
import { outputError } from '../../lib/atomic.js';
import { makeFolder } from '../../lib/make-folder.js';
import type { Engine } from '../batch.js';
import type { IncidentJob } from '../job.js';
import { Later, type RunnerOptions } from '../runner.js';
import { toolFingerprint } from '../tool.js';
import { Collector } from './collect.js';
import { type Link, type Say, asQueueError, connect } from './connection.js';
import { type Answer, KEPT_SECONDS, Keys, MAX_INCIDENT_TIME, type Request } from './protocol.js';
import { type QueueSettings, otherWorkers, queueOf, toolOf } from './settings.js';
import { untilAborted } from '../../pool/waiting.js';

export interface SubmitOptions extends QueueSettings {
  /** Where workers put results: a folder that they all see at this path, or s3://BUCKET/PREFIX. Default: in the results folder. */
  readonly place?: string | undefined;
  /** Incidents that wait in the queue at most. Default: 10,000. */
  readonly maxWaiting?: number | undefined;
}

const MAX_WAITING = 10_000;
/** Requests sent, and answers looked at, in one go. */
const PAGE = 200;
/** How often it is looked whether anybody works, and whether word of an answer was missed, ms. */
const LOOK_MS = 5000;
const LOOK_AGAIN_MS = 30_000;

/** @throws PerfscopeError 'usage', 'queue' */
export async function openQueue(settings: SubmitOptions, { onLog }: Pick<RunOptions, 'onLog'>): Promise<Engine> {
  const say: Say = onLog ?? (() => undefined);
  const link = await connect(queueOf(settings, await toolFingerprint()), say);
  return {
    async run(ordered, options) {
      const place = settings.place?.replace(/\/+$/, '') ?? path.resolve(options.folder, '..', 'incoming');
      const folder = /^s3:/.test(place) ? null : path.resolve(place);
      if (folder !== null)
        await makeFolder(folder).catch((error: unknown) => {
          throw outputError(error, folder);
        });
      const submission = new Submission(link, folder ?? place, settings.maxWaiting ?? MAX_WAITING, say, options);
      await submission.run(ordered).catch((error: unknown) => {
        throw asQueueError(error);
      });
      if (settings.place === undefined && folder !== null) await rm(folder, { recursive: true, force: true });
    },
    async close() {
      link.close();
      return Promise.resolve();
    },
  };
}

class Submission {
  private readonly queue;
  private readonly collector: Collector;
  /** All that is not done, by key; of these, what was not sent yet, and what was. */
  private readonly open = new Map<string, IncidentJob>();
  private unsent: string[] = [];
  private readonly sent = new Set<string>();
  /** Of these, what the queue has taken. */
  private readonly accepted = new Set<string>();
  private readonly later = new Later();
  private sending: Promise<unknown> = Promise.resolve();
  private heardAt = performance.now();
  private saidIdle = false;
  /** What was said of workers. */
  private readonly faults = new Set<string>();
  private woken = false;
  private wakeUp: () => void = () => undefined;

  constructor(
    private readonly link: Link,
    private readonly place: string,
    private readonly maxWaiting: number,
    private readonly say: Say,
    private readonly options: RunnerOptions,
  ) {
    const { name, prefix } = link.queue;
    this.queue = new link.bullmq.Queue<Request, Answer>(name, { connection: link.redis, prefix });
    this.queue.on('error', link.onError);
    link.onRefused = (error) => this.track(Promise.reject(error));
    this.collector = new Collector(place, options);
  }

  async run(ordered: readonly IncidentJob[]): Promise<void> {
    const keys = new Keys(this.place);
    for (const job of ordered) this.open.set(await keys.of(job), job);
    this.unsent = [...this.open.keys()];
    const events = await untilAborted(this.listen(), this.options.signal);
    const timer = setInterval(() => this.track(this.look()), LOOK_MS);
    this.link.onBack = () => this.track(this.again());
    try {
      // While Redis is away, nothing comes to an end by itself.
      await untilAborted(this.work(), this.options.signal);
    } finally {
      clearInterval(timer);
      this.link.onBack = () => undefined;
      await this.link.farewell(this.later.done());
      await this.link.farewell(Promise.all([events.close(), this.queue.close()]));
      if (this.accepted.size > 0) this.say('warn', { code: 'queue-left', args: { incidents: this.accepted.size } });
    }
  }

  private async work(): Promise<void> {
    const found = await this.sweep();
    if (found > 0) this.say('info', { code: 'queue-found', args: { incidents: found } });
    while (this.open.size > 0 || this.later.size > 0) {
      await this.fill();
      await this.change();
      this.later.throwIfFailed();
    }
    this.later.throwIfFailed();
  }

  /** What nobody waits for; when it is done, or has failed, `work` looks what there is to do. */
  private track(promise: Promise<void>): void {
    this.later.add(promise.finally(() => setImmediate(() => this.wake())));
  }

  private wake(): void {
    this.woken = true;
    this.wakeUp();
  }

  private async change(): Promise<void> {
    if (!this.woken) await new Promise<void>((resolve) => (this.wakeUp = resolve));
    this.woken = false;
  }

  private async listen() {
    const { bullmq, queue } = this.link;
    // From what was said last: nothing that is answered from now on is missed.
    const [last] = await this.link.redis.xrevrange(this.queue.toKey('events'), '+', '-', 'COUNT', 1);
    const events = new bullmq.QueueEvents(queue.name, {
      connection: this.link.another(),
      prefix: queue.prefix,
      lastEventId: last?.[0] ?? '0-0',
    });
    events.on('error', this.link.onError);
    events.on('completed', ({ jobId, returnvalue }) => this.answered(jobId, objectOf(returnvalue)));
    events.on('failed', ({ jobId, failedReason }) => this.answered(jobId, failedReason));
    await events.waitUntilReady();
    return events;
  }

  /** Sends as much as may wait. */
  private async fill(): Promise<void> {
    while (this.unsent.length > 0 && this.sent.size < this.maxWaiting) {
      const keys = this.unsent.splice(0, Math.min(PAGE, this.maxWaiting - this.sent.size));
      const wanted = keys.filter((key) => this.open.has(key));
      for (const key of wanted) this.sent.add(key);
      await this.send(wanted);
    }
  }

  /** What is in the queue already is left as it is. */
  private async send(keys: readonly string[]): Promise<void> {
    const { incidentTime, spreadFrom = null } = this.options;
    const kept = { age: KEPT_SECONDS };
    const requests = keys.flatMap((key) => {
      const job = this.open.get(key);
      if (job === undefined) return [];
      // Where a worker keeps what it learned is its own business.
      const incident = { ...job, options: { ...job.options, cache: null }, archive: undefined };
      const time = Math.min(incidentTime, MAX_INCIDENT_TIME);
      const data: Request = { incident, place: this.place, incidentTime: time, spreadFrom };
      return [
        { name: 'incident', data, opts: { jobId: key, attempts: 2, removeOnComplete: kept, removeOnFail: kept } },
      ];
    });
    if (requests.length === 0) return;
    const sending = this.link.patiently(() => this.queue.addBulk(requests));
    this.sending = sending.catch(() => undefined);
    await sending;
    for (const key of keys) if (this.sent.has(key)) this.accepted.add(key);
  }

  /** Takes in what was answered while nobody listened; gives how many. */
  private async sweep(): Promise<number> {
    const found: [string, unknown][] = [];
    for (const state of ['completed', 'failed'] as const) {
      for (let from = 0; ; from += PAGE) {
        const page = await this.queue.getJobs([state], from, from + PAGE - 1, true);
        for (const job of page) {
          // Removed while the page was made.
          if (job?.id === undefined || !this.open.has(job.id)) continue;
          found.push([job.id, state === 'completed' ? objectOf(job.returnvalue) : (job.failedReason ?? '')]);
        }
        if (page.length < PAGE) break;
      }
    }
    for (const [key, answer] of found) this.answered(key, answer);
    return found.length;
  }

  private answered(key: string, answer: unknown): void {
    const job = this.open.get(key);
    if (job === undefined || this.options.signal?.aborted === true) return;
    this.heardAt = performance.now();
    this.saidIdle = false;
    this.open.delete(key);
    this.track(this.take(key, job, answer));
  }

  private async take(key: string, job: IncidentJob, answer: unknown): Promise<void> {
    const taken = await this.collector.take(key, job, answer).catch(async (error: unknown) => {
      // Not to be found again by the next run, which may have better workers.
      await this.remove(key);
      throw error;
    });
    if (taken.record !== null) await this.options.onDone(taken.record, job);
    this.sent.delete(key);
    this.accepted.delete(key);
    // A request that is being sent once more must not come after its removal.
    await this.sending;
    await this.remove(key);
    if (taken.record !== null) return this.collector.drop(key);
    this.say(this.faults.has(taken.reason) ? 'info' : 'warn', {
      code: 'queue-again',
      args: { incident: job.name, reason: taken.reason },
    });
    this.faults.add(taken.reason);
    this.open.set(key, job);
    this.unsent.push(key);
  }

  private async remove(key: string): Promise<void> {
    await this.link.patiently(() => this.queue.remove(key));
  }

  /** After Redis was away: it may have lost what it had not written to disk, and what it said may have been missed. */
  private async again(): Promise<void> {
    const keys = [...this.sent];
    for (let at = 0; at < keys.length; at += PAGE) await this.send(keys.slice(at, at + PAGE));
    await this.sweep();
  }

  /** Null for users who may not see who is there. */
  private workers(): Promise<number | null> {
    return this.queue.getWorkersCount().catch((error: Error) => {
      if (/^NOPERM\b/.test(error.message)) return null;
      throw error;
    });
  }

  private async look(): Promise<void> {
    const quiet = performance.now() - this.heardAt;
    if (this.link.redis.status !== 'ready' || quiet < LOOK_MS || this.sent.size === 0) return;
    if (!this.saidIdle && (await this.workers()) === 0) {
      this.saidIdle = true;
      const { queue, redis } = this.link;
      const others = otherWorkers(String(await redis.client('LIST')), queue);
      const args = { queue: queue.shown, workers: others.length, other: others[0] ?? '', own: toolOf(queue) };
      this.say('warn', { code: others.length > 0 ? 'queue-others' : 'queue-idle', args });
    }
    if (quiet < LOOK_AGAIN_MS) return;
    this.heardAt = performance.now();
    await this.again();
  }
}

/** A text stands for a failure, so no answer may be one. */
const objectOf = (answer: unknown): unknown => (typeof answer === 'object' ? answer : null);
