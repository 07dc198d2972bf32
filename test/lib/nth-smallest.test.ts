import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nthSmallest } from '../../src/lib/nth-smallest.js';

it('is what sorting finds there', () => {
  const value = fc.oneof(
    fc.integer({ min: 0, max: 9 }),
    fc.double({ noNaN: true }).map((x) => x + 0),
  );
  const list = fc.array(value, { minLength: 1, maxLength: 5000, size: 'max' });
  fc.assert(
    fc.property(list, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (values, share) => {
      const n = Math.floor(values.length * share);
      expect(nthSmallest(Float64Array.from(values), n)).toBe(Float64Array.from(values).sort()[n]);
    }),
  );
});

it('is found in what is sorted already, the wrong way round, or all alike', () => {
  const of = (value: (i: number) => number) =>
    nthSmallest(
      Float64Array.from({ length: 100_000 }, (_, i) => value(i)),
      75_000,
    );
  expect([of((i) => i), of((i) => 99_999 - i), of(() => 7)]).toEqual([75_000, 75_000, 7]);
});
