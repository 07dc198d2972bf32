/** How often rows stand in each place: what most detectors need to know of most rows. */
import type { Places } from '../context/places.js';

/** Adds to `counts` the rows [from, to) by their places. */
export function addPlaces({ ofRow }: Places, from: number, to: number, counts: Uint32Array): void {
  for (let i = from; i < to; i++) counts[ofRow[i]!]!++;
}

/** Rows [from, to) by their places. */
export function countPlaces(places: Places, from: number, to: number): Uint32Array {
  const counts = new Uint32Array(places.contextOf.length);
  addPlaces(places, from, to, counts);
  return counts;
}

/** Counts by place, folded: `groupOf` tells the group of each place, one of `groups`. */
export function folded(counts: Uint32Array, groupOf: Int32Array, groups: number): Uint32Array {
  const sums = new Uint32Array(groups);
  counts.forEach((n, place) => (sums[groupOf[place]!]! += n));
  return sums;
}

/** Rows that a loop looks at in one go. */
const BLOCK = 1 << 14;

/**
 * Has `look` see the rows [from, to), block by block. A loop over all rows is compiled while it runs, from its middle, and V8 then
 * keeps its sums in objects, one an addition; what is called often is compiled as a whole, and again where a case is new to it.
 */
export function inBlocks(from: number, to: number, look: (from: number, to: number) => void): void {
  for (let row = from; row < to; row += BLOCK) look(row, Math.min(to, row + BLOCK));
}
