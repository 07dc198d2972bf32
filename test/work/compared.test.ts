import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clusteringOptions } from '../../src/outliers/clustering.js';
import { DEFAULT_PARAMETERS } from '../../src/parameters.js';
import { comparedWork } from '../../src/work/compared.js';
import { mayBeChance, ratioOfMeans } from '../../src/work/ratios.js';
import type { FrequentEpisodes, Work, WorkKind } from '../../src/work/work.js';

const OPTIONS = clusteringOptions(DEFAULT_PARAMETERS);
const CELLS = 40;

/** Units of one kind: as many in each cell, give or take one, each as long and with as many calls. */
function kind(calls: string, perCell: number, seconds = 0.01, issued = 3): WorkKind {
  const units = Array.from({ length: CELLS }, (_, c) => Math.max(0, perCell + (c % 3) - 1));
  return {
    calls: calls.split(' '),
    units,
    issued: units.map((n) => n * issued),
    seconds: units.map((n, c) => n * seconds * (1 + 0.1 * Math.sin(c))),
  };
}
const NO_EPISODES: FrequentEpisodes = { seconds: 40, floor: 4, longest: 8, found: [] };
const work = (kinds: readonly WorkKind[], part: Partial<Work> = {}): Work => {
  return { from: 0, to: 40, cells: CELLS, kinds, moreUnits: 0, episodes: NO_EPISODES, ...part };
};
const REQUEST = 'epoll_wait read write';
const SAVE = 'openat fsync rename unlink close';

describe('kinds of work', () => {
  const compare = (before: readonly WorkKind[], after: readonly WorkKind[]) =>
    comparedWork(work(before), work(after), OPTIONS);

  it('that are as they were are not told', () => {
    const found = compare([kind(REQUEST, 20), kind(SAVE, 2)], [kind(REQUEST, 20), kind(SAVE, 2)]);
    expect(found).toMatchObject({ kinds: [], unchanged: 2, moreKinds: 0 });
  });

  it('are told by how often, how long and how many calls, with intervals around the factor', () => {
    const [found, ...others] = compare([kind(REQUEST, 20)], [kind(REQUEST, 5, 0.08, 9)]).kinds;
    expect(others).toEqual([]);
    expect(found).toMatchObject({ state: 'changed', calls: REQUEST.split(' ') });
    const expected = { rate: 1 / 4, length: 8, issued: 3 };
    for (const [measure, factor] of Object.entries(expected)) {
      const { ratio, low, high } = found![measure as keyof typeof expected]!;
      expect(ratio / factor).toBeCloseTo(1, 1);
      expect(low).toBeLessThanOrEqual(ratio);
      expect(high).toBeGreaterThanOrEqual(ratio);
    }
    expect(found!.before.perSecond).toBeCloseTo(20, 0);
    expect(found!.after.meanCalls).toBe(9);
  });

  it('are matched by what they do, though a unit has a call more or less', () => {
    const found = compare([kind('epoll_wait read write', 20)], [kind('epoll_wait read write close', 10)]);
    expect(found.kinds).toHaveLength(1);
    expect(found.kinds[0]!.state).toBe('changed');
  });

  it('of one window alone are new or gone', () => {
    const found = compare(
      [kind(REQUEST, 20), kind(SAVE, 2)],
      [kind(REQUEST, 20), kind('socket bind listen accept4 shutdown', 3)],
    );
    expect(found.kinds.map((k) => k.state).sort()).toEqual(['gone', 'new']);
    for (const k of found.kinds) expect(k.length).toBeNull();
  });

  it('without durations are told by how often', () => {
    const untimed = (k: WorkKind): WorkKind => ({ ...k, seconds: null });
    const [found] = compare([untimed(kind(REQUEST, 20))], [untimed(kind(REQUEST, 5))]).kinds;
    expect(found).toMatchObject({ length: null, before: { meanSeconds: null, threads: null } });
    expect(found!.rate!.high).toBeLessThan(1);
  });

  it('are told the same every time', () => {
    const once = () => compare([kind(REQUEST, 20), kind(SAVE, 2)], [kind(REQUEST, 9), kind(SAVE, 4)]);
    expect(once()).toEqual(once());
  });

  /** Uniform numbers in (0, 1), the same every time. */
  const generator = (seed: number) => {
    let state = seed;
    return () => (state = (state * 16807) % 2147483647) / 2147483647;
  };
  const poisson = (random: () => number, mean: number) => {
    let n = 0;
    for (let p = random(); p > Math.exp(-mean); p *= random()) n++;
    return n;
  };
  /** Kinds of one process, in which a kind is on or off for some cells at a time (`bursts`), or is always alike. */
  const drawn = (random: () => number, bursts: number): WorkKind[] =>
    Array.from({ length: 8 }, (_, k) => {
      let on = random() < 0.5;
      const units = Array.from({ length: CELLS }, () => {
        if (bursts > 0 && random() < 1 / bursts) on = !on;
        return poisson(random, bursts === 0 || on ? 0.3 * (k + 1) : 0.05);
      });
      const seconds = units.map((n) => n * 0.01 * (0.5 + random()));
      return { calls: [`a${k}`, `b${k}`, `c${k}`, `d${k}`], units, issued: units.map((n) => n * 4), seconds };
    });

  it.each([0, 2, 4])(
    'that differ by chance are told in at most one of twenty comparisons (bursts of %i cells)',
    (bursts) => {
      const random = generator(7);
      let told = 0;
      for (let k = 0; k < 60; k++) if (compare(drawn(random, bursts), drawn(random, bursts)).kinds.length > 0) told++;
      expect(told).toBeLessThanOrEqual(5);
    },
  );

  it('that are new, or twice as frequent, are told among many that are as before', () => {
    const random = generator(11);
    const others = () => drawn(random, 0);
    for (let k = 0; k < 10; k++) {
      const few = { ...kind(SAVE, 1), units: Array.from({ length: CELLS }, (_, c) => (c % 2 === k % 2 ? 1 : 0)) };
      const found = compare([...others(), kind(REQUEST, 5)], [...others(), kind(REQUEST, 10), few]).kinds;
      expect(found.map(({ state, calls }) => `${state} ${calls.length}`).sort()).toEqual(['changed 3', 'new 5']);
    }
  });
});

describe('ratio of means', () => {
  it('has the ratio within its interval, and the inverse of the inverse', () => {
    const parts = fc.array(fc.record({ sum: fc.double({ min: 0.1, max: 10, noNaN: true }), of: fc.constant(1) }), {
      minLength: 10,
      maxLength: 40,
    });
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        const found = ratioOfMeans(a, b)!;
        expect(found.low).toBeLessThanOrEqual(found.high);
        expect(ratioOfMeans(b, a)!.ratio * found.ratio).toBeCloseTo(1, 9);
      }),
      { numRuns: 20 },
    );
  });

  it('is wider for many factors at once, and where neighbours are alike', () => {
    const cells = (of: (c: number) => number) => Array.from({ length: 40 }, (_, c) => ({ sum: of(c), of: 1 }));
    const [alternating, blocks] = [cells((c) => 1 + (c % 2)), cells((c) => 1 + (Math.floor(c / 4) % 2))];
    const width = (a: ReturnType<typeof cells>, factors?: number) => {
      const { low, high } = ratioOfMeans(a, a, factors)!;
      return high / low;
    };
    expect(width(alternating, 100)).toBeGreaterThan(width(alternating));
    expect(width(blocks)).toBeGreaterThan(width(alternating) * 1.2);
    // Two times 40 cells that are 1 or 2: sd of a mean .081 of 1.5, t of 78 degrees 1.99.
    expect(width(alternating)).toBeCloseTo(Math.exp(2 * 1.99 * Math.SQRT2 * (0.5064 / Math.sqrt(40) / 1.5)), 2);
  });

  it('of few occurrences may be chance', () => {
    expect([5, 6].map((n) => mayBeChance(0, n, 0.5, 1))).toEqual([true, false]);
    expect([10, 13].map((n) => mayBeChance(n, 0, 0.5, 100))).toEqual([true, false]);
    // 24 in the ninth part of the time, none in the rest.
    expect(mayBeChance(24, 0, 1 / 9, 1000)).toBe(false);
    expect(mayBeChance(0, 24, 1 / 9, 1000)).toBe(true);
    expect(mayBeChance(500, 600, 0.5, 1)).toBe(false);
  });

  it('is not told of too little', () => {
    expect(ratioOfMeans([{ sum: 1, of: 1 }], [{ sum: 1, of: 1 }])).toBeNull();
    const none = Array.from({ length: 9 }, () => ({ sum: 0, of: 1 }));
    expect(ratioOfMeans(none, none)).toBeNull();
  });
});

describe('episodes', () => {
  const episodes = (found: Record<string, number>, part: Partial<FrequentEpisodes> = {}): FrequentEpisodes => ({
    ...NO_EPISODES,
    found: Object.entries(found).map(([calls, count]) => ({ calls: calls.split(' '), count })),
    ...part,
  });
  const compare = (before: FrequentEpisodes, after: FrequentEpisodes) =>
    comparedWork(work([], { episodes: before }), work([], { episodes: after }), OPTIONS).episodes;

  it('are new where the other window has no part like them, and gone the other way round', () => {
    const found = compare(episodes({ 'a b c': 400 }), episodes({ 'a b c': 400, 'a x y': 300, 'b c': 500 }));
    expect(found.fresh.map((e) => e.core)).toEqual([['x']]);
    expect(found.fresh[0]).toMatchObject({ calls: ['a', 'x', 'y'], count: 300, perSecond: 7.5, otherAtMost: 0.1 });
    expect(found.gone).toEqual([]);
    const back = compare(episodes({ 'a b c': 400, 'a x y': 300 }), episodes({ 'a b c': 400 }));
    expect(back.gone.map((e) => e.core)).toEqual([['x']]);
  });

  it('tell a loop that is new by its turn: calls that were never repeated before', () => {
    const found = compare(episodes({ 'wait read': 400 }), episodes({ 'wait read': 400, 'read read read': 9000 }));
    expect(found.fresh).toHaveLength(1);
    expect(found.fresh[0]).toMatchObject({ core: ['read', 'read'], calls: ['read', 'read', 'read'] });
  });

  it('are not new where the other window would hide them: too rare to be listed there', () => {
    const found = compare(episodes({ a: 400 }, { floor: 200 }), episodes({ a: 400, b: 500 }));
    expect(found.fresh).toEqual([]);
  });
});
