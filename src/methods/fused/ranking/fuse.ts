/**
 * One order from evidences without a common scale: each function's places by each of them, combined (reciprocal rank fusion; Cormack,
 * Clarke and Buettcher, 2009). Sizes differ between traces, the order hardly does (docs/accuracy-history.md).
 */
import type { Mass } from './mass.js';
import { TIE_TOLERANCE } from '../../ranks.js';

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

/**
 * Per function: its score by all evidence together. `blamed`: score of the findings by function. Masses count by the root of their places:
 * each alone is often wrong about the first place and right about the first ten, while findings speak seldom, and mean it. `say`: how
 * much of what was found is about calls and time at all, 0..1; masses know nothing of descriptors that are held.
 */
export function fuse(masses: readonly Mass[], blamed: ArrayLike<number>, say: number): Float64Array {
  const scores = Float64Array.from(placesOf(blamed), (place) => (place === 0 ? 0 : 1 / place));
  for (const { against, weight } of masses)
    placesOf(against).forEach((place, f) => place > 0 && (scores[f]! += (say * weight) / Math.sqrt(place)));
  return scores;
}
