import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Found, inOrder, inShard, jobId, parseShard, planJob } from '../../src/batch/incident-plan.js';
import { DEFAULT_PARAMETERS } from '../../src/parameters.js';

const OPTIONS = {
  method: 'fused',
  parameters: DEFAULT_PARAMETERS,
  top: 10,
  pages: false,
  anyProgram: false,
  format: null,
  parse: {},
};
const PLAN = {
  options: { ...OPTIONS, cache: null },
  learn: false,
  candidates: [],
  from: null,
  to: null,
  window: null,
  tool: 'test',
};

const found = (name: string, size = 1, kind: 'file' | 'member' = 'file'): Found => ({
  name,
  inputs: [
    kind === 'file' ? { kind, name, path: `/${name}`, size } : { kind, name, archive: '/a.tar', member: name, size },
  ],
  profiles: [],
  signatures: [],
});

test('each incident is in exactly one shard', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 20 }), (name, of) => {
      const shards = Array.from({ length: of }, (_, i) => inShard(name, { index: i + 1, of }));
      expect(shards.filter(Boolean)).toHaveLength(1);
    }),
  );
});

test('shards are of about the same size', () => {
  const names = Array.from({ length: 1000 }, (_, i) => `archive/host=web${i % 7}/incident-${i}`);
  const sizes = [1, 2, 3, 4].map((index) => names.filter((n) => inShard(n, { index, of: 4 })).length);
  expect(Math.min(...sizes)).toBeGreaterThan(200);
});

test.each(['0/2', '3/2', '1', 'a/b', '1/0'])('--shard %s is refused', (text) => {
  expect(() => parseShard(text)).toThrow('--shard');
});

test('ids are names of files, and differ where names differ', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      expect(jobId(a)).toMatch(/^[A-Za-z0-9=-][A-Za-z0-9._=-]*$/);
      expect(jobId(a).length).toBeLessThan(100);
      if (a !== b) expect(jobId(a)).not.toBe(jobId(b));
    }),
  );
});

test('a recipe follows what the result depends on, and nothing else', () => {
  const recipe = (f: Partial<Found> = {}, plan: Partial<typeof PLAN> = {}) =>
    planJob({ ...found('a'), ...f }, { ...PLAN, ...plan }).recipe;
  expect(recipe()).toBe(recipe({ inputs: [{ kind: 'file', name: 'a', path: '/elsewhere', size: 9 }] }));
  expect(recipe()).toBe(recipe({}, { options: { ...PLAN.options, cache: '/tmp' } as never }));
  const others = [
    recipe({ window: '5m' }),
    recipe({ program: 'redis-server' }),
    recipe({ labels: { host: 'b' } }),
    recipe({}, { tool: 'newer' }),
    recipe({}, { options: { ...PLAN.options, method: 'perfscope' } }),
    recipe({}, { options: { ...PLAN.options, parameters: { ...DEFAULT_PARAMETERS, unitGap: 1 } } }),
  ];
  expect(new Set([recipe(), ...others]).size).toBe(others.length + 1);
});

test('large files first, then members in the order of their archive', () => {
  const jobs = [found('m2', 5, 'member'), found('s', 1), found('m1', 9, 'member'), found('l', 3)].map((f) =>
    planJob(f, PLAN),
  );
  expect(inOrder(jobs).map((j) => j.name)).toEqual(['l', 's', 'm2', 'm1']);
});
