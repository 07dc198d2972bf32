/**
 * Delivers incidents, each delivery for itself: one that fails or hangs holds up its own queue and no other. Tries are bounded in number
 * and in time, queues in length; what was delivered is told at once, so that it can be written down.
 */
import { setTimeout as passing } from 'node:timers/promises';
import { abortsWith } from '../../pool/on-abort.js';
import { untilAborted } from '../../pool/waiting.js';
import { backoff } from '../backoff.js';
import { type Say, reasonOf } from '../say.js';
import { type Delivery, DeliveryError } from './delivery.js';
import type { IncidentMessage } from './message.js';

export interface CourierOptions {
  readonly tries: number;
  /** ms a try may take. */
  readonly limit: number;
  /** Messages that may wait for one delivery. */
  readonly waiting: number;
  /** ms between tries; for tests. */
  readonly pause?: (failures: number) => number;
  /** Waits so many ms, or until the signal; for tests. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>;
  readonly say: Say;
  /** What became of a message: written down by whoever keeps it. */
  onEnd(id: string, delivery: string, end: 'done' | 'given-up'): Promise<void>;
}

export const COURIER = { tries: 8, limit: 30_000, waiting: 100 } as const;

/** Who asks for more time gets this: in eight tries less than an hour, in which newer messages wait. */
const LONGEST_WAIT_MS = 5 * 60_000;

export class Courier {
  private readonly queues = new Map<string, IncidentMessage[]>();
  private readonly running = new Map<string, Promise<void>>();

  constructor(
    private readonly deliveries: readonly Delivery[],
    private readonly options: CourierOptions,
    private readonly signal: AbortSignal,
  ) {}

  /** Ids of incidents of which something is still to be delivered. */
  get busy(): ReadonlySet<string> {
    return new Set([...this.queues.values()].flat().map((m) => m.id));
  }

  get waiting(): number {
    return [...this.queues.values()].reduce((sum, q) => sum + q.length, 0);
  }

  get names(): string[] {
    return this.deliveries.map((d) => d.name);
  }

  /** Sends it by the deliveries of these names, where there still are such. */
  send(message: IncidentMessage, names: readonly string[]): void {
    if (this.signal.aborted) return;
    for (const delivery of this.deliveries) {
      const { name } = delivery;
      if (!names.includes(name)) continue;
      const queue = this.queues.get(name) ?? [];
      this.queues.set(name, queue);
      queue.push(message);
      // The one in front is being sent.
      if (queue.length > this.options.waiting) void this.end(queue.splice(1, 1)[0]!, name, 'given-up', 'too many wait');
      if (!this.running.has(name)) this.running.set(name, this.work(delivery, queue));
    }
  }

  /** Resolves when nothing is under way: all is delivered or given up, or the signal aborted. */
  async settled(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running.values());
  }

  private async work(delivery: Delivery, queue: IncidentMessage[]): Promise<void> {
    while (queue.length > 0 && !this.signal.aborted) {
      const message = queue[0]!;
      const failure = await this.attempt(delivery, message);
      if (this.signal.aborted && failure !== null) break;
      await this.end(message, delivery.name, failure === null ? 'done' : 'given-up', failure ?? '');
      queue.shift();
    }
    // In one step with the look at the queue: what comes later begins anew.
    this.running.delete(delivery.name);
  }

  /** Null, or why it was given up. */
  private async attempt(delivery: Delivery, message: IncidentMessage): Promise<string | null> {
    const { tries, limit, pause = backoff, sleep = asleep, say } = this.options;
    for (let n = 1; ; n++) {
      const { controller, letGo } = abortsWith(this.signal);
      const { signal } = controller;
      const timer = setTimeout(() => controller.abort(), limit);
      let wait = pause(n);
      try {
        await untilAborted(delivery.send(message, signal), signal);
        return null;
      } catch (error) {
        const reason = signal.aborted ? 'it took too long' : reasonOf(error);
        if (this.signal.aborted || n >= tries || (error instanceof DeliveryError && !error.again)) return reason;
        if (error instanceof DeliveryError) wait = Math.max(wait, Math.min(error.after, LONGEST_WAIT_MS));
        say('info', { code: 'watch-undelivered', args: { incident: message.id, delivery: delivery.name, reason } });
      } finally {
        clearTimeout(timer);
        letGo();
      }
      await sleep(wait, this.signal).catch(() => undefined);
    }
  }

  private async end(m: IncidentMessage, delivery: string, end: 'done' | 'given-up', reason: string): Promise<void> {
    const { say, onEnd } = this.options;
    const args = { incident: m.id, delivery, reason };
    if (end === 'done') say('info', { code: 'watch-delivered', args });
    else say('warn', { code: 'watch-given-up', args });
    await onEnd(m.id, delivery, end).catch(() => undefined);
  }
}

const asleep = (ms: number, signal: AbortSignal) => passing(ms, undefined, { signal });
