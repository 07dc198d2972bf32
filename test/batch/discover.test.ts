import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { discover } from '../../src/batch/discover.js';
import { fetchContents } from '../../src/batch/inputs.js';
import { Feeder } from '../../src/batch/feeder.js';
import { planJob } from '../../src/batch/incident-plan.js';
import { readManifest } from '../../src/batch/manifest.js';
import { parseMemory, watchMemory } from '../../src/coordinator/memory.js';
import { Eta } from '../../src/batch/eta.js';
import { loadOptional } from '../../src/batch/optional.js';
import { scratchFolder } from '../cli/run.js';

const scratch = scratchFolder();
const at = (...parts: string[]) => scratch.at(...parts);
const write = (name: string, text: string) => {
  mkdirSync(path.dirname(at(name)), { recursive: true });
  writeFileSync(at(name), text);
};
const names = async (...args: string[]) => (await discover(args.map((a) => at(a)))).map((f) => f.name);

beforeAll(() => {
  for (const id of ['one', 'two', 'three']) write(`nights/${id}/incident.strace`, `trace ${id}`);
  write('nights/app.signatures.json', '{}');
  write('single/a.strace', 'a');
  write('single/profile-1.strace-k', 'p');
  execFileSync('tar', ['-czf', at('packed.tgz'), '-C', at('nights'), 'two', 'one', 'three', 'app.signatures.json']);
  write('mixed/x.strace', 'x');
  execFileSync('cp', [at('packed.tgz'), at('mixed/inner.tgz')]);
});
afterAll(() => scratch.dispose());

/** Does it with the rights of nobody in particular: root may read everything. */
async function withoutRights<T>(body: () => Promise<T>): Promise<T> {
  if (process.getuid!() !== 0) return body();
  process.seteuid!(65534);
  try {
    return await body();
  } finally {
    process.seteuid!(0);
  }
}

test('a folder that may not be read is told, and what lies beside it is taken', async () => {
  write('rights/one/incident.strace', 'x');
  write('rights/two/incident.strace', 'x');
  chmodSync(at('.'), 0o755);
  chmodSync(at('rights/two'), 0);
  const skipped: string[] = [];
  const found = await withoutRights(() =>
    discover([at('rights')], { onSkip: (...told) => skipped.push(told.join(': ')) }),
  );
  expect(found.map((f) => f.name)).toEqual(['rights/one']);
  expect(skipped).toEqual([`${at('rights/two')}: a folder that cannot be read (EACCES)`]);
  await expect(withoutRights(() => discover([at('rights/two')]))).rejects.toMatchObject({ code: 'input-missing' });
  chmodSync(at('rights/two'), 0o755);
});

test('a folder, a glob, an archive, a file', async () => {
  expect(await names('nights')).toEqual(['nights/one', 'nights/three', 'nights/two']);
  expect(await names('nights/t*')).toEqual(['three', 'two']);
  expect(await names('packed.tgz')).toEqual(['packed.tgz!/two', 'packed.tgz!/one', 'packed.tgz!/three']);
  const [file] = await discover([at('single/a.strace')]);
  expect(file!.profiles.map((p) => path.basename(p.name))).toEqual(['profile-1.strace-k']);
});

test('archives within folders count, and what is named twice is one', async () => {
  expect(await names('mixed', 'mixed')).toEqual([
    'mixed/x.strace',
    'mixed/inner.tgz!/two',
    'mixed/inner.tgz!/one',
    'mixed/inner.tgz!/three',
  ]);
});

test('a link that leads nowhere is an incident, so that it is reported', async () => {
  mkdirSync(at('broken/i'), { recursive: true });
  symlinkSync('/nonexistent', at('broken/i/incident.strace'));
  expect(await names('broken')).toEqual(['broken/i']);
});

test('incidents of one name in two places stay two', async () => {
  write('east/nights/one/incident.strace', 'e');
  const both = await names('nights', 'east/nights');
  expect(new Set(both).size).toBe(4);
  expect(both.filter((n) => n.startsWith('nights/one@'))).toHaveLength(2);
});

test('nothing there', async () => {
  await expect(names('nowhere')).rejects.toThrow('does not exist');
  await expect(names('nights/z*')).rejects.toThrow('no incident here');
});

test('an archive at which the run was cancelled is not damaged: nothing is told of it', async () => {
  const skipped: string[] = [];
  const options = { signal: AbortSignal.abort(), onSkip: (path: string) => void skipped.push(path) };
  await expect(discover([at('packed.tgz')], options)).rejects.toMatchObject({ code: 'interrupted' });
  expect(skipped).toEqual([]);
});

test('an archive is read forward once, whatever the order of the asking', async () => {
  const found = await discover([at('packed.tgz')]);
  const options = {
    method: 'fused',
    parameters: {} as never,
    top: 1,
    pages: false,
    anyProgram: false,
    format: null,
    parse: {},
    cache: null,
  };
  const plan = { options, learn: false, candidates: [], from: null, to: null, window: null, tool: '' };
  const jobs = found.map((f) => planJob(f, plan));
  const feeder = new Feeder(jobs);
  const texts = [];
  for (const job of [jobs[1]!, jobs[0]!, jobs[2]!]) {
    const contents = await feeder.feed(job);
    texts.push(Buffer.from(contents.get(job.inputs[0]!.name)!).toString());
    expect(contents.size).toBe(2);
  }
  await feeder.close();
  expect(texts).toEqual(['trace one', 'trace two', 'trace three']);
  const alone = await fetchContents(jobs[2]!.inputs, new Map(), undefined);
  expect(Buffer.from([...alone.values()][0]!).toString()).toBe('trace three');
});

test('a manifest as JSON Lines; other columns of a CSV are labels', async () => {
  write('m.jsonl', '{"trace":"nights/one/incident.strace","window":"5m","labels":{"host":"a","n":1}}\n');
  expect(await readManifest(at('m.jsonl'))).toMatchObject([{ window: '5m', labels: { host: 'a', n: '1' } }]);
  write('m.csv', 'trace,host\na.strace;b.strace,web1\n,web2\n');
  await expect(readManifest(at('m.csv'))).rejects.toThrow('names no trace');
  write('m.csv', 'trace,host\na.tar!/x/y.strace,web1\n');
  const [row] = await readManifest(at('m.csv'));
  expect(row).toMatchObject({ labels: { host: 'web1' }, inputs: [{ kind: 'member', member: 'x/y.strace' }] });
});

test('amounts of memory', () => {
  expect(parseMemory('2G')).toBe(2 ** 31);
  expect(parseMemory('1.5g')).toBe(1.5 * 2 ** 30);
  expect(parseMemory('512MiB')).toBe(2 ** 29);
  expect(() => parseMemory('10M')).toThrow('too little');
  expect(() => parseMemory('much')).toThrow('not an amount');
});

test('the time that is left: nothing at first, right at constant speed, and it follows a change', () => {
  const eta = new Eta();
  expect(eta.update(0, 0, 1000)).toBeNull();
  let left: number | null = null;
  for (let t = 1; t <= 50; t++) left = eta.update(t, t * 10, 1000);
  expect(left).toBeCloseTo(50, 5);
  for (let t = 51; t <= 350; t++) left = eta.update(t, 500 + (t - 50), 1000);
  expect(left!).toBeGreaterThan(180);
  expect(left!).toBeLessThan(210);
});

test('memory is watched', async () => {
  const seen: string[] = [];
  const watches = [watchMemory(1, () => seen.push('little')), watchMemory(Infinity, () => seen.push('enough'))];
  await expect.poll(() => seen.length, { timeout: 5000 }).toBeGreaterThan(0);
  for (const w of watches) w.stop();
  expect(new Set(seen)).toEqual(new Set(['little']));
});

test('a package that is not there: says what to install', async () => {
  const load = () => Promise.reject(Object.assign(new Error('x'), { code: 'ERR_MODULE_NOT_FOUND' }));
  await expect(loadOptional('--queue', 'bullmq ioredis', load)).rejects.toMatchObject({
    code: 'usage',
    message: '--queue needs bullmq and ioredis',
    advice: 'Install it beside perfscope: npm install bullmq ioredis',
  });
});
