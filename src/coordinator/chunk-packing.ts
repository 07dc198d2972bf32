/**
 * Packs the arrays of a TraceChunk into one stretch of shared memory, so that the chunk passes between threads without
 * a copy and without the room that the parser had kept for more rows. The memory goes round with the tasks.
 */
import type { ChunkColumns, ChunkSwitches, TraceChunk } from '../trace/chunk.js';

type Column = NonNullable<ChunkColumns[keyof ChunkColumns]>;
interface Slice {
  from: Column;
  put(copy: Column): void;
  rows: number;
}

const ALIGNMENT = 8;

/** `chunk` with its rows in `room`, or in new shared memory when that is too small. The memory used is what comes second. */
export function packChunk(
  chunk: TraceChunk,
  room: SharedArrayBuffer,
): { chunk: TraceChunk; memory: SharedArrayBuffer } {
  const columns = { ...chunk.columns };
  const switches = chunk.switches === null ? null : { ...chunk.switches };
  const slices = [...slicesOf(columns, chunk.rows), ...(switches === null ? [] : slicesOf(switches, switches.length))];
  const size = slices.reduce((sum, s) => sum + aligned(s.rows * s.from.BYTES_PER_ELEMENT), 0);
  const memory = room.byteLength >= size ? room : new SharedArrayBuffer(size);
  let offset = 0;
  for (const { from, put, rows } of slices) {
    const make = from.constructor as new (buffer: SharedArrayBuffer, offset: number, length: number) => Column;
    const copy = new make(memory, offset, rows);
    copy.set(from.subarray(0, rows));
    put(copy);
    offset += aligned(rows * from.BYTES_PER_ELEMENT);
  }
  return { chunk: { ...chunk, columns, switches }, memory };
}

function slicesOf(table: ChunkColumns | ChunkSwitches, rows: number): Slice[] {
  return Object.entries(table).flatMap(([name, from]) =>
    ArrayBuffer.isView(from)
      ? [
          {
            from: from as Column,
            rows,
            put: (copy) => void ((table as unknown as Record<string, Column>)[name] = copy),
          },
        ]
      : [],
  );
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
