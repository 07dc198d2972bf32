import { expect, it } from 'vitest';
import type { ChunkColumns } from '../../src/trace/chunk.js';
import { GrowableColumns } from '../../src/trace/growable-columns.js';

const ROWS = 1000;

function rowsFrom(first: number): ChunkColumns {
  const numbers = Array.from({ length: ROWS }, (_, i) => (first + i) % 200);
  return {
    start: Float64Array.from(numbers),
    duration: Float64Array.from(numbers),
    call: Uint16Array.from(numbers),
    thread: Uint32Array.from(numbers),
    errno: Uint8Array.from(numbers),
    kind: Uint8Array.from(numbers),
    variant: Uint8Array.from(numbers),
    flags: Uint8Array.from(numbers),
    descriptor: Int32Array.from(numbers),
    result: Int32Array.from(numbers),
    cpu: Uint16Array.from(numbers),
    stack: Int32Array.from(numbers),
  };
}

/** Columns of 10,000 rows, and after how many of them they no longer lay in one memory; NaN: they never did. */
function filled(large: ConstructorParameters<typeof GrowableColumns>[0]) {
  const rows = new GrowableColumns(large);
  let movedAt = rows.memory === null ? NaN : Infinity;
  for (let n = 0; n < 10; n++) {
    rows.append(rowsFrom(n * ROWS), 0, ROWS);
    if (rows.memory === null && movedAt === Infinity) movedAt = rows.length;
  }
  return { columns: rows.finish(), movedAt };
}

it('the columns of a large trace leave their memory when they outgrow it, and hold what they held', () => {
  const usual = filled(null);
  const large = filled({ roomBytes: 0 });
  const moved = filled({ roomBytes: 100, pages: 4 });
  expect([usual.movedAt, large.movedAt]).toEqual([NaN, Infinity]);
  expect(moved.movedAt).toBeGreaterThan(ROWS);
  expect(moved.movedAt).toBeLessThan(10 * ROWS);
  expect(large.columns).toEqual(usual.columns);
  expect(moved.columns).toEqual(usual.columns);
});

it('chunks get room in that memory as long as there is any', () => {
  const rows = new GrowableColumns({ roomBytes: 1000, pages: 4 });
  const rooms = [rows.room(400), rows.room(400), rows.room(400)];
  expect(rooms.map((room) => room?.length ?? null)).toEqual([400, 400, null]);
  for (const room of rooms) expect(room?.buffer ?? rows.memory!.buffer).toBe(rows.memory!.buffer);
  rows.append(rowsFrom(0), 0, ROWS);
  expect([...rooms[1]!].every((byte) => byte === 0)).toBe(true);
  expect(new GrowableColumns().room(400)).toBeNull();
});

it('small columns take what they need and reserve nothing; those that grow hold what they held', () => {
  const rows = new GrowableColumns();
  const buffer = () => rows.view('start').buffer as unknown as SharedArrayBuffer;
  rows.append(rowsFrom(0), 0, 3);
  expect([buffer().growable, buffer().byteLength]).toEqual([false, 3 * 8]);
  for (let n = 1; n <= 60; n++) rows.append(rowsFrom(n * ROWS), 0, ROWS);
  expect(buffer().growable).toBe(false);
  for (let n = 61; n <= 140; n++) rows.append(rowsFrom(n * ROWS), 0, ROWS);
  expect(buffer().growable).toBe(true);
  const { start, stack } = rows.finish();
  expect([...start.subarray(0, 5)]).toEqual([0, 1, 2, 0, 1]);
  const expected = Float64Array.from({ length: 140 * ROWS }, (_, i) => i % 200);
  expect(start.subarray(3)).toEqual(expected);
  expect(stack!.subarray(3)).toEqual(Int32Array.from(expected));
});
