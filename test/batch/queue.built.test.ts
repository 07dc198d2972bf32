/** `batch --queue` and `worker` on a real Redis; skipped where there is no redis-server (Debian: redis-server). */
import { existsSync, mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import { Queue, Worker } from 'bullmq';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BatchSummary } from '../../src/batch/summary.js';
import { perfscope, scratchFolder } from '../cli/run.js';
import { RedisServer, freePort, hasRedis } from '../helpers/redis.js';
import { starter, until } from '../helpers/running.js';
import { archiveOf, contentOf } from './archive-of.js';

const COUNT = 24;
const scratch = scratchFolder();
const archive = scratch.at('archive');
const local = scratch.at('local');
afterAll(() => scratch.dispose());

const start = starter();
const times = (text: string, what: string) => text.split(what).length - 1;

if (!hasRedis)
  console.warn('SKIPPED: batch --queue and worker: there is no redis-server (Debian: apt install redis-server)');

test('no Redis there, or no address of one: says so, without the password', async () => {
  const url = `redis://user:secret@127.0.0.1:${await freePort()}`;
  const commands = [['worker'], ['batch', scratch.at('nothing'), '-o', scratch.at('none')]];
  for (const command of commands) {
    const [unreachable, wrong] = await Promise.all([
      perfscope([...command, '--queue', url]),
      perfscope([...command, '--queue', 'http://user:secret@host']),
    ]);
    expect(unreachable.code).toBe(3);
    expect(unreachable.stderr).toContain('the queue cannot be reached: redis://127.0.0.1:');
    expect(unreachable.stderr).toContain('ECONNREFUSED');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('Write redis://HOST:PORT');
    expect(unreachable.stderr + wrong.stderr).not.toContain('secret');
  }
});

describe.skipIf(!hasRedis)('with redis-server', () => {
  let redis: RedisServer;
  let names = 0;

  beforeAll(async () => {
    redis = await RedisServer.start(scratch.at('redis'));
    await archiveOf(archive, COUNT);
    expect((await perfscope(['batch', archive, '-o', local, '--jobs', '2', '-q'])).code).toBe(3);
  });
  afterAll(() => redis.stop());

  /** A queue of its own for each test. */
  function newQueue() {
    const flags = ['--queue', redis.url, '--queue-name', `test${names++}`];
    const batch = (output: string, ...more: string[]) => start(['batch', archive, '-o', output, ...flags, ...more]);
    const worker = (...more: string[]) => start(['worker', ...flags, '--jobs', '1', '--stalled-after', '2s', ...more]);
    return { batch, worker, name: flags[3]! };
  }

  /** Looks into the queue, whose full name has the version of perfscope in it. */
  async function look<T>(name: string, body: (queue: Queue) => Promise<T>): Promise<T | null> {
    const connection = redis.client();
    try {
      const [key] = await connection.keys(`perfscope:${name}@*:meta`);
      if (key === undefined) return null;
      const queue = new Queue(key.split(':')[1]!, { connection, prefix: 'perfscope' });
      return await body(queue);
    } finally {
      connection.disconnect();
    }
  }

  test('a worker is killed and Redis restarted: all is done, and the same as without queue', async () => {
    const { batch, worker, name } = newQueue();
    const output = scratch.at('disturbed');
    const journal = path.join(output, 'journal.jsonl');
    const done = () => (existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length - 2 : 0);
    const workers = [worker(), worker(), worker()];
    const submitter = batch(output);

    await until('some incidents', () => done() >= 4);
    const victim = workers[0]!.child;
    await until('the first worker to be at work', async () => {
      victim.kill('SIGSTOP');
      const active = await look(name, (queue) => queue.getActive());
      if (active!.some((job) => job?.processedBy?.endsWith(`:${victim.pid}`))) return true;
      victim.kill('SIGCONT');
      return false;
    });
    victim.kill('SIGKILL');

    const before = done();
    await until('some more incidents', () => done() > before + 1);
    await redis.stop();
    await new Promise((resolve) => setTimeout(resolve, 500));
    await redis.start();

    const { code, stderr } = await submitter.ended;
    expect(code).toBe(3);
    expect(contentOf(output)).toEqual(contentOf(local));
    expect([times(stderr, 'was lost'), times(stderr, 'the queue is back')]).toEqual([1, 1]);
    // The incident that the killed worker had was taken from it.
    const connection = redis.client();
    const [events] = await connection.keys(`perfscope:${name}@*:events`);
    expect(JSON.stringify(await connection.xrange(events!, '-', '+'))).toContain('stalled');
    connection.disconnect();
    // Nothing is left behind.
    expect(await look(name, (queue) => queue.getJobCounts())).toMatchObject({ waiting: 0, completed: 0, failed: 0 });

    const rest = workers.slice(1);
    for (const { child } of rest) child.kill('SIGTERM');
    for (const { ended } of rest) {
      const worked = await ended;
      expect(worked.code).toBe(0);
      expect(worked.stdout).toMatch(/^[1-9]\d* incidents?: /);
      expect(times(worked.stderr, 'was lost')).toBe(1);
    }
  });

  test('a worker that is ended just after it lost its connections ends', async () => {
    const { worker } = newQueue();
    const workers = [40, 140, 220, 260].map((after) => ({ after, ...worker() }));
    const connection = redis.client();
    const waiting = async () => times(String(await connection.client('LIST')), ':w:');
    await until('all to wait for work', async () => (await waiting()) === workers.length);
    await connection.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    connection.disconnect();
    const ends = workers.map(async ({ after, child, ended }) => {
      await new Promise((resolve) => setTimeout(resolve, after));
      child.kill('SIGTERM');
      return (await ended).code;
    });
    expect(await Promise.all(ends)).toEqual([0, 0, 0, 0]);
  });

  test('who asked may leave, and collect later what was done', async () => {
    const { batch, worker, name } = newQueue();
    const output = scratch.at('left');
    const first = batch(output);
    const waiting = () => look(name, (queue) => queue.getWaitingCount());
    await until('all to wait', async () => (await waiting()) === COUNT);
    first.child.kill('SIGINT');
    const left = await first.ended;
    expect(left.code).toBe(130);
    expect(left.stderr).toContain(`${COUNT} incidents stay in the queue`);

    // Comes back while nothing was done yet: joins, and leaves again.
    const second = batch(output);
    await until('it to be back', () => existsSync(path.join(output, '.lock')));
    await new Promise((resolve) => setTimeout(resolve, 500));
    second.child.kill('SIGINT');
    expect((await second.ended).code).toBe(130);
    expect(await waiting()).toBe(COUNT);

    expect((await worker('--idle-exit', '1s').ended).code).toBe(0);
    const { code, stderr } = await batch(output, '-v').ended;
    expect(code).toBe(3);
    expect(stderr).toContain(`${COUNT} incidents had been done by workers`);
    expect(contentOf(output)).toEqual(contentOf(local));
  });

  test('what fails for reasons of time is tried twice, as without queue; few wait at a time', async () => {
    const { batch, worker, name } = newQueue();
    const limits = ['--incident-time', '1ms', '--shard', '1/2', '--allow-failures'];
    const output = scratch.at('slow');
    const working = worker('--idle-exit', '3s');
    const submitter = batch(output, ...limits, '--max-waiting', '2');
    let ended = false;
    void submitter.ended.then(() => (ended = true));
    let most = 0;
    await until('the end', async () => {
      most = Math.max(most, (await look(name, (queue) => queue.getJobCountByTypes('waiting', 'active'))) ?? 0);
      return ended;
    });
    expect((await submitter.ended).code).toBe(0);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(2);
    const { incidents } = JSON.parse(readFileSync(path.join(output, 'summary.json'), 'utf8')) as BatchSummary;
    expect(incidents.length).toBeGreaterThan(5);
    for (const { error } of incidents) expect(error).toMatchObject({ code: 'time-limit', attempts: 2 });
    expect((await working.ended).code).toBe(0);
  });

  test('a worker that cannot write results gives the incident back and ends', async () => {
    const { batch, worker, name } = newQueue();
    const [output, place] = [scratch.at('placed'), scratch.at('place')];
    const submitter = batch(output, '--results', place, '--shard', '1/6');
    const waiting = () => look(name, (queue) => queue.getWaiting());
    // All come at once.
    await until('them to wait', async () => ((await waiting()) ?? []).length > 0);
    // Nothing can be renamed over a folder.
    const taken = (await waiting())!.map((job) => path.join(place, `${job.id}.json`));
    for (const file of taken) mkdirSync(file);
    const refused = await worker().ended;
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain('cannot write results');
    for (const file of taken) rmdirSync(file);
    const working = worker('--idle-exit', '2s');
    expect((await submitter.ended).stderr).not.toContain('asked for again');
    const expected = scratch.at('placed-local');
    await perfscope(['batch', archive, '-o', expected, '-q', '--shard', '1/6']);
    expect(contentOf(output)).toEqual(contentOf(expected));
    expect((await working.ended).code).toBe(0);
  });

  test('nobody works, or only workers of another version: says so', async () => {
    const [nobody, others] = [newQueue(), newQueue()];
    const connection = redis.client();
    const worker = new Worker(`${others.name}@0.0.9-abc`, null, { connection, prefix: 'perfscope', name: 'host:1' });
    await worker.waitUntilReady();
    const waiting = [
      [nobody.batch(scratch.at('alone')), 'no worker is at work on the queue: start perfscope worker --queue redis://'],
      [
        others.batch(scratch.at('skewed')),
        '1 worker at the queue, but of another perfscope or Node.js (0.0.9-abc, not',
      ],
    ] as const;
    // Both at once: what one says while the other is listened to would be lost.
    const advised = waiting.map(async ([{ child, ended }, words]) => {
      let said = '';
      child.stderr!.on('data', (text: string) => (said += text));
      await until('the advice', () => said.includes(words));
      child.kill('SIGINT');
      return (await ended).code;
    });
    expect(await Promise.all(advised)).toEqual([130, 130]);
    await worker.close();
    connection.disconnect();
  });
});
