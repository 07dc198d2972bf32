/** A queue that others may write to: a worker does what it was started for, whatever it is asked. */
import type { ChildProcess } from 'node:child_process';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Queue } from 'bullmq';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BatchSummary } from '../../src/batch/summary.js';
import { perfscope, scratchFolder } from '../cli/run.js';
import { queueOn, requestFor } from '../helpers/queue.js';
import { RedisServer, hasRedis } from '../helpers/redis.js';
import { starter, until } from '../helpers/running.js';
import { SIGNATURES, archiveOf, contentOf } from './archive-of.js';

const SECRET = 'root:SECRETHASH:0:0\n';
const VICTIM = '{"precious":true}\n';
const scratch = scratchFolder();
const at = (...parts: string[]) => scratch.at(...parts);
afterAll(() => scratch.dispose());

const start = starter();

describe.skipIf(!hasRedis)('with redis-server', () => {
  let redis: RedisServer;
  let names = 0;
  const open: Queue<unknown>[] = [];

  beforeAll(async () => {
    redis = await RedisServer.start(at('redis'));
    await archiveOf(at('archive'), 6);
    await perfscope(['batch', at('archive'), '-o', at('local'), '-q']);
    for (const folder of ['out', 'victim', 'out/place']) mkdirSync(at(folder));
    writeFileSync(at('secret.strace'), SECRET);
    writeFileSync(at('victim', 'config.json'), VICTIM);
    symlinkSync(at('victim'), at('out', 'link'));
    symlinkSync(at('secret.strace'), at('archive', 'link.strace'));
    execFileSync('mkfifo', [at('archive', 'fifo.strace')]);
  });
  afterAll(async () => {
    for (const queue of open) await queue.close();
    await redis.stop();
  });

  function newQueue() {
    const name = `hostile${names++}`;
    const flags = ['--queue', redis.url, '--queue-name', name];
    const roots = ['--read-root', at('archive'), '--results-root', at('out')];
    return {
      name,
      batch: (output: string, ...more: string[]) => start(['batch', at('archive'), '-o', output, ...flags, ...more]),
      worker: (...more: string[]) =>
        start(['worker', ...flags, '--jobs', '1', ...(more.includes('--read-root') ? more : [...roots, ...more])]),
      queue: async () => {
        const queue = await queueOn(redis, name);
        open.push(queue);
        return queue;
      },
    };
  }

  test('no job makes a worker read or write elsewhere, hang or end', async () => {
    const { worker, batch, queue: opened } = newQueue();
    const queue = await opened();
    const { key, request } = await requestFor(at('archive'), at('out', 'place'), at('archive', SIGNATURES));
    const { incident } = request;
    const input = (file: string) => ({
      ...request,
      incident: { ...incident, inputs: [{ ...incident.inputs[0], path: file }] },
    });
    const id = (name: string) => ({ ...request, incident: { ...incident, id: name } });
    const fits = key.slice(incident.id.length);
    const bad: [string, unknown][] = [
      ['../victim/config', id('../victim/config')],
      [`../victim/config${fits}`, id('../victim/config')],
      [`..%2fvictim${fits}`, id('..%2fvictim')],
      [`x${fits}`, { ...id('x'), place: at('victim') }],
      [`y${fits}`, { ...id('y'), place: at('out', 'link') }],
      [`z${fits}`, { ...id('z'), place: at('out', 'place', '..', '..', 'victim') }],
      [`missing${fits}`, { ...id('missing'), place: at('out', 'new', 'deep') }],
      [`file${fits}`, { ...id('file'), place: at('archive', SIGNATURES) }],
      [`s3${fits}`, { ...id('s3'), place: 's3://bucket/results' }],
      [`huge${fits}`, { ...id('huge'), incident: { ...incident, labels: { x: 'A'.repeat(20_000_000) } } }],
      [
        `method${fits}`,
        { ...id('method'), incident: { ...incident, options: { ...incident.options, method: '../evil' } } },
      ],
      ['null', null],
      ['text', 'text'],
      ['list', [1]],
      [`time${fits}`, { ...id('time'), incidentTime: 1e300 }],
      ['{}', {}],
      ...[
        '/dev/zero',
        '/proc/self/environ',
        at('secret.strace'),
        at('archive', 'link.strace'),
        `${at('archive')}/../secret.strace`,
      ].map((file, n): [string, unknown] => [
        `in${n}${fits}`,
        { ...input(file), incident: { ...input(file).incident, id: `in${n}` } },
      ]),
    ];
    // What the incident's own failure is: no file.
    const fifo = { ...input(at('archive', 'fifo.strace')).incident, id: 'fifo' };
    await queue.add('incident', { ...request, incident: fifo }, { jobId: `fifo${fits}` });
    for (const [jobId, data] of bad) await queue.add('incident', data, { jobId, attempts: 2 });
    // Not through the library: no JSON at all, and no data.
    const raw = redis.client();
    await raw.hset(queue.toKey('raw'), 'name', 'x', 'data', '{', 'opts', '{}', 'timestamp', '1');
    raw.disconnect();
    const working = worker();
    const counted = () => queue.getJobCounts('waiting', 'active', 'delayed');
    await until('all to be answered', async () => Object.values(await counted()).every((n) => n === 0));
    expect(readFileSync(at('victim', 'config.json'), 'utf8')).toBe(VICTIM);
    expect(readdirSync(at('victim'))).toEqual(['config.json']);
    expect(readdirSync(at('out')).sort()).toEqual(['link', 'place']);
    expect(readdirSync(at('out', 'place'))).toEqual([`fifo${fits}.json`]);
    const failed = await queue.getFailed();
    expect(failed.map((job) => job.id).sort()).toEqual(bad.map(([jobId]) => jobId).sort());
    for (const { failedReason } of failed) {
      expect(failedReason).toMatch(/^refused by .*: /);
      expect(failedReason.length).toBeLessThan(600);
      expect(failedReason).not.toContain('SECRET');
    }
    const [done] = await queue.getCompleted();
    expect(JSON.stringify(done!.returnvalue)).toContain('"code":"input-format"');
    // And it does what it is there for.
    expect((await batch(at('out', 'after'), '--results', at('out', 'place')).ended).code).toBe(3);
    const content = contentOf(at('out', 'after'));
    expect(Object.keys(content).length).toBeGreaterThan(8);
    for (const text of Object.values(content)) expect(text).not.toContain('SECRET');
    working.child.kill('SIGTERM');
    expect((await working.ended).code).toBe(0);
  });

  test('a worker that may not read or write there says so to whoever asked, goes on, and the next run does the work', async () => {
    const { worker, batch } = newQueue();
    const output = at('out', 'refused');
    const wrong = worker('--read-root', at('victim'), '--results-root', at('out'));
    const { code, stderr, stdout } = await batch(output).ended;
    expect(code).toBe(3);
    expect(stderr).toMatch(/is asked for again: refused by .*is not below a --read-root of its/);
    expect(stdout).toContain('refused by');
    expect(wrong.child.exitCode).toBeNull();
    const { incidents } = JSON.parse(readFileSync(path.join(output, 'summary.json'), 'utf8')) as BatchSummary;
    expect(incidents).toHaveLength(6);
    for (const { error } of incidents) expect(error).toMatchObject({ code: 'queue', message: /^refused by/ });
    wrong.child.kill('SIGTERM');
    await wrong.ended;
    const right = worker();
    await batch(output, '-q').ended;
    expect(contentOf(output)).toEqual(contentOf(at('local')));
    right.child.kill('SIGTERM');
    expect((await right.ended).code).toBe(0);
  });

  test('an answer that somebody else wrote is not believed', async () => {
    const { worker, batch, queue: opened } = newQueue();
    const output = at('out', 'forged');
    const queue = await opened();
    const submitter = batch(output);
    await until('all to wait', async () => (await queue.getWaitingCount()) === 6);
    for (const job of await queue.getWaiting()) {
      await queue.remove(job.id!);
      const raw = redis.client();
      const forged = { record: { id: '../../../victim/config', status: 'ok', used: [null] }, worker: 'me' };
      await raw.xadd(
        queue.toKey('events'),
        '*',
        'event',
        'completed',
        'jobId',
        job.id!,
        'returnvalue',
        JSON.stringify(forged),
      );
    }
    await until('the advice', async () => (await queue.getWaitingCount()) === 6);
    const working = worker();
    const { stderr } = await submitter.ended;
    expect(stderr).toContain('a worker gave another answer than was asked for');
    expect(contentOf(output)).toEqual(contentOf(at('local')));
    expect(readFileSync(at('victim', 'config.json'), 'utf8')).toBe(VICTIM);
    working.child.kill('SIGTERM');
    await working.ended;
  });

  test('Redis is full, or may only be read: all wait and say so, and go on when it is over', async () => {
    const { worker, batch, queue: opened } = newQueue();
    const output = at('out', 'full');
    const queue = await opened();
    const client = redis.client();
    await client.config('SET', 'maxmemory', '1mb');
    const heard = async ({ child }: { child: ChildProcess }, what: string) => {
      let said = '';
      child.stderr!.on('data', (text: string) => (said += text));
      await until(what, () => said.includes(what));
    };
    const submitter = batch(output);
    await heard(submitter, 'the queue takes nothing at the moment');
    submitter.child.kill('SIGINT');
    const left = await submitter.ended;
    expect(left.code).toBe(130);
    // None was accepted.
    expect(left.stderr).not.toContain('stay in the queue');
    expect(left.stderr).not.toContain('internal error');
    const again = batch(output);
    const working = worker('--stalled-after', '2s');
    await heard(again, 'the queue takes nothing at the moment');
    await client.config('SET', 'maxmemory', '0');
    await until('something done', async () => (await queue.getActiveCount()) + (await queue.getCompletedCount()) > 0);
    await client.replicaof('127.0.0.1', 1);
    await new Promise((r) => setTimeout(r, 2500));
    await client.replicaof('NO', 'ONE');
    client.disconnect();
    const { code, stderr } = await again.ended;
    expect(stderr).toContain('the queue takes what it is given again');
    expect(stderr).not.toContain('internal error');
    expect(code).toBe(3);
    expect(contentOf(output)).toEqual(contentOf(at('local')));
    working.child.kill('SIGTERM');
    const worked = await working.ended;
    expect(worked.code).toBe(0);
    expect(worked.stderr.split('takes nothing at the moment').length - 1).toBeLessThanOrEqual(2);
  });
});
