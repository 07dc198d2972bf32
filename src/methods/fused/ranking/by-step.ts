/** Amounts of the kinds of steps (calls, time), as shares of the functions that such steps go by. O(kinds x depth). */
import { entered } from '../../../context/foreign.js';
import type { ContextTree } from './context-tree.js';
import { visited } from './visits.js';

/** A kind of step, from node to node of the calling-context tree. */
export interface Way {
  readonly from: number;
  readonly to: number;
}

/** Nodes that a step enters; and those that it enters or leaves. */
export const entering = (tree: ContextTree, { from, to }: Way) => entered(from, to, tree.parents);
export const passing = (tree: ContextTree, way: Way) => [
  ...entering(tree, way),
  ...entered(way.to, way.from, tree.parents),
];

/** Per function: its share (0..1) of the amounts, by the nodes that `by` gives of a kind. */
export function sharesBy(
  by: (tree: ContextTree, way: Way) => number[],
  amounts: readonly number[],
  kinds: readonly Way[],
  tree: ContextTree,
): Float64Array {
  const found = new Float64Array(tree.functions);
  const all = Math.max(1, sum(amounts));
  kinds.forEach((way, k) => {
    for (const f of new Set(by(tree, way).map((n) => tree.functionOf[n]!))) if (f >= 0) found[f]! += amounts[k]! / all;
  });
  return found;
}

/**
 * A function that a step may have visited on its way, without a system call, counts this part of one that it enters for certain. Half to one
 * and a half times as much ranks alike.
 */
const VISITED = 0.1;

/** The same by the functions that a step enters, or may have visited on its way. */
export function sharesOnTheWay(amounts: readonly number[], kinds: readonly Way[], tree: ContextTree): Float64Array {
  const found = sharesBy(entering, amounts, kinds, tree);
  const all = Math.max(1, sum(amounts));
  visited(amounts, kinds, tree).forEach((amount, node) => {
    if (amount > 0) found[tree.functionOf[node]!]! += (VISITED * amount) / all;
  });
  return found;
}

/** The same by all functions above the call at a step's end. */
export function sharesAtEnd(amounts: readonly number[], kinds: readonly Way[], tree: ContextTree): Float64Array {
  const found = new Float64Array(tree.functions);
  const all = Math.max(1, sum(amounts));
  kinds.forEach(({ to }, k) => tree.above(to).forEach((f) => (found[f]! += amounts[k]! / all)));
  return found;
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, x) => total + x, 0);
}
