import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allWithin, neighborDistances } from '../../src/outliers/neighbors.js';
import {
  ABNORMAL_FREQUENCY,
  ABNORMAL_SMALL_CLUSTER,
  ABNORMAL_TIME,
  type OutlierOptions,
  distanceLimit,
  outliers,
  weightedMedian,
} from '../../src/outliers/outliers.js';
import { type FoldedVectors, boxWithin, foldVectors, gatherGroup } from '../../src/outliers/vectors.js';
import type { FeatureTable } from '../../src/units/features.js';
import { appearancesOf, featureTable } from '../helpers/units.js';

type UnitCalls = Readonly<Record<number, { count: number; ms: number }>>;

function features(units: readonly UnitCalls[], calls = 8): FeatureTable {
  const types = (unit: UnitCalls) =>
    Object.entries(unit).map(([c, { count, ms }]) => [Number(c), { count, ns: ms * 1e6 * count }] as const);
  return featureTable(
    units.map((unit) => new Map(types(unit))),
    calls,
  );
}

const all = (n: number) => Array.from({ length: n }, (_, i) => i);
const options: OutlierOptions = { neighbors: 3, cut: 3.5, shares: false, smallCluster: 4 };
const repeat = (n: number, unit: UnitCalls): UnitCalls[] => new Array<UnitCalls>(n).fill(unit);
const marks = (units: readonly UnitCalls[], more: Partial<OutlierOptions> = {}, hasDurations = true) => [
  ...marksOf(features(units), hasDurations, { ...options, ...more }),
];

function marksOf(table: FeatureTable, hasDurations: boolean, how: OutlierOptions): Uint8Array {
  const { ranges, ...cluster } = oneCluster(table);
  return outliers(table, ranges, cluster, hasDurations, how);
}

/** All units in one cluster. */
function oneCluster(table: FeatureTable) {
  const { ranges, length } = appearancesOf(table);
  return { ranges, members: all(table.length), vectors: all(length) };
}

function groupOf(units: readonly UnitCalls[]) {
  const table = features(units);
  const { ranges, ...cluster } = oneCluster(table);
  return gatherGroup(table, ranges, cluster);
}

describe('outliers', () => {
  const usual = { 0: { count: 2, ms: 1 }, 1: { count: 1, ms: 0.01 } };
  it('marks a loop by its counts', () => {
    const loop = { ...usual, 0: { count: 500, ms: 1 } };
    expect(marks([...repeat(20, usual), loop])).toEqual([...repeat(20, usual).map(() => 0), ABNORMAL_FREQUENCY]);
  });
  it('marks a stall by its times', () => {
    const stall = { ...usual, 1: { count: 1, ms: 2000 } };
    expect(marks([stall, ...repeat(9, usual)])).toEqual([ABNORMAL_TIME, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(marks([stall, ...repeat(9, usual)], {}, false)).toEqual(new Array(10).fill(0));
  });
  it('lets small differences pass', () => {
    const others = all(9).map((i) => ({ 0: { count: 2 + (i % 3), ms: 1 + i / 10 }, 1: { count: 1, ms: 0.01 } }));
    expect(marks(others)).toEqual(new Array(9).fill(0));
  });
  it('finds a group of fewer than four odd ones, and takes four for a way to be normal', () => {
    const odd = { ...usual, 0: { count: 500, ms: 1 } };
    expect(marks([...repeat(30, usual), ...repeat(3, odd)]).slice(30)).toEqual([1, 1, 1]);
    expect(marks([...repeat(30, usual), ...repeat(4, odd)]).slice(30)).toEqual([0, 0, 0, 0]);
  });
  it('takes a small cluster for abnormal as a whole', () => {
    expect(marks(repeat(3, usual))).toEqual(new Array(3).fill(ABNORMAL_SMALL_CLUSTER));
    expect(marks(repeat(4, usual))).toEqual(new Array(4).fill(0));
  });
  it('with shares, does not hold length against a unit', () => {
    const long = { 0: { count: 200, ms: 1 }, 1: { count: 100, ms: 0.01 } };
    expect(marks([...repeat(20, usual), long]).at(-1)).toBe(ABNORMAL_FREQUENCY);
    expect(marks([...repeat(20, usual), long], { shares: true }).at(-1)).toBe(0);
  });
});

describe('neighbour distances', () => {
  const groups = fc.record({
    rows: fc.uniqueArray(fc.tuple(fc.nat(9), fc.nat(9), fc.nat(3)), {
      minLength: 1,
      maxLength: 30,
      selector: (r) => r.join(),
    }),
    k: fc.integer({ min: 1, max: 6 }),
    seed: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 30, maxLength: 30 }),
  });
  it('are those of brute force over all units', () => {
    fc.assert(
      fc.property(groups, ({ rows, k, seed }) => {
        const counts = seed.slice(0, rows.length);
        const vectors: FoldedVectors = {
          ...{ length: rows.length, dimensions: 3, values: Float32Array.from(rows.flat()) },
          ...{ units: Uint32Array.from(counts), of: new Uint32Array(), step: 1 },
        };
        const units = rows.flatMap((row, v) => new Array<typeof row>(counts[v]!).fill(row));
        const brute = rows.map((row) => {
          const distances = units.map((u) => Math.hypot(...u.map((x, d) => x - row[d]!))).sort((a, b) => a - b);
          // The first is the unit itself.
          return distances[Math.min(k, distances.length - 1)]!;
        });
        const found = neighborDistances(vectors, k);
        brute.forEach((d, v) => expect(found[v]).toBeCloseTo(d, 9));
        for (const radius of [0.5, 1.1, 2.1, 5.1]) {
          expect(allWithin(vectors, k, radius)).toBe(brute.every((d) => d <= radius));
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('folded vectors', () => {
  const unit = fc.dictionary(
    fc.integer({ min: 0, max: 5 }).map(String),
    fc.record({ count: fc.integer({ min: 1, max: 3 }), ms: fc.constantFrom(0, 0.1, 1, 10) }),
    { minKeys: 1, maxKeys: 4 },
  );
  it('are equal exactly when the units are', () => {
    fc.assert(
      fc.property(fc.array(unit, { minLength: 1, maxLength: 40 }), (raw) => {
        const units = raw as readonly UnitCalls[];
        const folded = foldVectors(groupOf(units), 'counts', 1000);
        const names = units.map((u) => Object.entries(u).map(([c, e]) => `${c}x${e.count}`).join()); // prettier-ignore
        units.forEach((_, a) =>
          units.forEach((_, b) => expect(folded.of[a] === folded.of[b]).toBe(names[a] === names[b])),
        );
        expect(folded.units.reduce((a, b) => a + b, 0)).toBe(units.length);
      }),
    );
  });
  it('go on a coarser grid when there are too many', () => {
    const units = all(500).map((i) => ({ 0: { count: i + 1, ms: 1 } }));
    const folded = foldVectors(groupOf(units), 'counts', 100);
    expect(folded.length).toBeLessThanOrEqual(100);
    expect(folded.step).toBe(8);
    // Nobody is moved by as much as a step.
    units.forEach((u, i) => {
      expect(Math.abs(folded.values[folded.of[i]!]! - u[0].count)).toBeLessThan(folded.step);
    });
  });
});

describe('the box of a group', () => {
  const unit = fc.dictionary(
    fc.integer({ min: 0, max: 3 }).map(String),
    fc.record({ count: fc.integer({ min: 1, max: 40 }), ms: fc.constantFrom(0, 0.001, 0.1, 1, 10) }),
    { minKeys: 1, maxKeys: 4 },
  );
  it('is within a radius only if the vectors are', () => {
    fc.assert(
      fc.property(
        fc.array(unit, { minLength: 1, maxLength: 40 }),
        fc.constantFrom('counts' as const, 'times' as const),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 30 }),
        (raw, kind, distinct, radius) => {
          const group = groupOf(raw as readonly UnitCalls[]);
          if (!boxWithin(group, kind, distinct, (step) => Math.max(radius, step))) return;
          const { length, dimensions, values, step } = foldVectors(group, kind, distinct);
          const row = (v: number) => [...values.subarray(v * dimensions, (v + 1) * dimensions)];
          for (let a = 0; a < length; a++)
            for (let b = 0; b < a; b++)
              expect(Math.hypot(...row(a).map((x, d) => x - row(b)[d]!))).toBeLessThanOrEqual(Math.max(radius, step));
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('the limit', () => {
  it('is the median plus so many robust deviations', () => {
    const distances = Float64Array.of(1, 2, 3, 4, 100);
    expect(distanceLimit(distances, [1, 1, 1, 1, 1], 3.5, 0)).toBeCloseTo(3 + 3.5 * 1.4826, 12);
    expect(distanceLimit(distances, [1, 1, 1, 1, 1], 3.5, 10)).toBe(38);
  });
  it('weighs by units', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(20), fc.integer({ min: 1, max: 5 })), { minLength: 1 }), (pairs) => {
        const units = pairs.flatMap(([v, w]) => new Array<number>(w).fill(v)).sort((a, b) => a - b);
        const median = weightedMedian(
          Float64Array.from(pairs, (p) => p[0]),
          pairs.map((p) => p[1]),
        );
        expect(median).toBe(units[Math.ceil(units.length / 2) - 1]);
      }),
    );
  });
});
