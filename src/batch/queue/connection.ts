/**
 * A connection to Redis that lasts: what is asked while Redis is away is answered when it is back. BullMQ and ioredis are
 * loaded here, and nowhere else.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type * as BullMQ from 'bullmq';
import type { Redis, RedisOptions } from 'ioredis';
import { PerfscopeError } from '../../errors.js';
import type { Message } from '../../result.js';
import type { LogLevel } from '../../pool/stage.js';
import { loadOptional } from '../optional.js';
import { printable } from '../printable.js';
import { passes } from './protocol.js';
import type { Queue } from './settings.js';
import { within } from '../../pool/waiting.js';

export type Say = (level: LogLevel, message: Message) => void;

export interface Link {
  readonly bullmq: typeof BullMQ;
  readonly queue: Queue;
  readonly redis: Redis;
  /** A connection of its own, for commands that wait. */
  another(): Redis;
  /** Called each time Redis is back after it was lost. */
  onBack: () => void;
  /** Called when Redis refuses this user for good. */
  onRefused: (error: PerfscopeError) => void;
  /** Hears of the errors of BullMQ; those of the connection are no news. */
  readonly onError: (error: Error) => void;
  /** Asks again while Redis is full, or may only be read: that ends. Throws PerfscopeError 'queue' where it does not. */
  patiently<T>(ask: () => Promise<T>): Promise<T>;
  /** Redis took something: if it did not before, that is over. */
  fine(): void;
  /** Waits for work that closes something, as long as there is hope: what is asked while Redis is away never ends. */
  farewell(work: Promise<unknown>): Promise<void>;
  close(): void;
}

const CONNECT_MS = 5000;
const RETRY_MS = 200;
const RETRY_AT_MOST_MS = 2000;
const FAREWELL_MS = 5000;
const FAREWELL_AWAY_MS = 300;

/** @throws PerfscopeError 'usage' when packages are missing, 'queue' when Redis cannot be reached or refuses */
export async function connect(queue: Queue, say: Say): Promise<Link> {
  const [bullmq, { Redis }] = await loadOptional('--queue', 'bullmq ioredis', () =>
    Promise.all([import('bullmq'), import('ioredis')]),
  );
  // Again and again, from when it was reached once until nobody wants it any more.
  let lasting = false;
  const options: RedisOptions = {
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    maxRetriesPerRequest: null,
    retryStrategy: (times) => (lasting ? Math.min(times * RETRY_MS, RETRY_AT_MOST_MS) : null),
  };
  const all: Redis[] = [];
  const made = (redis: Redis) => {
    // Without a listener, errors are printed.
    redis.on('error', (error: Error) => {
      if (lasting && isRefusal(error)) link.onRefused(queueError(error));
    });
    all.push(redis);
    return redis;
  };
  const redis = made(new Redis(queue.url, options));
  await reach(redis, queue);
  lasting = true;
  let waits = false;
  const troubled = (error: Error) => {
    if (!waits) say('warn', { code: 'queue-waits', args: { reason: firstLineOf(error) } });
    waits = true;
  };
  const link: Link = {
    bullmq,
    queue,
    redis,
    another: () => made(redis.duplicate()),
    onBack: () => undefined,
    onRefused: () => undefined,
    onError: (error) => {
      if (isOfConnection(error)) return;
      if (passes(error.message)) return troubled(error);
      if (isRefusal(error)) return link.onRefused(queueError(error));
      say(isOfLock(error) ? 'info' : 'warn', { code: 'queue-error', args: { reason: error.message } });
    },
    async patiently(ask) {
      while (true) {
        try {
          const answer = await ask();
          link.fine();
          return answer;
        } catch (error) {
          if (!isReply(error)) throw error;
          if (!passes(error.message)) throw queueError(error);
          troubled(error);
          // Nobody waits for it any more.
          if (!lasting) throw queueError(error);
          await sleep(RETRY_AT_MOST_MS / 2);
        }
      }
    },
    fine() {
      if (waits) say('warn', { code: 'queue-works', args: {} });
      waits = false;
    },
    farewell: (work) => within(redis.status === 'ready' ? FAREWELL_MS : FAREWELL_AWAY_MS, work),
    close: () => {
      // Those that BullMQ made for itself have copies of the options.
      lasting = false;
      for (const one of all) one.disconnect();
    },
  };
  watch(redis, link, say);
  return link;
}

async function reach(redis: Redis, queue: Queue): Promise<void> {
  let why: Error | null = null;
  redis.on('error', (error: Error) => (why = error));
  try {
    await redis.connect();
    await redis.ping();
  } catch (error) {
    redis.disconnect();
    const reason = (why ?? (error as Error)) as Error & { code?: string };
    const message = `${queue.shown}: ${reason.message === '' ? (reason.code ?? reason.name) : reason.message}`;
    const advice = isRefusal(reason)
      ? 'Give user and password in the address: redis://USER:PASSWORD@HOST:PORT.'
      : 'Check that Redis runs there and that this machine may reach it: redis-cli -u URL ping.';
    throw new PerfscopeError('queue', `the queue cannot be reached: ${message}`, {}, advice);
  }
}

/** Says that Redis was lost, and that it is back: a line each, however often it is tried in between. */
function watch(redis: Redis, link: Link, say: Say): void {
  let lostAt: number | null = null;
  redis.on('close', () => {
    if (lostAt !== null || redis.status === 'end') return;
    lostAt = performance.now();
    say('warn', { code: 'queue-lost', args: { queue: link.queue.shown } });
  });
  redis.on('ready', () => {
    if (lostAt === null) return;
    say('warn', { code: 'queue-back', args: { after: (performance.now() - lostAt) / 1000 } });
    lostAt = null;
    link.onBack();
  });
}

const isReply = (error: unknown): error is Error => error instanceof Error && /^[A-Z]{2,} /.test(error.message);
const isRefusal = ({ message }: Error) => /^(NOAUTH|WRONGPASS|NOPERM)\b/.test(message);

const firstLineOf = ({ message }: Error) => printable(message.split('\n')[0]!.replace(/ script: .*$/, ''));

/** What Redis says, as an error for users; anything else as it is. */
export function asQueueError(error: unknown): unknown {
  return isReply(error) ? queueError(error) : error;
}

function queueError(error: Error): PerfscopeError {
  const advice = isRefusal(error)
    ? 'docs/batch.md says which rights a user of the queue needs.'
    : 'Run the same command again: it goes on with what is missing.';
  return new PerfscopeError('queue', `the queue does not do what it is asked: ${firstLineOf(error)}`, {}, advice);
}

function isOfConnection(error: Error & { code?: string }): boolean {
  return /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOST)/.test(error.code ?? '') || isOfClosing(error);
}

const isOfClosing = (error: Error) => /Connection is closed|Socket closed|LOADING|read ECONNRESET/.test(error.message);
/** Somebody else was given the job, or finished it: after an outage that is as it should be. */
const isOfLock = (error: Error) => /lock|Missing key for job/i.test(error.message);
