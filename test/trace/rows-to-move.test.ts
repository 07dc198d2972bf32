/** A few rows out of place are moved to where sorting all of them puts them. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { GrowableColumns } from '../../src/trace/growable-columns.js';
import { rowsToMove, sortingPermutation } from '../../src/trace/sort-rows.js';

/** Rows whose `result` is where they stood. */
function columnsOf(keys: Float64Array): GrowableColumns {
  const n = keys.length;
  const rows = new GrowableColumns();
  rows.append(
    {
      start: keys,
      duration: new Float64Array(n),
      call: new Uint16Array(n),
      thread: new Uint32Array(n),
      errno: new Uint8Array(n),
      kind: new Uint8Array(n),
      variant: new Uint8Array(n),
      flags: new Uint8Array(n),
      descriptor: new Int32Array(n),
      result: Int32Array.from(keys, (_, i) => i),
      cpu: null,
      stack: null,
    },
    0,
    n,
  );
  return rows;
}

it('all rows end where a stable sort has them', () => {
  const late = fc.array(fc.record({ at: fc.nat(999), key: fc.nat(300) }), { maxLength: 15 });
  fc.assert(
    fc.property(late, fc.nat(50), (displaced, from) => {
      const keys = Float64Array.from({ length: 1000 }, (_, i) => i >> 1);
      for (const { at, key } of displaced) if (at >= from) keys[at] = Math.min(keys[at]!, from + key);
      const rows = columnsOf(keys);
      const few = rowsToMove(keys, from, keys.length);
      expect(few).not.toBeNull();
      rows.moveUp(few!, keys.length);
      const order = sortingPermutation(keys.subarray(from), keys.length - from);
      const expected = Array.from(keys, (_, i) => (i < from ? i : from + (order?.[i - from] ?? i - from)));
      expect([...rows.view('result').subarray(0, keys.length)]).toEqual(expected);
      expect([...rows.view('start').subarray(0, keys.length)]).toEqual(expected.map((row) => keys[row]));
    }),
  );
});

it('many are none to be moved one by one', () => {
  const keys = Float64Array.from({ length: 1000 }, (_, i) => i ^ 1);
  expect(rowsToMove(keys, 0, keys.length)).toBeNull();
});
