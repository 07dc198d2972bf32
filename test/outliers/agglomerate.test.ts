import fc from 'fast-check';
import { agnes } from 'ml-hclust';
import { describe, expect, it } from 'vitest';
import { type Linkage, agglomerate, pairIndex } from '../../src/outliers/agglomerate.js';

/** Labels of a partition given as lists of indices, numbered by first member. */
function labelsOf(groups: readonly (readonly number[])[], n: number): number[] {
  const labels = new Array<number>(n).fill(-1);
  [...groups].sort((a, b) => Math.min(...a) - Math.min(...b)).forEach((g, i) => g.forEach((p) => (labels[p] = i)));
  return labels;
}

/** ml-hclust on the points written out as often as they weigh, cut; then one label a point. */
function reference(matrix: readonly (readonly number[])[], weights: readonly number[], method: Linkage, cut: number) {
  const copies = weights.flatMap((w, i) => new Array<number>(w).fill(i));
  if (copies.length === 1) return [0];
  const full = copies.map((i) => copies.map((j) => matrix[i]![j]!));
  const groups = agnes(full, { method, isDistanceMatrix: true })
    .cut(cut)
    .map((c) => [...new Set(c.indices().map((k) => copies[k]!))]);
  return labelsOf(groups, weights.length);
}

describe('agglomerate', () => {
  // All distances different, and their averages too (whole numbers have equal ones): else the hierarchy itself is ambiguous.
  const apart = (k: number) => k + Math.sin(k) / 3;
  const inputs = fc.integer({ min: 1, max: 12 }).chain((n) =>
    fc.record({
      weights: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: n, maxLength: n }),
      pairs: fc
        .uniqueArray(fc.integer({ min: 1, max: 100_000 }), {
          minLength: (n * (n - 1)) / 2,
          maxLength: (n * (n - 1)) / 2,
        })
        .map((distances) => distances.map(apart)),
      cut: fc.double({ min: 0, max: 110_000, noNaN: true }),
    }),
  );
  const agree = (linkage: Linkage) =>
    fc.assert(
      fc.property(inputs, ({ weights, pairs, cut }) => {
        const n = weights.length;
        const matrix = Array.from({ length: n }, (_, i) =>
          Array.from({ length: n }, (_, j) => (i === j ? 0 : pairs[pairIndex(i, j)]!)),
        );
        const labels = agglomerate(Float64Array.from(pairs), weights, linkage, cut);
        expect([...labels]).toEqual(reference(matrix, weights, linkage, cut));
      }),
      { numRuns: 400 },
    );
  it('average linkage gives the partition of ml-hclust, weights as copies', () => agree('average'));
  it('complete linkage gives the partition of ml-hclust', () => agree('complete'));

  it('merges at the cut itself and not beyond', () => {
    expect([...agglomerate(Float64Array.of(4), [1, 1], 'average', 4)]).toEqual([0, 0]);
    expect([...agglomerate(Float64Array.of(4.5), [1, 1], 'average', 4)]).toEqual([0, 1]);
  });
  it('ends on equal distances, in clusters within the diameter', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 20 }).chain((n) =>
          fc.array(fc.integer({ min: 0, max: 3 }), {
            minLength: (n * (n - 1)) / 2,
            maxLength: (n * (n - 1)) / 2,
          }),
        ),
        (pairs) => {
          const n = (1 + Math.sqrt(1 + 8 * pairs.length)) / 2;
          const labels = agglomerate(Float64Array.from(pairs), new Array<number>(n).fill(1), 'complete', 2);
          for (let j = 1; j < n; j++) {
            for (let i = 0; i < j; i++)
              if (labels[i] === labels[j]) expect(pairs[pairIndex(i, j)]).toBeLessThanOrEqual(2);
          }
        },
      ),
    );
  });
});
