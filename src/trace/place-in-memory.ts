/**
 * The same as place-rows.ts for chunks and columns that lie in one memory of WebAssembly (row-memory.ts), by src/trace/kernel: five
 * times as fast.
 */
import { ROWS_MODULE } from './kernel/rows-module.js';
import { wasmInstance } from '../lib/wasm-instance.js';
import type { ChunkColumns } from './chunk.js';
import type { OptionalColumn } from './growable-columns.js';
import { type PlacedRows, type Placement, placeCpus, placeStacks } from './place-rows.js';

/** What src/trace/kernel/rows.ts exports. */
interface Exports {
  readonly first: WebAssembly.Global;
  readonly last: WebAssembly.Global;
  readonly earliestStart: WebAssembly.Global;
  readonly startOfFirst: WebAssembly.Global;
  readonly startOfLast: WebAssembly.Global;
  readonly sorted: WebAssembly.Global;
  readonly outOfOrder: WebAssembly.Global;
  begin(base: number, threads: number, count: number): void;
  placeTimes(...addressesAndRows: [...TimeAddresses, rows: number]): void;
  placeCalls(call: number, toCall: number, numbers: number, rows: number): void;
  copy(from: number, to: number, bytes: number): void;
}

/** Of TIMES in the chunk, then in the trace. */
type TimeAddresses = [number, number, number, number, number, number, number, number];
type ColumnName = Exclude<keyof ChunkColumns, OptionalColumn>;
const TIMES = ['start', 'duration', 'flags', 'thread'] as const;
/** What is the same in the chunk and in the trace. */
const COPIED = ['errno', 'kind', 'variant', 'descriptor', 'result'] as const;
/** Numbers of 8 bytes that are kept of a thread: its number, and what PlacedRows tells of it. */
const THREAD = 4;

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
    const rows = stretch.to - stretch.from;
    const before = (name: ColumnName) => addressOf(from[name], stretch.from);
    const after = (name: ColumnName) => addressOf(to[name], stretch.at);
    const times = [...TIMES.map(before), ...TIMES.map(after)] as TimeAddresses;
    wasm.placeTimes(...times, rows);
    wasm.placeCalls(before('call'), after('call'), numbers.byteOffset, rows);
    for (const name of COPIED) wasm.copy(before(name), after(name), rows * from[name].BYTES_PER_ELEMENT);
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

function addressOf(column: NonNullable<ChunkColumns[keyof ChunkColumns]>, row: number): number {
  return column.byteOffset + row * column.BYTES_PER_ELEMENT;
}

/** The first address, of a number of 8 bytes, behind all columns. */
function behind(columns: ChunkColumns): number {
  let end = 0;
  for (const column of Object.values(columns) as ChunkColumns[keyof ChunkColumns][])
    if (column !== null) end = Math.max(end, column.byteOffset + column.byteLength);
  return Math.ceil(end / 8) * 8;
}
