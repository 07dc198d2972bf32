/**
 * Visits: what a step from call to call may have gone through without a system call. The functions that are active on its way (those that it
 * leaves, those that it enters, and the one in which both meet) may each have called others in between, which came back without one: a handler
 * that answers from memory, a parser, a check. Which they are no step tells; learning tells how calls divide among the callees of each.
 */
import type { Way } from './by-step.js';
import type { ContextTree } from './context-tree.js';

/**
 * Per node: amount of the steps that may have visited it, each active node's divided among its callees, and theirs, as the calls under them
 * were in learning. The root stands for no function, and calls none. O(kinds x depth + nodes).
 */
export function visited(amounts: readonly number[], kinds: readonly Way[], tree: ContextTree): Float64Array {
  const active = new Float64Array(tree.nodes);
  kinds.forEach((way, k) => {
    if (amounts[k]! > 0) for (const node of activeNodes(tree, way)) active[node]! += amounts[k]!;
  });
  const shares = tree.sharesOfCallers();
  const found = new Float64Array(tree.nodes);
  // Callers come before callees in the list.
  for (let node = 1; node < tree.nodes; node++) {
    const caller = tree.parents[node]!;
    found[node] = shares[node]! * (active[caller]! + found[caller]!);
  }
  return found;
}

function activeNodes({ parents }: ContextTree, { from, to }: Way): Set<number> {
  const left = new Set<number>();
  for (let n = from; n > 0; n = parents[n]!) left.add(n);
  const active = new Set<number>();
  let meet = to;
  for (; meet > 0 && !left.has(meet); meet = parents[meet]!) active.add(meet);
  for (let n = from; n > 0 && n !== meet; n = parents[n]!) active.add(n);
  if (meet > 0) active.add(meet);
  return active;
}
