/** `s3://` with the real SDK, against a store on loopback. */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { perfscope, scratchFolder } from '../cli/run.js';
import { ObjectStore } from '../helpers/object-store.js';
import { RedisServer, hasRedis } from '../helpers/redis.js';
import { SIGNATURES, archiveOf, contentOf } from './archive-of.js';

const COUNT = 6;
const scratch = scratchFolder();
let store: ObjectStore;
const run = (...args: string[]) => perfscope(args, { env: store.env });

beforeAll(async () => {
  store = await ObjectStore.start();
  const archive = scratch.at('archive');
  await archiveOf(archive, COUNT);
  for (const file of readdirSync(archive, { recursive: true, encoding: 'utf8' }))
    if (statSync(path.join(archive, file)).isFile())
      store.objects.set(`bucket/year/archive/${file}`, readFileSync(path.join(archive, file)));
  expect((await run('batch', archive, '-o', scratch.at('folder'), '-q')).code).toBe(3);
  expect((await run('batch', 's3://bucket/year/archive', '-o', scratch.at('s3'), '-q')).code).toBe(3);
});
afterAll(async () => {
  await store.stop();
  scratch.dispose();
});

test('incidents of a store: the results of the same files in a folder; again, nothing is read', async () => {
  const resultsOf = (name: string, root: string) =>
    readdirSync(scratch.at(name, 'results'))
      .map((f) =>
        readFileSync(scratch.at(name, 'results', f), 'utf8')
          .replaceAll(`${root}/`, '')
          .replace(/"etag.*/g, ''),
      )
      .sort();
  expect(resultsOf('s3', 's3://bucket/year/archive')).toEqual(resultsOf('folder', 'archive'));
  const before = contentOf(scratch.at('s3'));
  const gets = store.gets.length;
  expect((await run('batch', 's3://bucket/year/archive', '-o', scratch.at('s3'), '-q')).code).toBe(3);
  expect(store.gets.length).toBe(gets);
  expect(contentOf(scratch.at('s3'))).toEqual(before);
});

test('an object that changed is read again, and no other incident', async () => {
  const output = scratch.at('changed');
  const again = () => run('batch', 's3://bucket/copy', '-o', output, '-q');
  const copied = [...store.objects].filter(([k]) => /web0|signatures/.test(k));
  for (const [key, bytes] of copied) store.objects.set(key.replace('year/archive', 'copy'), bytes);
  expect((await again()).code).toBe(0);
  const key = 'bucket/copy/host=web0/incident-0/incident.strace.gz';
  store.objects.set(key, store.objects.get('bucket/year/archive/host=web1/incident-1/incident.strace.gz')!);
  const gets = store.gets.length;
  expect((await again()).code).toBe(0);
  expect([...new Set(store.gets.slice(gets))].sort()).toEqual([key, `bucket/copy/${SIGNATURES}`]);
});

test('what the store says is passed on', async () => {
  const { code, stderr } = await run('batch', 's3://nowhere/x', '-o', scratch.at('nowhere'));
  expect(code).toBe(3);
  expect(stderr).toContain('s3://nowhere/x cannot be read: There is no such bucket');
  expect(stderr).toContain('Check address, region and credentials');
});

test.skipIf(!hasRedis)(
  'workers read from the store and put results there (needs redis-server)',
  async () => {
    const redis = await RedisServer.start(scratch.at('redis'));
    try {
      const queue = ['--queue', redis.url, '-q'];
      const output = scratch.at('queued');
      const roots = ['--read-root', 's3://bucket/year', '--results-root', 's3://bucket/results'];
      const working = run('worker', ...queue, ...roots, '--idle-exit', '8s');
      const { code } = await run(
        ...['batch', 's3://bucket/year/archive', '-o', output, ...queue, '--results', 's3://bucket/results/'],
      );
      expect(code).toBe(3);
      expect(contentOf(output)).toEqual(contentOf(scratch.at('s3')));
      expect([...store.objects.keys()].filter((k) => k.startsWith('bucket/results/'))).toHaveLength(COUNT);
      expect((await working).code).toBe(0);
    } finally {
      await redis.stop();
    }
  },
  60_000,
);
