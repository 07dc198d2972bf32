import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Segment, lastSeconds, prune, segmentBytes, segmentSeconds } from '../../src/record/ring/segments.js';

/** One second each, in order, the last of which ends at `now`. */
const row = (sizes: readonly number[], now: number): Segment[] =>
  sizes.map((bytes, i) => {
    const to = now - (sizes.length - 1 - i);
    return { path: `${i}`, from: to - 1, to, bytes, lost: 0 };
  });

describe('prune', () => {
  it('what is older than the window goes, what is in it in part stays', () => {
    const { kept, forRoom } = prune(row([1, 1, 1, 1], 100), 100, { seconds: 2.5, maxBytes: 100, growing: 0 });
    expect(kept.map((s) => s.path)).toEqual(['1', '2', '3']);
    expect(forRoom).toBe(false);
  });

  it('the oldest goes for room, and that is said', () => {
    const { kept, dropped, forRoom } = prune(row([5, 5, 5], 100), 100, { seconds: 60, maxBytes: 12, growing: 3 });
    expect(kept.map((s) => s.path)).toEqual(['2']);
    expect(dropped).toHaveLength(2);
    expect(forRoom).toBe(true);
  });

  it('never holds more than it may, and never less of the window than there is room for', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 30 });
    fc.assert(
      fc.property(
        sizes,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 400 }),
        (bytes, seconds, maxBytes) => {
          const all = row(bytes, 1000);
          const { kept, dropped } = prune(all, 1000, { seconds, maxBytes, growing: 0 });
          const sum = kept.reduce((total, s) => total + s.bytes, 0);
          expect(sum).toBeLessThanOrEqual(maxBytes);
          expect([...dropped, ...kept]).toEqual(all);
          const last = dropped.at(-1);
          if (last !== undefined && last.to >= 1000 - seconds) expect(sum + last.bytes).toBeGreaterThan(maxBytes);
        },
      ),
    );
  });
});

it('lastSeconds: whatever holds any of them', () => {
  expect(lastSeconds(row([1, 1, 1], 100), 100, 1.5).map((s) => s.path)).toEqual(['1', '2']);
});

it('a segment is a small part of the window, and of the room', () => {
  expect(segmentSeconds(300)).toBe(15);
  expect(segmentSeconds(60)).toBe(3);
  expect(segmentSeconds(5)).toBe(1);
  expect(segmentBytes(800)).toBe(100);
});
