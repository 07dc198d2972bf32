import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agglomerate } from '../../src/outliers/agglomerate.js';
import { type ClusteringOptions, clusterAppearances, hamming, popcount } from '../../src/outliers/clustering.js';
import type { Appearances } from '../../src/units/appearance.js';

function appearances(vectors: readonly number[], units: readonly number[] = vectors.map(() => 1)): Appearances {
  return {
    ...{ length: vectors.length, of: Uint32Array.from(vectors, (_, i) => i), units: Uint32Array.from(units) },
    ...{ words: 1, bits: Uint32Array.from(vectors) },
  };
}
const options: ClusteringOptions = { linkage: 'average', diameter: 4, distinct: 4000 };

describe('clusters of appearance vectors', () => {
  it('puts kinds of work apart that share few calls', () => {
    const vectors = [0b0000_0111, 0b0000_0011, 0b1111_0111 << 8, 0b1111_0011 << 8, 0b0000_1111];
    expect([...clusterAppearances(appearances(vectors), options).of]).toEqual([0, 0, 1, 1, 0]);
  });
  it('lets many units outweigh one: average linkage over units, not over vectors', () => {
    // The middle vector is 4 from the left one, and the right one is 4 from the middle and 8 from the left.
    const vectors = [0b0000_0000, 0b0000_1111, 0b1111_1111];
    expect([...clusterAppearances(appearances(vectors, [9, 1, 1]), options).of]).toEqual([0, 0, 1]);
    expect(clusterAppearances(appearances(vectors, [1, 1, 1]), { ...options, diameter: 6 }).length).toBe(1);
  });
  it('is the clustering of all vectors at once, though it goes part by part', () => {
    const sets = fc.uniqueArray(fc.integer({ min: 0, max: 0xfff }), { minLength: 1, maxLength: 25 });
    fc.assert(
      fc.property(sets, fc.constantFrom('average' as const, 'complete' as const), (vectors, linkage) => {
        const a = appearances(vectors);
        const whole: number[] = [];
        for (let j = 1; j < vectors.length; j++) for (let i = 0; i < j; i++) whole.push(hamming(a, i, j));
        const expected = agglomerate(Float64Array.from(whole), [...a.units], linkage, 2);
        const clustering = clusterAppearances(a, { ...options, linkage, diameter: 2 });
        expect([...clustering.of]).toEqual([...expected]);
      }),
      { numRuns: 300 },
    );
  });
  it('beyond the cap, groups with the frequent ones first and still covers every vector', () => {
    const vectors = Array.from({ length: 200 }, (_, i) => i);
    const clustering = clusterAppearances(appearances(vectors), { ...options, distinct: 10 });
    expect(clustering.of.length).toBe(200);
    expect(Math.max(...clustering.of)).toBe(clustering.length - 1);
    expect(clustering.length).toBeLessThanOrEqual(10);
  });
  it('beyond the cap, the frequent ones lead, and of equally frequent ones the earlier', () => {
    // The middle one is 3 from either other, and all are further apart than what is merged.
    const vectors = [0b000_000, 0b000_111, 0b111_111];
    const led = (units: number[]) => [
      ...clusterAppearances(appearances(vectors, units), { ...options, diameter: 1, distinct: 2 }).of,
    ];
    expect(led([1, 1, 1])).toEqual([0, 1, 1]);
    expect(led([1, 2, 2])).toEqual([0, 0, 1]);
    expect(led([2, 1, 2])).toEqual([0, 0, 1]);
    expect(led([2, 3, 1])).toEqual([0, 1, 1]);
  });
  it('counts bits', () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), (x) => {
        expect(popcount(x | 0)).toBe([...x.toString(2)].filter((d) => d === '1').length);
      }),
    );
  });
});
