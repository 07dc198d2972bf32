import fc from 'fast-check';
import { expect, test } from 'vitest';
import { schedule } from '../../src/batch/scheduler.js';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test('runs everything once, within places and memory', async () => {
  const jobs = fc.array(
    fc.record({ width: fc.integer({ min: 1, max: 5 }), need: fc.integer({ min: 0, max: 150 }), turns: fc.nat(4) }),
  );
  await fc.assert(
    fc.asyncProperty(jobs, fc.integer({ min: 1, max: 4 }), async (specs, places) => {
      const limits = { places, memory: 100 };
      const queue = specs.map((s, i) => ({ job: i, width: s.width, need: s.need }));
      const ran: number[] = [];
      let [width, need] = [0, 0];
      await schedule(queue, limits, async (i) => {
        ran.push(i);
        width += Math.min(places, specs[i]!.width);
        need += Math.min(100, specs[i]!.need);
        expect(width).toBeLessThanOrEqual(places);
        expect(need).toBeLessThanOrEqual(100);
        for (let k = 0; k < specs[i]!.turns; k++) await turn();
        width -= Math.min(places, specs[i]!.width);
        need -= Math.min(100, specs[i]!.need);
      });
      expect(ran.sort((a, b) => a - b)).toEqual(specs.map((_, i) => i));
    }),
    { numRuns: 50 },
  );
});

test('a large one is not overtaken for ever', async () => {
  const small = Array.from({ length: 200 }, (_, i) => ({ job: `s${i}`, width: 1, need: 40 }));
  const queue = [{ job: 'first', width: 1, need: 40 }, { job: 'large', width: 1, need: 90 }, ...small];
  const order: string[] = [];
  let n = 0;
  await schedule(queue, { places: 2, memory: 100 }, async (job) => {
    order.push(job);
    // Never both at the same time, so that there is never room for the large one by chance.
    for (let k = 0; k < 3 + (n++ % 3); k++) await turn();
  });
  expect(order.indexOf('large')).toBeLessThan(40);
});

test('an error that ends the batch: what runs may end, nothing more begins', async () => {
  const ran: number[] = [];
  const queue = [0, 1, 2, 3, 4].map((job) => ({ job, width: 1, need: 0 }));
  const run = async (job: number) => {
    ran.push(job);
    await turn();
    if (job === 1) throw new Error('the disk is full');
    await turn();
    await turn();
  };
  await expect(schedule(queue, { places: 2, memory: 1 }, run)).rejects.toThrow('the disk is full');
  expect(ran).toEqual([0, 1]);
});
