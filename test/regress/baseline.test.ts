import fc from 'fast-check';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Baseline, baselineDiff, baselineText, makeBaseline, parseBaseline } from '../../src/regress/baseline.js';
import { type Cost, leastCost } from '../../src/regress/cost.js';
import { type RegressOutcome, regress } from '../../src/regress/regress.js';
import { BUGS } from '../cli/run.js';
import { stub, writeBugSet } from './stub.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'perfscope-baseline-'));
afterAll(() => rmSync(folder, { recursive: true }));

let first: Baseline;
const run = (planted = {}, more = {}): Promise<RegressOutcome> =>
  regress([folder], { baseline: first ?? null, runCase: stub(planted).runCase, ...more });
beforeAll(async () => {
  writeBugSet(folder);
  first = (await run()).newBaseline;
});

describe('the file', () => {
  it('has one case a line, sorted', () => {
    const lines = baselineText(first).split('\n');
    const starts = lines.map((line) => line.split(/[:{]/)[0]);
    expect(starts).toEqual(
      // prettier-ignore
      ['', '"schemaVersion"', '"tool"', '"parameters"', '"methods"', '"fused"', '"disk"', '"hang"', '"quiet"', '"storm"',
        '}', '},', '"costs"', '"disk"', '"hang"', '"quiet"', '"storm"', '}', '}', ''],
    );
    expect(lines[7]).toMatch(/^"hang": \{"category":"hang","root":1,"related":1,/);
    expect(lines[14]).toBe('"hang": {"time":{"learn":3,"read":1,"fused":2},"memory":2.5},');
  });

  it('says the same after it was read', () => {
    expect(parseBaseline(baselineText(first), 'b.json')).toEqual(first);
  });

  it('is the same whatever order the cases were run in', async () => {
    const more = await run({}, { cases: ['storm'], baseline: null });
    const rest = await run({}, { cases: ['quiet', 'hang', 'disk'], baseline: more.newBaseline });
    expect(baselineText(rest.newBaseline)).toBe(baselineText(first));
  });

  it.each([
    ['{', /not JSON/],
    ['[]', /not a baseline/],
    ['{"schemaVersion":2}', /not a baseline: schemaVersion/],
    [
      '{"schemaVersion":1,"tool":{"name":"perfscope","version":"1"},"parameters":{},"methods":{"a":{"x":{}}},"costs":{}}',
      /methods\.a\.x/,
    ],
  ])('refuses %j', (text, message) => expect(() => parseBaseline(text, 'b.json')).toThrow(message));
});

describe('the baseline that ships with the bug set', () => {
  it('is as the program writes it', () => {
    const file = path.join(BUGS, 'baseline.json');
    const text = readFileSync(file, 'utf8');
    const baseline = parseBaseline(text, file);
    expect(baselineText(baseline)).toBe(text);
    expect(Object.keys(baseline.costs)).toEqual(Object.keys(baseline.methods.fused!));
    for (const id of Object.keys(baseline.costs)) expect(existsSync(path.join(BUGS, id, 'case.json')), id).toBe(true);
  });
});

describe('an update', () => {
  it('shows what moved and nothing else', async () => {
    const { newBaseline } = await run({ ranked: { hang: ['serve', 'take_lock'] }, time: { storm: 1.1, disk: 3 } });
    const diff = baselineDiff(first, newBaseline).split('\n');
    expect(diff.map((line) => line.split(' {')[0])).toEqual([
      '- cost disk',
      '+ cost disk',
      '- fused hang',
      '+ fused hang',
      '',
    ]);
    expect(diff[1]).toContain('"fused":6');
    expect(diff[3]).toContain('"related":2');
    expect(baselineDiff(first, (await run()).newBaseline)).toBe('');
  });

  it('of some cases leaves the others as they were; of all, drops those that are gone', async () => {
    const gone = { ...first, methods: { fused: { ...first.methods.fused, old: first.methods.fused!.hang! } } };
    const some = await run({ verdict: { quiet: 'bug' } }, { cases: ['quiet'], baseline: gone });
    expect(Object.keys(some.newBaseline.methods.fused!).sort()).toEqual(['disk', 'hang', 'old', 'quiet', 'storm']);
    expect(some.newBaseline.methods.fused!.quiet).toMatchObject({ verdict: 'bug', verdictRight: false });
    const all = await run({}, { baseline: gone });
    expect(baselineDiff(gone, all.newBaseline)).toMatch(/^- fused old .*\n$/);
  });

  it('measures every case as often as asked, and takes the least', async () => {
    const s = stub({}, (n) => (n <= 8 ? 3 : 1));
    const { newBaseline } = await regress([folder], { baseline: null, runCase: s.runCase, always: true, attempts: 3 });
    expect(s.ran.length).toBe(12);
    expect(newBaseline.costs).toEqual(first.costs);
  });

  it('notes parameters that were not at their defaults', async () => {
    const { newBaseline } = await run({}, { parameters: { unitGap: 0.1 } });
    expect(newBaseline.parameters).toEqual({ unitGap: 0.1 });
    expect(baselineDiff(first, newBaseline)).toBe('+ parameter unitGap 0.1\n');
  });

  it('does not creep: many small steps are one large one', async () => {
    let baseline = first;
    const { document } = await run();
    for (let k = 1; k <= 10; k++) {
      const cost: Cost = {
        time: { learn: 3, read: 1, fused: 2 + 0.1 * k },
        memory: 2.5,
        calibration: { seconds: 1, bytes: 1 },
      };
      const costs = new Map([['hang', cost]]);
      baseline = makeBaseline({ evaluation: document.evaluation, parameters: {}, costs, some: true }, baseline);
    }
    // 2.1 to 2.5 stay within the noise of 2; from 2.6 on the figure is a new one, and the diff shows it.
    expect(baseline.costs.hang!.time.fused).toBe(2.6);
  });
});

describe('the least of several measurements', () => {
  const cost = fc.record({
    time: fc.record({
      read: fc.double({ noNaN: true, min: 0.01, max: 9 }),
      fused: fc.double({ noNaN: true, min: 0.01, max: 9 }),
    }),
    memory: fc.double({ noNaN: true, min: 1, max: 9 }),
    calibration: fc.record({
      seconds: fc.double({ noNaN: true, min: 0.1, max: 1 }),
      bytes: fc.integer({ min: 1, max: 9 }),
    }),
  });

  it('is the least of each part by itself', () => {
    fc.assert(
      fc.property(fc.array(cost, { minLength: 1, maxLength: 5 }), (costs) => {
        const least = leastCost(costs);
        expect(least.time.read).toBe(Math.min(...costs.map((c) => c.time.read)));
        expect(least.time.fused).toBe(Math.min(...costs.map((c) => c.time.fused)));
        expect(least.memory).toBe(Math.min(...costs.map((c) => c.memory)));
        expect(least.calibration.seconds).toBe(Math.min(...costs.map((c) => c.calibration.seconds)));
      }),
    );
    expect(() => leastCost([])).toThrow(RangeError);
  });
});
