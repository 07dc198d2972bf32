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
  let count = 0;
  inBlocks(0, of.length, (first, end) => {
    for (let i = first; i < end; i++) if (of[i]! < 0) count++;
  });
  if (count === 0) return;
  // Of each foreign row, in their order: what the known ones before and after it decode to, and the one before it that waits for the same.
  const foreign = new Int32Array(count);
  const before = new Int32Array(count);
  const after = new Int32Array(count).fill(-1);
  const sameWait = new Int32Array(count);
  const known = new Int32Array(threads).fill(-1);
  const waiting = new Int32Array(threads).fill(-1);
  let n = 0;
  inBlocks(0, of.length, (first, end) => {
    for (let i = first; i < end; i++) {
      const t = thread[i]!;
      if (of[i]! < 0) {
        foreign[n] = i;
        before[n] = known[t]!;
        sameWait[n] = waiting[t]!;
        waiting[t] = n++;
        continue;
      }
      const number = (known[t] = cells.second[of[i]!]!);
      if (waiting[t]! < 0) continue;
      for (let k = waiting[t]!; k >= 0; k = sameWait[k]!) after[k] = number;
      waiting[t] = -1;
    }
  });
  const pairs = new TupleNumbers(); // what the known ones before and after decode to
  const numbers: number[] = [];
  inBlocks(0, count, (first, end) => {
    for (let k = first; k < end; k++) {
      const [p, q] = [before[k]!, after[k]!];
      let number = Math.max(p, q);
      if (p >= 0 && q >= 0) {
        const pair = pairs.intern(p, q);
        if (pair === numbers.length)
          numbers.push(decoded.push(between(decoded[p]!.nodes[0] ?? 0, decoded[q]!, parents)) - 1);
        number = numbers[pair]!;
      }
      of[foreign[k]!] = cells.intern(cellOf[foreign[k]!]!, number);
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
