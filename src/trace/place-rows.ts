/**
 * Rows of a chunk to their places in the trace's columns: renumbered, on the trace's clock, and surveyed on the way. It needs
 * nothing but the chunk's own rows and writes to places of its own, so chunks are placed side by side.
 */
import type { ChunkColumns } from './chunk.js';
import { NO_STACK } from './stacks.js';
import { FLAG_ENTRY_UNSEEN, NO_CPU } from './table.js';

/** Rows [from, to) of a chunk, which go to the places from `at` on. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly at: number;
}

/** What is to be placed where. Plain data over shared memory: it can be posted to a worker. */
export interface Placement {
  /** The chunk's rows. */
  readonly from: ChunkColumns;
  /** The trace's columns, long enough. */
  readonly to: ChunkColumns;
  /** In order. */
  readonly stretches: readonly Stretch[];
  /** ns of the chunk's time 0. */
  readonly base: number;
  /** The chunk's numbers to the trace's. */
  readonly threads: Int32Array;
  readonly calls: Uint16Array;
  readonly stacks: Int32Array | null;
  /** What both `from` and `to` lie in, where they do (row-memory.ts). */
  readonly memory: WebAssembly.Memory | null;
}

/** What one pass over the placed rows finds out; times on the trace's clock, ns. */
export interface PlacedRows {
  /** Earliest entry; of calls whose entry was not seen, the exit. Infinity without rows. */
  readonly first: number;
  /** Latest start or end. -Infinity without rows. */
  readonly last: number;
  /** Earliest start, of calls whose entry was not seen, too. */
  readonly earliestStart: number;
  /** Starts of the first and the last row, and whether they rise between. */
  readonly startOfFirst: number;
  readonly startOfLast: number;
  readonly sorted: boolean;
  /** Rows that start before an earlier row of the same thread; exits without entry do not count. */
  readonly outOfOrder: number;
  /** Per thread of the chunk: earliest start of all rows, earliest and latest of those that count for the order. */
  readonly firstOfThread: Float64Array;
  readonly lowestOfThread: Float64Array;
  readonly latestOfThread: Float64Array;
}

/** O(rows). For rows that lie in one memory, place-in-memory.ts does the same. */
export function placeRows(placement: Placement): PlacedRows {
  const { from, to, stacks } = placement;
  for (const stretch of placement.stretches) {
    copyRest(placement, stretch);
    placeCpus(from.cpu, to.cpu, stretch);
    placeStacks(from.stack, to.stack, stacks, stretch);
  }
  return placeTimes(placement);
}

/** Times, threads and what they tell of the rows. */
export function placeTimes({
  from,
  to,
  stretches,
  base,
  threads,
}: Omit<Placement, 'calls' | 'stacks' | 'memory'>): PlacedRows {
  const firstOfThread = new Float64Array(threads.length).fill(Infinity);
  const lowestOfThread = new Float64Array(threads.length).fill(Infinity);
  const latestOfThread = new Float64Array(threads.length).fill(-Infinity);
  let outOfOrder = 0;
  let first = Infinity;
  let last = -Infinity;
  let earliestStart = Infinity;
  let startOfFirst = Infinity;
  let previous = -Infinity;
  let sorted = true;
  const { start, duration, flags, thread } = from;
  const { start: toStart, duration: toDuration, flags: toFlags, thread: toThread } = to;
  for (const stretch of stretches) {
    const shift = stretch.at - stretch.from;
    if (startOfFirst === Infinity && stretch.to > stretch.from) startOfFirst = start[stretch.from]! + base;
    for (let i = stretch.from; i < stretch.to; i++) {
      const at = start[i]! + base;
      const took = duration[i]!;
      const bits = flags[i]!;
      const local = thread[i]!;
      toStart[i + shift] = at;
      toDuration[i + shift] = took;
      toFlags[i + shift] = bits;
      toThread[i + shift] = threads[local]!;
      const end = took > 0 ? at + took : at;
      if (end > last) last = end;
      if (at < previous) sorted = false;
      previous = at;
      if (at < earliestStart) earliestStart = at;
      if (at < firstOfThread[local]!) firstOfThread[local] = at;
      if (bits & FLAG_ENTRY_UNSEEN) {
        if (end < first) first = end;
        continue;
      }
      if (at < first) first = at;
      if (at < lowestOfThread[local]!) lowestOfThread[local] = at;
      if (at < latestOfThread[local]!) outOfOrder++;
      else latestOfThread[local] = at;
    }
  }
  return {
    ...{ first, last, earliestStart, startOfFirst, startOfLast: previous, sorted, outOfOrder },
    ...{ firstOfThread, lowestOfThread, latestOfThread },
  };
}

/**
 * The other columns that every trace has. Row by row: `set` between shared arrays copies byte by byte where their places are not
 * aligned alike (V8 11), which costs five times as much.
 */
function copyRest({ from, to, calls }: Placement, { from: begin, to: end, at }: Stretch): void {
  const shift = at - begin;
  const { call, errno, kind, variant, descriptor, result } = from;
  const { call: toCall, errno: toErrno, kind: toKind, variant: toVariant } = to;
  const { descriptor: toDescriptor, result: toResult } = to;
  for (let i = begin; i < end; i++) {
    toCall[i + shift] = calls[call[i]!]!;
    toErrno[i + shift] = errno[i]!;
    toKind[i + shift] = kind[i]!;
    toVariant[i + shift] = variant[i]!;
    toDescriptor[i + shift] = descriptor[i]!;
    toResult[i + shift] = result[i]!;
  }
}

/** CPUs of a chunk to their places, where the trace has any. */
export function placeCpus(cpu: Uint16Array | null, toCpu: Uint16Array | null, { from, to, at }: Stretch): void {
  if (toCpu === null) return;
  if (cpu === null) toCpu.fill(NO_CPU, at, at + to - from);
  else for (let i = from; i < to; i++) toCpu[i - from + at] = cpu[i]!;
}

/** Stacks of a chunk, renumbered by `numbers`, to their places, where the trace has any. */
export function placeStacks(
  stack: Int32Array | null,
  toStack: Int32Array | null,
  numbers: Int32Array | null,
  { from, to, at }: Stretch,
): void {
  if (toStack === null) return;
  if (stack === null || numbers === null) {
    toStack.fill(NO_STACK, at, at + to - from);
    return;
  }
  for (let i = from; i < to; i++) toStack[i - from + at] = stack[i] === NO_STACK ? NO_STACK : numbers[stack[i]!]!;
}
