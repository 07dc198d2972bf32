/**
 * What the window shows after the onset beyond what was before and what learning saw: an amount of something (calls, time) over the
 * functions of the program. No threshold says what is odd: all excess counts, each unit of it with the probability that decoding gives.
 */
import type { Item } from '../finding.js';
import type { Cells } from '../scene/scene.js';
import type { ContextTree } from './context-tree.js';

export interface Mass {
  readonly detector:
    'more-calls' | 'fewer-calls' | 'time-inside' | 'thread-time' | 'slow-steps' | 'missing-steps' | 'step-time';
  /** Per function: share (0..1) of the mass that is under it. */
  readonly share: Float64Array;
  /** Per function: what speaks against it. Only the order counts (fuse.ts). */
  readonly against: Float64Array;
  /** What its places count. */
  readonly weight: number;
  /** The kinds of calls with most of it, as people read them. */
  readonly items: readonly Item[];
}

/** Below this share of what is usual a function counts as this rare: learning is a sample. */
const RARE = 0.001;

/** Per function: how much of a mass is under it; `owned`: less the largest part that goes through one of its callees. */
export interface Under {
  readonly all: Float64Array;
  readonly owned: Float64Array;
}

/** Shares (0..1) of a mass over nodes, by function. O(nodes x depth). */
export function under(tree: ContextTree, mass: Float64Array): Under {
  const total = mass.reduce((sum, x) => sum + x, 0);
  const all = new Float64Array(tree.functions);
  const through = new Map<number, number>();
  if (total > 0)
    for (let node = 1; node < mass.length; node++) {
      if (!(mass[node]! > 0)) continue;
      const share = mass[node]! / total;
      for (const f of tree.above(node)) all[f]! += share;
      for (const edge of tree.edgesAbove(node)) through.set(edge, (through.get(edge) ?? 0) + share);
    }
  const largest = new Float64Array(tree.functions);
  for (const [edge, share] of through) {
    const f = Math.floor(edge / tree.functions);
    if (share > largest[f]!) largest[f] = share;
  }
  return { all, owned: all.map((share, f) => Math.max(0, share - largest[f]!)) };
}

/** Coverage times lift, the nats saved by saying "it is under f" instead of "it is as usual"; 0 where it is no more than usual. */
export function lift(share: Float64Array, usual: ArrayLike<number>): Float64Array {
  return share.map((s, f) => {
    const expected = Math.max(usual[f]!, RARE);
    return s > expected ? s * Math.log(s / expected) : 0;
  });
}

/** The larger of two shares of each function. */
export function larger(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((x, f) => Math.max(x, b[f]!));
}

/** Adds `amount` of a cell to the nodes that it decodes to, and what is of calls whose stacks were lost to nobody (node 0). */
export function spread(cells: Cells, cell: number, amount: number, to: Float64Array): void {
  const { nodes, weights } = cells.decode(cell);
  const lost = amount * cells.lost[cell]!;
  for (let j = 0; j < nodes.length; j++) to[nodes[j]!]! += (amount - lost) * weights[j]!;
  to[0]! += lost;
}

/** Amounts by cell, as amounts by node. */
export function byNode(cells: Cells, amounts: ArrayLike<number>, nodes: number): Float64Array {
  const of = new Float64Array(nodes);
  for (let cell = 0; cell < amounts.length; cell++) if (amounts[cell]! > 0) spread(cells, cell, amounts[cell]!, of);
  return of;
}

/** Chance moves a count by less than so many standard deviations. */
export const SIGMAS = 2;

/** Kinds of calls that are told. */
export const TOLD = 20;
