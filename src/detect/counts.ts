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
