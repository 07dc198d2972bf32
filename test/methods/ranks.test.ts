import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { places } from '../../src/methods/ranks.js';

const ranks = (scores: number[]) => places(scores).map((p) => p.rank);

describe('places', () => {
  it('puts every member of a tie at its worst place', () => {
    expect(ranks([])).toEqual([]);
    expect(ranks([9, 7, 5])).toEqual([1, 2, 3]);
    expect(ranks([9, 9, 5])).toEqual([2, 2, 3]);
    expect(ranks([9, 5, 5, 5, 1])).toEqual([1, 4, 4, 4, 5]);
    expect(ranks([0, 0])).toEqual([2, 2]);
  });

  it('takes sums that differ by rounding for equal, and no more than that', () => {
    expect(ranks([0.1 + 0.2, 0.3])).toEqual([2, 2]);
    expect(ranks([0.3001, 0.3])).toEqual([1, 2]);
    // Each step is within the tolerance, the slope as a whole is not one tie.
    const slope = Array.from({ length: 10 }, (_, i) => 1 - i * 0.6e-9);
    expect(ranks(slope)[0]).toBeLessThan(10);
  });

  it('gives rank = number of scores that are at least as high', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 })), (scores) => {
        scores.sort((a, b) => b - a);
        expect(ranks(scores)).toEqual(scores.map((s) => scores.filter((o) => o >= s).length));
      }),
    );
  });
});
