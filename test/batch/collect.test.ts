import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hashText } from '../../src/batch/incident.js';
import type { IncidentJob, IncidentRecord } from '../../src/batch/job.js';
import { Collector } from '../../src/batch/queue/collect.js';
import { Keys, refusedText } from '../../src/batch/queue/protocol.js';
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
const document = (code: string, message = 'said') =>
  JSON.stringify({
    schemaVersion: 1,
    tool: { name: 'perfscope', version: '0' },
    status: 'failed',
    incident: 'a',
    error: { code, message, place: {}, advice: '' },
    attempts: 1,
  });
const DOCUMENT = document('input-format');
const answer = (record: Partial<IncidentRecord>) => ({
  record: {
    id: 'a-1',
    name: 'a',
    labels: {},
    recipe: 'r',
    status: 'failed',
    code: 'input-format',
    attempts: 1,
    used: [{ name: 'a', stamp: 's', sha256: 'h' }],
    result: hashText(DOCUMENT),
    seconds: 1,
    ...record,
  } as IncidentRecord,
  worker: 'w:1',
});
const put = (text: string) => writeFileSync(scratch.at('place', 'key.json'), text);

test('a result at its place comes into the folder', async () => {
  put(DOCUMENT);
  const { record } = await collector.take('key', job(), answer({}));
  expect(record).toMatchObject({ id: 'a-1', labels: { host: 'new' } });
  expect(readFileSync(scratch.at('results', 'a-1.json'), 'utf8')).toBe(DOCUMENT);
});

test('no result, or another than was answered: asked for again twice, then it is the fault of the worker', async () => {
  for (const text of ['', 'another']) {
    if (text !== '') put(text);
    const again = await collector.take('key', job(), answer({}));
    expect(again).toEqual({ record: null, reason: 'w:1 wrote no result that can be seen here' });
  }
  await expect(collector.take('key', job(), answer({}))).rejects.toMatchObject({ code: 'queue' });
});

test('an answer that is none, or to something else, is not believed', async () => {
  put(DOCUMENT);
  const wrong: unknown[] = [
    null,
    {},
    { record: null, worker: 'w' },
    { worker: 'w', record: 'done' },
    ...[{ id: '../../x' }, { id: 'b-1' }, { recipe: 'other' }, { name: 'b' }, { status: 'ok' }, { code: null }].map(
      (over) => answer(over as never),
    ),
    answer({ used: [null] as never }),
    answer({ used: [{ name: 'elsewhere', stamp: '', sha256: '' }] }),
    answer({ seconds: -1 }),
    { ...answer({}), worker: { toString: 'x' } },
  ];
  for (const [n, given] of wrong.entries()) {
    const taken = await collector.take(`key${n}`, job(), given);
    expect(taken).toEqual({ record: null, reason: 'a worker gave another answer than was asked for' });
  }
  expect(readdirSync(scratch.at('results'))).toEqual([]);
});

test.each([
  ['no JSON', 'a result'],
  ['JSON of something else', '{"status":"ok"}'],
  ['null', 'null'],
  ['a failure for another reason', document('worker')],
])('a result that is none, though it is what was answered (%s), stays outside', async (_, text) => {
  put(text);
  const { record } = await collector.take('key', job(), answer({ result: hashText(text) }));
  expect(record).toBeNull();
  expect(readdirSync(scratch.at('results'))).toEqual([]);
});

test('what lies in the place is not followed, waited for, or read without end', async () => {
  writeFileSync(scratch.at('secret'), DOCUMENT);
  execFileSync('mkfifo', [scratch.at('place', 'key.json')]);
  expect((await collector.take('key', job(), answer({}))).record).toBeNull();
});

test('a worker that does not see the archive is no reason to record a failure', async () => {
  const missing = document('input-missing');
  put(missing);
  const blind = answer({ code: 'input-missing', result: hashText(missing) });
  const again = await collector.take('key', job(), blind);
  expect(again).toEqual({ record: null, reason: 'w:1 cannot read inputs that are there' });
  const gone = { ...job(), inputs: [{ kind: 'file', name: 'a', path: scratch.at('b'), size: 0 }] } as IncidentJob;
  expect((await collector.take('key', gone, blind)).record).toMatchObject({ code: 'input-missing' });
});

test('what every worker refuses is a failure with their reason, and to be done again by the next run', async () => {
  const refused = refusedText('w:1', '/a is not below a --read-root of its');
  for (let n = 0; n < 2; n++)
    expect(await collector.take('key', job(), refused)).toEqual({ record: null, reason: refused });
  const { record } = await collector.take('key', job(), refused);
  expect(record).toMatchObject({ status: 'failed', code: 'queue', used: [] });
  expect(JSON.parse(readFileSync(scratch.at('results', 'a-1.json'), 'utf8')).error.message).toBe(refused);
  // Nothing else was ever done for this batch: better to end it.
  const all = async () => {
    for (let n = 0; n < 40; n++) await collector.take(`key${n >> 2}`, job(), refused);
  };
  await expect(all()).rejects.toMatchObject({ code: 'queue', message: refused });
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
