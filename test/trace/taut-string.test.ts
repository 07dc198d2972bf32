import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tautString } from '../../src/trace/taut-string.js';

const height = fc.integer({ min: 0, max: 20 });
/** Bounds, and a path between them from the first point of the lower one to its last. */
const tubes = fc
  .array(fc.tuple(height, height, fc.double({ min: 0, max: 1, noNaN: true })), { minLength: 2, maxLength: 30 })
  .map((points) => {
    const least = Float64Array.from(points, ([low]) => low);
    const most = Float64Array.from(points, ([low, room]) => low + room);
    const inner = (k: number) => (k === 0 || k === points.length - 1 ? 0 : points[k]![2]);
    return { least, most, path: least.map((low, k) => low + inner(k) * (most[k]! - low)) };
  });

const lengthOf = (path: Float64Array) =>
  path.reduce((sum, y, k) => sum + (k === 0 ? 0 : Math.hypot(1, y - path[k - 1]!)), 0);

describe('the taut string', () => {
  it('stays between its bounds', () => {
    fc.assert(
      fc.property(tubes, ({ least, most }) => {
        tautString(least, most).forEach((y, k) => {
          expect(y).toBeGreaterThanOrEqual(least[k]! - 1e-9);
          expect(y).toBeLessThanOrEqual(most[k]! + 1e-9);
        });
      }),
    );
  });

  it('is no longer than any other path from end to end', () => {
    fc.assert(
      fc.property(tubes, ({ least, most, path }) => {
        most[most.length - 1] = least.at(-1)!;
        expect(lengthOf(tautString(least, most))).toBeLessThanOrEqual(lengthOf(path) + 1e-9);
      }),
    );
  });

  it('goes on where a straight stretch is as long as can be looked at', () => {
    const least = Float64Array.from({ length: 10_000 }, (_, k) => (k < 9000 ? 0 : k));
    const string = tautString(
      least,
      least.map(() => 9999),
    );
    expect(string.at(-1)).toBeGreaterThanOrEqual(9999);
    expect(string.every((y, k) => k === 0 || y >= string[k - 1]!)).toBe(true);
  });
});
