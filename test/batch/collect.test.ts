import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hashText } from '../../src/batch/incident.js';
import type { IncidentJob, IncidentRecord } from '../../src/batch/job.js';
import { Collector } from '../../src/batch/queue/collect.js';
import { Keys } from '../../src/batch/queue/protocol.js';
import { queueOf } from '../../src/batch/queue/settings.js';
import { scratchFolder } from '../cli/run.js';

let scratch: ReturnType<typeof scratchFolder>;
let collector: Collector;
beforeEach(() => {
  scratch = scratchFolder();
  mkdirSync(scratch.at('results'));
  mkdirSync(scratch.at('place'));
  writeFileSync(scratch.at('a.strace'), 'a trace');
  collector = new Collector(scratch.at('place'), { folder: scratch.at('results') }, [0, 1]);
});
afterEach(() => scratch.dispose());

const job = (recipe = 'r'): IncidentJob => ({
  id: 'a-1',
  name: 'a',
  inputs: [{ kind: 'file', name: 'a', path: scratch.at('a.strace'), size: 7 }],
  profiles: [],
  candidates: [],
  learn: false,
  program: null,
  version: null,
  labels: { host: 'new' },
  from: null,
  to: null,
  window: null,
  options: {} as IncidentJob['options'],
  recipe,
});
const answer = (record: Partial<IncidentRecord>) => ({
  record: {
    id: 'a-1',
    status: 'ok',
    code: null,
    labels: {},
    result: hashText('document'),
    ...record,
  } as IncidentRecord,
  worker: 'w:1',
});

test('a result at its place comes into the folder', async () => {
  writeFileSync(scratch.at('place', 'key.json'), 'document');
  const { record } = await collector.take('key', job(), answer({}));
  expect(record).toMatchObject({ id: 'a-1', labels: { host: 'new' } });
  expect(readFileSync(scratch.at('results', 'a-1.json'), 'utf8')).toBe('document');
});

test('no result, or another than was answered: asked for again twice, then it is the fault of the worker', async () => {
  for (const text of ['', 'another']) {
    if (text !== '') writeFileSync(scratch.at('place', 'key.json'), text);
    const again = await collector.take('key', job(), answer({}));
    expect(again).toEqual({ record: null, reason: 'w:1 wrote no result that can be seen here' });
  }
  await expect(collector.take('key', job(), answer({}))).rejects.toMatchObject({ code: 'queue' });
});

test('a worker that does not see the archive is no reason to record a failure', async () => {
  writeFileSync(scratch.at('place', 'key.json'), 'document');
  const blind = answer({ status: 'failed', code: 'input-missing' });
  const again = await collector.take('key', job(), blind);
  expect(again).toEqual({ record: null, reason: 'w:1 cannot read inputs that are there' });
  const gone = { ...job(), inputs: [{ kind: 'file', name: 'b', path: scratch.at('b'), size: 0 }] } as IncidentJob;
  expect((await collector.take('key', gone, blind)).record).toMatchObject({ code: 'input-missing' });
});

test('an incident on which workers die is recorded as failed', async () => {
  const { record } = await collector.take('key', job(), 'job stalled more than allowable limit');
  expect(record).toMatchObject({ status: 'failed', code: 'worker', attempts: 2 });
  const document = JSON.parse(readFileSync(scratch.at('results', 'a-1.json'), 'utf8'));
  expect(document.error.message).toBe('the process of its worker died each time');
});

test('the same work has the same key; other inputs, recipes and places have others', async () => {
  const key = (place = '/p', recipe = 'r') => new Keys(place).of(job(recipe));
  const first = await key();
  expect(await key()).toBe(first);
  expect(first).toMatch(/^a-1\.[0-9a-f]{16}$/);
  const others = [await key('/q'), await key('/p', 's')];
  writeFileSync(scratch.at('a.strace'), 'another trace');
  expect(new Set([first, ...others, await key()]).size).toBe(4);
});

test('addresses of queues', () => {
  const url = 'rediss://user:secret@host:7000/2';
  expect(queueOf({ url, name: 'night' }, '1.2.3 0123456789abcdef')).toEqual({
    url,
    shown: 'rediss://host:7000/2',
    name: 'night@1.2.3-0123456789abcd',
    prefix: 'perfscope',
  });
  for (const wrong of ['host:6379', 'http://host', 'redis://', 'redis://host/db', 'redis://a:secret@host/x y'])
    expect(() => queueOf({ url: wrong }, '1')).toThrow(/^(?!.*secret).*no address of Redis/);
  expect(() => queueOf({ url, name: 'a:b' }, '1')).toThrow('--queue-name a:b');
});
