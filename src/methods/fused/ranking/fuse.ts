/**
 * One order from evidences without a common scale: each function's places by each of them, combined (reciprocal rank fusion; Cormack,
 * Clarke and Buettcher, 2009). Sizes differ between traces, the order hardly does (docs/accuracy.md).
 */
import type { ContextTree } from './context-tree.js';
import type { Mass } from './masses.js';
import { TIE_TOLERANCE } from '../../ranks.js';

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

/**
 * Evidence of a mass against each function. Calls: `owned`, high for the last function that all the odd has in common. Time: coverage
 * times lift, the nats saved by saying "it is under f" instead of "it is as usual".
 */
export function evidenceOfMass(tree: ContextTree, { detector, excess, usual }: Mass): Float64Array {
  const odd = under(tree, excess);
  if (detector === 'more-calls') return odd.owned;
  const calm = under(tree, usual);
  const learned = tree.learnedShares();
  return odd.all.map((share, f) => {
    const expected = Math.max(learned[f]!, calm.all[f]!, RARE);
    return share > expected ? share * Math.log(share / expected) : 0;
  });
}

/** Worst places, from 1, of each positive value; 0 where there is no evidence. Values closer than rounding are one place. */
export function placesOf(values: ArrayLike<number>): Uint32Array {
  const order = Array.from(values, (_, i) => i).filter((i) => values[i]! > 0);
  order.sort((a, b) => values[b]! - values[a]!);
  const out = new Uint32Array(values.length);
  for (let from = 0, to = 0; from < order.length; from = to) {
    while (to < order.length && values[order[to]!]! >= values[order[from]!]! * (1 - TIE_TOLERANCE)) to++;
    for (let k = from; k < to; k++) out[order[k]!] = to;
  }
  return out;
}

/** Per mass: each function's share of it; and the scores of all functions by all evidence together. */
export interface Fused {
  readonly shares: readonly Float64Array[];
  readonly scores: Float64Array;
}

/**
 * `blamed`: score of the findings by function. Masses count by the root of their places: each alone is often wrong about the first place
 * and right about the first ten, while findings speak seldom, and mean it. `say`: how much of what was found is about calls and time at
 * all, 0..1; masses know nothing of descriptors that are held.
 */
export function fuse(tree: ContextTree, masses: readonly Mass[], blamed: ArrayLike<number>, say: number): Fused {
  const scores = Float64Array.from(placesOf(blamed), (place) => (place === 0 ? 0 : 1 / place));
  for (const mass of masses)
    placesOf(evidenceOfMass(tree, mass)).forEach((place, f) => place > 0 && (scores[f]! += say / Math.sqrt(place)));
  return { shares: masses.map((mass) => under(tree, mass.excess).all), scores };
}
