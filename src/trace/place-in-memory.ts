/**
 * The same as place-rows.ts for chunks and columns that lie in one memory of WebAssembly (row-memory.ts), by src/wasm/rows: five
 * times as fast.
 */
import { ROWS_MODULE } from '../wasm/rows/rows-module.js';
import { wasmInstance } from '../wasm-instance.js';
import type { ChunkColumns } from './chunk.js';
import type { OptionalColumn } from './growable-columns.js';
import { type PlacedRows, type Placement, placeCpus, placeStacks } from './place-rows.js';

/** What src/wasm/rows/rows.ts exports. */
interface Exports {
  readonly first: WebAssembly.Global;
  readonly last: WebAssembly.Global;
  readonly earliestStart: WebAssembly.Global;
  readonly startOfFirst: WebAssembly.Global;
  readonly startOfLast: WebAssembly.Global;
  readonly sorted: WebAssembly.Global;
  readonly outOfOrder: WebAssembly.Global;
  begin(base: number, threads: number, count: number): void;
  placeTimes(
    ...addresses: [
      ...from: [start: number, duration: number, flags: number, thread: number],
      ...to: [start: number, duration: number, flags: number, thread: number],
      rows: number,
    ]
  ): void;
  placeCalls(call: number, toCall: number, numbers: number, rows: number): void;
  copy(from: number, to: number, bytes: number): void;
}

type ColumnName = Exclude<keyof ChunkColumns, OptionalColumn>;
const TIMES = ['start', 'duration', 'flags', 'thread'] as const;
/** What is the same in the chunk and in the trace. */
const COPIED = ['errno', 'kind', 'variant', 'descriptor', 'result'] as const;
/** Numbers of 8 bytes that are kept of a thread: its number, and what PlacedRows tells of it. */
const THREAD = 4;
/** Rows at a time: those of the chunk that are read twice stay in the nearest caches, and a function is hot soon. */
const BLOCK = 2 ** 12;

/** Bytes behind the columns of a chunk that its placing needs. */
export function placingBytes(threads: number, calls: number): number {
  return 8 * (1 + threads * THREAD) + 2 * calls;
}

/** O(rows). The columns of `placement.from` have `placingBytes` behind them that are nobody else's. */
export function placeInMemory(placement: Placement, memory: WebAssembly.Memory): PlacedRows {
  const { from, to, stretches, base, threads, calls, stacks } = placement;
  const wasm = wasmInstance<Exports>(ROWS_MODULE, { env: { memory } });
  const { buffer } = memory;
  const kept = new Float64Array(buffer, behind(from), threads.length * THREAD);
  for (let t = 0; t < threads.length; t++) kept[t * THREAD] = threads[t]!;
  const numbers = new Uint16Array(buffer, kept.byteOffset + kept.byteLength, calls.length);
  numbers.set(calls);
  wasm.begin(base, kept.byteOffset, threads.length);
  for (const stretch of stretches) {
    const at = (columns: ChunkColumns, name: ColumnName, row: number) =>
      columns[name].byteOffset + row * columns[name].BYTES_PER_ELEMENT;
    for (let row = stretch.from; row < stretch.to; row += BLOCK) {
      const rows = Math.min(BLOCK, stretch.to - row);
      const place = stretch.at + row - stretch.from;
      const [start, duration, flags, thread] = TIMES.map((name) => at(from, name, row)) as FourAddresses;
      const [toStart, toDuration, toFlags, toThread] = TIMES.map((name) => at(to, name, place)) as FourAddresses;
      wasm.placeTimes(start, duration, flags, thread, toStart, toDuration, toFlags, toThread, rows);
      wasm.placeCalls(at(from, 'call', row), at(to, 'call', place), numbers.byteOffset, rows);
    }
    const rows = stretch.to - stretch.from;
    for (const name of COPIED)
      wasm.copy(at(from, name, stretch.from), at(to, name, stretch.at), rows * from[name].BYTES_PER_ELEMENT);
    placeCpus(from.cpu, to.cpu, stretch);
    placeStacks(from.stack, to.stack, stacks, stretch);
  }
  const ofThread = (k: number) => Float64Array.from({ length: threads.length }, (_, t) => kept[t * THREAD + k]!);
  return {
    ...{ first: wasm.first.value, last: wasm.last.value, earliestStart: wasm.earliestStart.value },
    ...{ startOfFirst: wasm.startOfFirst.value, startOfLast: wasm.startOfLast.value },
    ...{ sorted: wasm.sorted.value !== 0, outOfOrder: wasm.outOfOrder.value },
    ...{ firstOfThread: ofThread(1), lowestOfThread: ofThread(2), latestOfThread: ofThread(3) },
  };
}

type FourAddresses = [number, number, number, number];

/** The first address, of a number of 8 bytes, behind all columns. */
function behind(columns: ChunkColumns): number {
  let end = 0;
  for (const column of Object.values(columns) as ChunkColumns[keyof ChunkColumns][])
    if (column !== null) end = Math.max(end, column.byteOffset + column.byteLength);
  return Math.ceil(end / 8) * 8;
}
