/** Units in the order in which they ended, and the entries of their features. */
import { inHugePages } from '../trace/huge-pages.js';
import { AppearanceFolder } from './appearance.js';
import { firstWord } from './features.js';
import type { OpenUnits, UnitsWithFeatures } from './one-pass.js';
import { sortSmall } from './sort-small.js';

/**
 * There are no more units than rows, nor entries. All columns are as long as that from the start: memory that is never touched costs
 * nothing, and copying what has been written does.
 */
export class UnitList {
  private length = 0;
  private readonly thread: Uint32Array;
  private readonly first: Uint32Array;
  private readonly calls: Uint32Array;
  /** Where each unit's entries begin. */
  private readonly from: Uint32Array;
  /** Two words an entry, and how many there are. */
  private readonly entries: Uint32Array;
  private words = 0;
  /** Found while its entries are at hand. */
  private readonly vector: Uint32Array;
  private readonly appearances = new AppearanceFolder();

  constructor(rows: number) {
    const words = (length: number) => inHugePages(new Uint32Array(length));
    this.thread = words(rows);
    this.first = words(rows);
    this.calls = words(rows);
    this.from = words(rows + 1);
    this.entries = words(2 * rows);
    this.vector = words(rows);
  }

  /** Takes the sums of `slot` and clears them. */
  push(thread: number, first: number, calls: number, open: OpenUnits, slot: number): void {
    const distinct = open.distinct[slot]!;
    const base = slot * open.calls;
    this.thread[this.length] = thread;
    this.first[this.length] = first;
    this.calls[this.length] = calls;
    const { types, place, sums } = open;
    sortSmall(types, base, distinct);
    let w = this.words;
    for (let k = base; k < base + distinct; k++) {
      const type = types[k]!;
      const i = 2 * (base + place[base + type]!);
      this.entries[w++] = firstWord(type, sums[i]!, sums[i + 1]!);
      this.entries[w++] = sums[i]!;
    }
    open.distinct[slot] = 0;
    this.vector[this.length] = this.appearances.add(this.entries, this.words, w);
    this.words = w;
    this.from[++this.length] = w / 2;
  }

  /** Thread by thread, each thread's in order of time; their entries stay where they are. Counting sort: O(units). */
  finish(threads: number, calls: number): UnitsWithFeatures {
    const { length, from } = this;
    const next = new Uint32Array(threads + 1);
    for (let u = 0; u < length; u++) next[this.thread[u]! + 1]!++;
    for (let t = 0; t < threads; t++) next[t + 1]! += next[t]!;
    const units = { thread: new Uint32Array(length), first: new Uint32Array(length), calls: new Uint32Array(length) };
    const offsets = new Uint32Array(length);
    const ends = new Uint32Array(length);
    const of = new Uint32Array(length);
    for (let u = 0; u < length; u++) {
      const i = next[this.thread[u]!]!++;
      units.thread[i] = this.thread[u]!;
      units.first[i] = this.first[u]!;
      units.calls[i] = this.calls[u]!;
      offsets[i] = from[u]!;
      ends[i] = from[u + 1]!;
      of[i] = this.vector[u]!;
    }
    const entries = this.entries.subarray(0, this.words);
    const features = { length, calls, offsets, ends, entries };
    return { units: { length, ...units }, features, appearances: this.appearances.finish(of, calls) };
  }
}
