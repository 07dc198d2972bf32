/**
 * Order of rows by time, stable. Traces are nearly sorted (a few long runs: files of one thread each, buffers of one CPU
 * each), so a natural merge sort does it in rows x log2(runs).
 */

/**
 * The stretch of `keys[0 .. length)` outside which every key stands where sorting puts it; null when all do. A trace that began
 * in the middle of some calls has a few rows out of place at its beginning, not ten million.
 */
export function unsortedRange(keys: Float64Array, length: number): { from: number; to: number } | null {
  let highest = -Infinity;
  let lowest = Infinity;
  let to = 0;
  for (let i = 0; i < length; i++) {
    const key = keys[i]!;
    if (key >= highest) highest = key;
    else {
      to = i + 1;
      if (key < lowest) lowest = key;
    }
  }
  if (to === 0) return null;
  let from = 0;
  while (keys[from]! <= lowest) from++;
  return { from, to };
}

/** Rows that a few must be moved for, and these few: see `rowsToMove`. */
export interface RowsToMove {
  /** Those that stand too late, ascending. */
  readonly rows: readonly number[];
  /** The same ones in order of their keys; and for each the row before which it belongs, counted as the rows stand. */
  readonly sorted: readonly number[];
  readonly before: readonly number[];
}

/** A larger share of rows out of place is sorted as a whole. */
const FEW = 1 / 64;

/** Which rows of keys[from .. to) to move so that all are sorted, equal keys in their old order: those with a greater key before them. Null: many. */
export function rowsToMove(keys: Float64Array, from: number, to: number): RowsToMove | null {
  const most = (to - from) * FEW;
  const rows: number[] = [];
  let highest = -Infinity;
  for (let i = from; i < to; i++) {
    const key = keys[i]!;
    if (key >= highest) highest = key;
    else if (rows.push(i) > most) return null;
  }
  const sorted = [...rows].sort((a, b) => keys[a]! - keys[b]! || a - b);
  const before: number[] = [];
  for (let i = from, late = 0; before.length < sorted.length; i++) {
    if (rows[late] === i) {
      late++;
      continue;
    }
    while (before.length < sorted.length && keys[sorted[before.length]!]! < keys[i]!) before.push(i);
  }
  return { rows, sorted, before };
}

/** Permutation that sorts `keys[0 .. length)` ascending, equal keys in their old order; null when they are sorted already. */
export function sortingPermutation(keys: Float64Array, length: number): Uint32Array | null {
  let bounds = naturalRuns(keys, length);
  if (bounds.length <= 2) return null;
  let from = new Uint32Array(length);
  for (let i = 0; i < length; i++) from[i] = i;
  let to = new Uint32Array(length);
  while (bounds.length > 2) {
    const next = [0];
    for (let r = 0; r + 1 < bounds.length; r += 2) {
      const middle = bounds[r + 1]!;
      const end = bounds[r + 2] ?? middle;
      merge(keys, from, to, bounds[r]!, middle, end);
      next.push(end);
    }
    bounds = next;
    [from, to] = [to, from];
  }
  return from;
}

/** Where the ascending runs begin, and `length` at the end. */
function naturalRuns(keys: Float64Array, length: number): number[] {
  const bounds = [0];
  for (let i = 1; i < length; i++) if (keys[i]! < keys[i - 1]!) bounds.push(i);
  bounds.push(length);
  return bounds;
}

function merge(
  keys: Float64Array,
  from: Uint32Array,
  to: Uint32Array,
  start: number,
  middle: number,
  end: number,
): void {
  let a = start;
  let b = middle;
  for (let i = start; i < end; i++) {
    if (a < middle && (b >= end || keys[from[a]!]! <= keys[from[b]!]!)) to[i] = from[a++]!;
    else to[i] = from[b++]!;
  }
}
