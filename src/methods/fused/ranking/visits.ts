/**
 * Visits: what a step from call to call may have gone through without a system call. The functions that are active on its way (those that it
 * leaves, those that it enters, and the one in which both meet) may each have called others in between, which came back without one: a handler
 * that answers from memory, a parser, a check. Which they are no step tells, and how often a function issues calls says nothing of how often it
 * is visited without: so each is as likely as the other.
 */
import type { Way } from './by-step.js';
import type { ContextTree } from './context-tree.js';

/** What of a visit may have gone on to the callees of whoever is visited: it may as well have ended there. A quarter ranks alike. */
const GOES_ON = 0.5;

/**
 * Per node: amount of the steps that may have visited it; of each step in equal parts among the callees of its active functions, and of each of
 * these in equal parts among theirs. The root stands for no function, and calls none. O(kinds x (depth + callees) + nodes).
 */
export function visited(amounts: readonly number[], kinds: readonly Way[], tree: ContextTree): Float64Array {
  const found = new Float64Array(tree.nodes);
  kinds.forEach((way, k) => {
    if (!(amounts[k]! > 0)) return;
    const callees = activeNodes(tree, way).flatMap((node) => tree.children[node]!);
    for (const node of callees) found[node]! += amounts[k]! / callees.length;
  });
  // Callers come before callees in the list.
  for (let node = 1; node < tree.nodes; node++) {
    const caller = tree.parents[node]!;
    if (caller > 0) found[node]! += (GOES_ON * found[caller]!) / tree.children[caller]!.length;
  }
  return found;
}

/** Nodes of the functions that are active in a step: left, entered, and the one in which both meet. */
export function activeNodes({ parents }: ContextTree, { from, to }: Way): number[] {
  const left = new Set<number>();
  for (let n = from; n > 0; n = parents[n]!) left.add(n);
  const active = new Set<number>();
  let meet = to;
  for (; meet > 0 && !left.has(meet); meet = parents[meet]!) active.add(meet);
  for (let n = from; n > 0 && n !== meet; n = parents[n]!) active.add(n);
  if (meet > 0) active.add(meet);
  return [...active];
}
