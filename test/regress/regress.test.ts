import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Baseline } from '../../src/regress/baseline.js';
import { type RegressOptions, regress } from '../../src/regress/regress.js';
import { type Planted, type Stub, stub, writeBugSet } from './stub.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'perfscope-regress-'));
afterAll(() => rmSync(folder, { recursive: true }));

let baseline: Baseline;
beforeAll(async () => {
  writeBugSet(folder);
  baseline = (await regress([folder], { baseline: null, runCase: stub().runCase })).newBaseline;
});

async function night(s: Stub, options: Partial<RegressOptions> = {}) {
  const { document } = await regress([folder], { baseline, runCase: s.runCase, ...options });
  const crossed = document.gates.filter((g) => g.crossed);
  return {
    passed: document.passed,
    crossed: crossed.map((g) => g.name),
    reasons: crossed.flatMap((g) => g.reasons),
    document,
  };
}

/** One of the first four measurements and the sixth are 1.9 times too high, the others up to 1.1 times. */
const noisy = (seed: number) => (n: number) => (n === 1 + (seed % 4) || n === 6 ? 1.9 : 1 + ((n + seed) % 3) / 20);

describe('an unchanged analysis', () => {
  it('passes five times in a row', async () => {
    for (let k = 0; k < 5; k++) expect(await night(stub())).toMatchObject({ passed: true, crossed: [] });
  });

  it('passes on a noisy machine, since a cost that seems high is measured again', async () => {
    for (let k = 0; k < 5; k++) {
      const s = stub({}, noisy(k));
      expect(await night(s)).toMatchObject({ passed: true, crossed: [] });
      expect(s.ran.length).toBeGreaterThan(4);
    }
  });

  it('is measured once where nothing seems high', async () => {
    const s = stub();
    await night(s);
    expect([...s.ran].sort()).toEqual(['disk', 'hang', 'quiet', 'storm']);
  });
});

const PLANTED: readonly [what: string, planted: Planted, gates: readonly string[], reason: RegExp][] = [
  [
    'a dropped detector',
    { ranked: { storm: [] }, verdict: { storm: 'none' } },
    ['worseRanks', 'worseVerdicts', 'lostTop', 'lostMrr'],
    /^fused storm: related rank 2 -> none, root rank 2 -> none/,
  ],
  [
    'a dropped detector of external causes',
    { verdict: { disk: 'bug' } },
    ['worseVerdicts'],
    /^fused disk: verdict external -> bug$/,
  ],
  [
    'a swapped rank',
    { ranked: { hang: ['serve', 'take_lock', 'main'] } },
    ['worseRanks', 'lostTop', 'lostMrr'],
    /^fused hang: related rank 1 -> 2, root rank 1 -> 2/,
  ],
  [
    '2 x time on one case',
    { time: { hang: 2 } },
    ['caseTime'],
    /^hang: fused takes 2 times as long \(2 -> 4 calibrations\)$/,
  ],
  [
    '2 x time on all',
    { time: { hang: 2, storm: 2, disk: 2, quiet: 2 } },
    ['caseTime', 'totalTime'],
    /^all cases: fused takes 2 times as long/,
  ],
  ['2 x memory on one case', { memory: { quiet: 2 } }, ['caseMemory', 'totalMemory'], /^quiet: 2 times the memory/],
  [
    'a crash on one case',
    { crash: { disk: 'the process was killed by SIGSEGV' } },
    ['newFailures'],
    /^fused disk: failed: the process was killed by SIGSEGV$/,
  ],
  [
    'a false alarm on a healthy prefix',
    { prefix: { storm: 'bug' } },
    ['worseVerdicts'],
    /^fused storm: verdict on the healthy prefix none -> bug$/,
  ],
  ['the wrong resource', { resource: { disk: 'cpu' } }, ['worseVerdicts'], /^fused disk: resource disk -> cpu$/],
];

describe('a planted regression', () => {
  it.each(PLANTED)('%s', async (_, planted, gates, reason) => {
    const { passed, crossed, reasons } = await night(stub(planted));
    expect(passed).toBe(false);
    expect(crossed).toEqual(gates);
    expect(reasons).toContainEqual(expect.stringMatching(reason));
  });

  it('2 x time is told from noise', async () => {
    for (let k = 0; k < 5; k++)
      expect((await night(stub({ time: { storm: 2 } }, noisy(k)))).crossed).toContain('caseTime');
  });

  it('a case that is gone', async () => {
    const { storm, ...rest } = baseline.methods.fused!;
    const other = { ...baseline, methods: { fused: { ...rest, extra: storm! } } };
    const { reasons, document } = await night(stub(), { baseline: other });
    expect(reasons).toEqual(['fused extra: not in the bug set any more']);
    expect(document.newCases).toEqual(['fused storm']);
  });

  it('is let through by a wider gate, and by that gate only', async () => {
    const swapped = stub({ ranked: { hang: ['serve', 'take_lock'] }, time: { hang: 2 } });
    const { crossed } = await night(swapped, { limits: { worseRanks: 1, lostTop: 1, lostMrr: 1 } });
    expect(crossed).toEqual(['caseTime']);
  });
});

describe('beside the baseline', () => {
  it('holds totals against gates of their own', async () => {
    const gates = [{ field: 'related.top1', relation: '>=', bound: 2 } as const];
    const { passed, reasons } = await night(stub(), { gates });
    expect(passed).toBe(false);
    expect(reasons).toEqual(['fused: related.top1 is 1, wanted >= 2']);
  });

  it('what got better moves, and crosses nothing', async () => {
    const { passed, document } = await night(stub({ ranked: { storm: ['retry'] }, time: { storm: 0.5 } }));
    expect(passed).toBe(true);
    expect(document.comparison.parts[0]!.ranks).toEqual([{ name: 'storm', before: 2, after: 1 }]);
  });

  it('looks at the cases that were asked for only', async () => {
    const s = stub({ crash: { quiet: 'never run' } });
    expect(await night(s, { cases: ['hang'] })).toMatchObject({ passed: true, reasons: [] });
    expect(s.ran).toEqual(['hang']);
  });

  it('says which parameters were others', async () => {
    const { document } = await night(stub(), { parameters: { unitGap: 0.1 } });
    expect(document.otherParameters).toEqual(['unitGap default -> 0.1']);
  });

  it('does not pass a run that was cut short', async () => {
    const stop = new AbortController();
    const s = stub();
    const { document } = await regress([folder], {
      baseline,
      jobs: 1,
      signal: stop.signal,
      runCase: async (task, o) => {
        const measured = await s.runCase(task, o);
        if (s.ran.length === 2) stop.abort();
        return measured;
      },
    });
    expect(document).toMatchObject({ status: 'partial', passed: false });
    expect(document.gates.filter((g) => g.crossed)).toEqual([]);
  });

  it('refuses two cases with one id', async () => {
    const twice = mkdtempSync(path.join(os.tmpdir(), 'perfscope-regress-'));
    writeBugSet(path.join(twice, 'a'));
    writeBugSet(path.join(twice, 'b'));
    await expect(regress([twice], { baseline: null, runCase: stub().runCase })).rejects.toThrow(
      /two cases have the id/,
    );
    rmSync(twice, { recursive: true });
  });
});
