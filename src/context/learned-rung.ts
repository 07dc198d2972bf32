/**
 * What learning saw on one rung of the ladder. Of most places nobody ever asks, so how a place's calls divide among nodes is added
 * up when it is asked for first: kept of the others are but their totals.
 */
import type { ContextModel } from '../signatures/context-model.js';

/** Before this position a context of the model is its tuple, after it node and count in turn. */
export const FIRST_COUNT = 6;

export class LearnedRung {
  /** Per place: calls learned there. */
  readonly totals: Float64Array;
  /** The contexts of place p: `members[offsets[p] .. offsets[p + 1])`. */
  private readonly offsets: Uint32Array;
  private readonly members: Uint32Array;
  private readonly counts: (Int32Array | undefined)[] = [];

  /** `placeOf` and `calls`: of each context of the model. */
  constructor(
    private readonly contexts: ContextModel['contexts'],
    placeOf: Int32Array,
    calls: Float64Array,
  ) {
    const places = placeOf.reduce((most, place) => Math.max(most, place), -1) + 1;
    this.totals = new Float64Array(places);
    this.offsets = new Uint32Array(places + 1);
    this.members = new Uint32Array(placeOf.length);
    placeOf.forEach((place, k) => {
      this.totals[place]! += calls[k]!;
      this.offsets[place + 1]!++;
    });
    for (let p = 0; p < places; p++) this.offsets[p + 1]! += this.offsets[p]!;
    const next = this.offsets.slice();
    placeOf.forEach((place, k) => (this.members[next[place]!++] = k));
  }

  /** Node, count, node, count ... Undefined: learning has no such place. */
  countsOf(place: number): Int32Array | undefined {
    if (place >= this.totals.length || this.offsets[place] === this.offsets[place + 1]) return undefined;
    return (this.counts[place] ??= this.added(place));
  }

  private added(place: number): Int32Array {
    const counts = new Map<number, number>();
    for (let m = this.offsets[place]!; m < this.offsets[place + 1]!; m++) {
      const row = this.contexts[this.members[m]!]!;
      for (let j = FIRST_COUNT; j < row.length; j += 2) counts.set(row[j]!, (counts.get(row[j]!) ?? 0) + row[j + 1]!);
    }
    const list = new Int32Array(2 * counts.size);
    let at = 0;
    for (const [node, n] of counts) {
      list[at++] = node;
      list[at++] = n;
    }
    return list;
  }
}
