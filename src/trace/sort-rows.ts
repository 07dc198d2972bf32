/**
 * Order of rows by time, stable. Traces are nearly sorted (a few long runs: files of one thread each, buffers of one CPU
 * each), so a natural merge sort does it in rows x log2(runs).
 */

/** Permutation that sorts `keys[0 .. length)` ascending, equal keys in their old order; null when they are sorted already. */
export function sortingPermutation(keys: Float64Array, length: number): Uint32Array | null {
  let bounds = naturalRuns(keys, length);
  if (bounds.length <= 2) return null;
  let from = Uint32Array.from({ length }, (_, i) => i);
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
