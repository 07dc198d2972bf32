/** Units in the order in which they ended, and the entries of their features; columns that grow. */
import type { OpenUnits, UnitsWithFeatures } from './one-pass.js';
import { sortSmall } from './sort-small.js';

/** Memory that is never touched costs nothing, and copying does. */
const GROWTH = 4;

export class UnitList {
  private length = 0;
  private thread = new Uint32Array(1024);
  private first = new Uint32Array(1024);
  private calls = new Uint32Array(1024);
  /** Where each unit's entries begin. */
  private from = new Uint32Array(1025);
  private entries = 0;
  private call = new Uint16Array(4096);
  private count = new Uint32Array(4096);
  private mean = new Float32Array(4096);

  /** Takes the sums of `slot` and clears them. */
  push(thread: number, first: number, calls: number, open: OpenUnits, slot: number): void {
    const distinct = open.distinct[slot]!;
    const base = slot * open.calls;
    if (this.length === this.thread.length) this.growUnits();
    while (this.entries + distinct > this.call.length) this.growEntries();
    this.thread[this.length] = thread;
    this.first[this.length] = first;
    this.calls[this.length++] = calls;
    const { types, sums } = open;
    sortSmall(types, base, distinct);
    let e = this.entries;
    for (let k = base; k < base + distinct; k++, e++) {
      const type = types[k]!;
      const i = 2 * (base + type);
      this.call[e] = type;
      this.count[e] = sums[i]!;
      this.mean[e] = sums[i + 1]! / sums[i]!;
      sums[i] = sums[i + 1] = 0;
    }
    open.distinct[slot] = 0;
    this.entries = this.from[this.length] = e;
  }

  /** Thread by thread, each thread's in order of time; their entries stay where they are. Counting sort: O(units). */
  finish(threads: number, calls: number): UnitsWithFeatures {
    const { length, entries, from } = this;
    const next = new Uint32Array(threads + 1);
    for (let u = 0; u < length; u++) next[this.thread[u]! + 1]!++;
    for (let t = 0; t < threads; t++) next[t + 1]! += next[t]!;
    const units = { thread: new Uint32Array(length), first: new Uint32Array(length), calls: new Uint32Array(length) };
    const offsets = new Uint32Array(length);
    const ends = new Uint32Array(length);
    for (let u = 0; u < length; u++) {
      const i = next[this.thread[u]!]!++;
      units.thread[i] = this.thread[u]!;
      units.first[i] = this.first[u]!;
      units.calls[i] = this.calls[u]!;
      offsets[i] = from[u]!;
      ends[i] = from[u + 1]!;
    }
    const call = this.call.subarray(0, entries);
    const count = this.count.subarray(0, entries);
    const mean = this.mean.subarray(0, entries);
    return { units: { length, ...units }, features: { length, calls, offsets, ends, call, count, mean } };
  }

  private growUnits(): void {
    const size = GROWTH * this.length;
    this.thread = grown(this.thread, new Uint32Array(size));
    this.first = grown(this.first, new Uint32Array(size));
    this.calls = grown(this.calls, new Uint32Array(size));
    this.from = grown(this.from, new Uint32Array(size + 1));
  }

  private growEntries(): void {
    const size = GROWTH * this.call.length;
    this.call = grown(this.call, new Uint16Array(size));
    this.count = grown(this.count, new Uint32Array(size));
    this.mean = grown(this.mean, new Float32Array(size));
  }
}

function grown<T extends { set(from: T): void }>(from: T, to: T): T {
  to.set(from);
  return to;
}
