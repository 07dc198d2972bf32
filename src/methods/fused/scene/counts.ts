/** How often rows stand in each place: what most detectors need to know of most rows. */
import type { Places } from '../../../context/places.js';
import { oncePer } from '../../../lib/once.js';

/** Rows a step of the table of counts, at least. */
const FEWEST_ROWS = 1 << 14;

/** Adds to `counts` the rows [from, to) by their places. */
function addPlaces(places: Places, from: number, to: number, counts: Uint32Array): void {
  const before = countsBefore(places);
  const [first, end] = [Math.ceil(from / before.step), Math.floor(to / before.step)];
  if (first >= end) {
    addRows(places, from, to, counts);
    return;
  }
  addRows(places, from, first * before.step, counts);
  before.addSteps(first, end, counts);
  addRows(places, end * before.step, to, counts);
}

function addRows({ ofRow }: Places, from: number, to: number, counts: Uint32Array): void {
  for (let i = from; i < to; i++) counts[ofRow[i]!]!++;
}

/** Rows are counted once: of most stretches of rows the counts are then the difference of those before its end and its begin. */
class CountsBefore {
  /** Rows a step: four times as many as there are places, at least, so that the table takes no more than a byte a row. */
  readonly step: number;
  /** By step and place: rows before the step. */
  private readonly table: Uint32Array;
  private readonly size: number;

  constructor(places: Places) {
    this.size = places.contextOf.length;
    this.step = Math.max(FEWEST_ROWS, 4 * this.size);
    const steps = Math.floor(places.ofRow.length / this.step);
    this.table = new Uint32Array((steps + 1) * this.size);
    for (let s = 0; s < steps; s++) {
      const at = (s + 1) * this.size;
      this.table.copyWithin(at, at - this.size, at);
      addRows(places, s * this.step, (s + 1) * this.step, this.table.subarray(at, at + this.size));
    }
  }

  addSteps(first: number, end: number, counts: Uint32Array): void {
    const [from, to] = [first * this.size, end * this.size];
    for (let p = 0; p < this.size; p++) counts[p]! += this.table[to + p]! - this.table[from + p]!;
  }
}

/** Made when first asked for: learning asks for none. */
const countsBefore = oncePer((places: Places) => new CountsBefore(places));

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

/** Adds to `sums` the rows [from, to) by the groups of their places. O(rows) where these are few, else O(places). */
export function addGroups(places: Places, from: number, to: number, groupOf: Int32Array, sums: Uint32Array): void {
  const { ofRow, contextOf } = places;
  if (to - from < contextOf.length) for (let i = from; i < to; i++) sums[groupOf[ofRow[i]!]!]!++;
  else countPlaces(places, from, to).forEach((n, place) => (sums[groupOf[place]!]! += n));
}
