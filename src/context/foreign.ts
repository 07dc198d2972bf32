/**
 * Calls that threads of a role never issue in learning: of a function that issued no call there, or of the C library's own doing. What is
 * known of them is where their thread was before and is afterwards: they were issued by one of the functions that were entered in
 * between, which one nothing tells.
 */
import { inBlocks } from '../lib/in-blocks.js';
import type { Decoded } from './decoder.js';
import type { DecodedRows } from './forward-backward.js';
import { TupleNumbers } from './tuple-numbers.js';

/**
 * Gives the rows of which nothing is known (-1 in `rows.of`) the functions entered between the known ones before and after them in their
 * thread; -1 stands for what no row of a thread tells. New combinations are added to `rows`.
 * @param cellOf per row: its cell without history
 * @param parents per node of the calling-context tree: its caller's
 */
export function decodeForeign(
  { of, cells, decoded }: DecodedRows,
  cellOf: Int32Array,
  thread: ArrayLike<number>,
  threads: number,
  parents: ArrayLike<number>,
): void {
  const pairs = new TupleNumbers(); // what the known ones before and after decode to
  const numbers: number[] = [];
  const known = new Int32Array(threads).fill(-1);
  let foreign = false;
  // What the known one after a foreign row decodes to is kept in its place, as -1 for -1, -2 for 0 ...
  inBlocks(0, of.length, (first, end) => {
    // From the last row to the first one.
    for (let i = of.length - 1 - first; i >= of.length - end; i--) {
      if (of[i]! >= 0) known[thread[i]!] = cells.second[of[i]!]!;
      else {
        of[i] = -2 - known[thread[i]!]!;
        foreign = true;
      }
    }
  });
  if (!foreign) return;
  known.fill(-1);
  inBlocks(0, of.length, (first, end) => {
    for (let i = first; i < end; i++) {
      const t = thread[i]!;
      if (of[i]! >= 0) {
        known[t] = cells.second[of[i]!]!;
        continue;
      }
      const p = known[t]!;
      const n = -2 - of[i]!;
      let number = Math.max(p, n);
      if (p >= 0 && n >= 0) {
        const pair = pairs.intern(p, n);
        if (pair === numbers.length)
          numbers.push(decoded.push(between(decoded[p]!.nodes[0] ?? 0, decoded[n]!, parents)) - 1);
        number = numbers[pair]!;
      }
      of[i] = cells.intern(cellOf[i]!, number);
    }
  });
}

/** Nodes from below the lowest common ancestor with `from` down to each of `to`, evenly. */
function between(from: number, to: Decoded, parents: ArrayLike<number>): Decoded {
  const weights = new Map<number, number>();
  to.nodes.forEach((node, j) => {
    const path = entered(from, node, parents);
    for (const n of path) weights.set(n, (weights.get(n) ?? 0) + to.weights[j]! / path.length);
  });
  const sorted = [...weights].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  return { nodes: Int32Array.from(sorted, ([n]) => n), weights: Float64Array.from(sorted, ([, w]) => w) };
}

/** Nodes from `to` up to below its lowest common ancestor with `from`; `to` alone where `from` is below it. O(depth). */
export function entered(from: number, to: number, parents: ArrayLike<number>): number[] {
  const above = new Set<number>();
  for (let n = from; n > 0; n = parents[n]!) above.add(n);
  const path = [];
  for (let n = to; n > 0 && !above.has(n); n = parents[n]!) path.push(n);
  return path.length === 0 ? [to] : path;
}
