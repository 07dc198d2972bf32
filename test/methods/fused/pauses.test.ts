import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Measure, References } from '../../../src/methods/fused/detectors/pauses.js';
import type { Scene } from '../../../src/methods/fused/scene/scene.js';

/** Classes, as places: two of the one call, two of the other. */
const CALLS = ['read', 'read', 'futex', 'futex'];

interface Row {
  readonly place: number;
  readonly thread: number;
  readonly length: number;
}

/** A row begins a second after the one before. */
function sceneOf(rows: readonly Row[]): Scene {
  const columns = {
    start: Float64Array.from(rows, (_, i) => i),
    duration: Float64Array.from(rows, ({ length }) => length),
    thread: Uint32Array.from(rows, ({ thread }) => thread),
  };
  const identity = Int32Array.from(CALLS, (_, k) => k);
  const classes = CALLS.map((call) => ({ before: 'x', call, row: 0 }));
  const places = {
    classes,
    classOf: identity,
    contextOf: identity,
    ofRow: Uint16Array.from(rows, ({ place }) => place),
  };
  return {
    trace: { columns, length: rows.length, threads: [{}, {}] },
    places,
    firstRow: 0,
    endRow: rows.length,
  } as unknown as Scene;
}

it('are a quantile of the lengths of the class, else of the call, else the least', () => {
  const row = fc.record({
    place: fc.nat(3),
    thread: fc.nat(1),
    length: fc.constantFrom(NaN, 1, 2, 3, 5, 8, 13),
  });
  const list = fc.array(row, { minLength: 1, maxLength: 60 });
  const quantile = fc.constantFrom(0.5, 0.95, 1);
  fc.assert(
    fc.property(list, quantile, fc.nat(60), fc.boolean(), fc.boolean(), (rows, q, until, byCall, between) => {
      const before = (i: number) => rows.findLastIndex(({ thread }, j) => j < i && thread === rows[i]!.thread);
      const after = (i: number, b: number) => (b < 0 ? NaN : rows[i]!.length + rows[b]!.length);
      const measure: Measure = between ? { after } : { of: (i) => rows[i]!.length };
      const asked = rows.map((_, i) => i);
      const references = new References(sceneOf(rows), until, q, 2, measure, asked, byCall);
      const reference = (same: (place: number) => boolean) => {
        const lengths = rows
          .map((_, i) => (between ? after(i, before(i)) : rows[i]!.length))
          .filter((length, i) => i < until && same(rows[i]!.place) && !Number.isNaN(length))
          .sort((a, b) => a - b);
        return lengths[Math.min(lengths.length - 1, Math.floor(lengths.length * q))];
      };
      rows.forEach(({ place }, i) => {
        const ofCall = byCall ? reference((other) => CALLS[other] === CALLS[place]) : undefined;
        expect(references.of(i)).toBe(Math.max(2, reference((other) => other === place) ?? ofCall ?? 2));
      });
    }),
  );
});
