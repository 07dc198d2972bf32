/**
 * Packs the arrays of a TraceChunk into shared memory, so that the chunk passes between threads without a copy and
 * without the room that the parser had kept for more rows. The memory of the rows goes round with the tasks; scheduler
 * events get memory of their own, since the builder keeps them to the end.
 */
import type { ChunkColumns, ChunkSwitches, TraceChunk } from '../trace/chunk.js';
import { placingBytes } from '../trace/place-in-memory.js';

type Column = NonNullable<ChunkColumns[keyof ChunkColumns]>;

const ALIGNMENT = 8;

/** `chunk` with its rows in `room`, or in new shared memory when that is too small: `memory` is what they lie in. */
export function packChunk(chunk: TraceChunk, room: Uint8Array): { chunk: TraceChunk; memory: Uint8Array } {
  const { columns, switches } = chunk;
  const size = sizeOf(columns, chunk.rows) + placingBytes(chunk.threads.length, chunk.calls.length);
  const memory = room.length >= size ? room : sharedBytes(size);
  const packed = {
    ...chunk,
    columns: inMemory(columns, chunk.rows, memory),
    switches: switches && inMemory(switches, switches.length, sharedBytes(sizeOf(switches, switches.length))),
  };
  return { chunk: packed, memory };
}

export function sharedBytes(length: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(length));
}

/** A copy of `table` whose arrays lie in `memory`, cut to `rows`; what is no array stays. */
function inMemory<Table extends ChunkColumns | ChunkSwitches>(table: Table, rows: number, memory: Uint8Array): Table {
  let offset = memory.byteOffset;
  const fields = Object.entries(table).map(([name, value]) => {
    if (!ArrayBuffer.isView(value)) return [name, value as unknown];
    const from = value as Column;
    const make = from.constructor as new (buffer: ArrayBufferLike, offset: number, length: number) => Column;
    const copy = new make(memory.buffer, offset, rows);
    copy.set(from.subarray(0, rows));
    offset += aligned(copy.byteLength);
    return [name, copy];
  });
  return Object.fromEntries(fields) as Table;
}

function sizeOf(table: ChunkColumns | ChunkSwitches, rows: number): number {
  let size = 0;
  for (const value of Object.values(table)) {
    if (ArrayBuffer.isView(value)) size += aligned(rows * (value as Column).BYTES_PER_ELEMENT);
  }
  return size;
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
