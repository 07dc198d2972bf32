/**
 * Units and their features in one pass in the order of the rows: what `segment` and `extractFeatures` give thread by thread, for
 * the whole trace at once. Threads of a busy server alternate with every row, so going by thread reads every cache line of the
 * columns once a thread; here a row is read once, and what is under way in each thread is kept aside.
 */
import type { FeatureTable } from './features.js';
import { type SegmentationInput, type SegmentationOptions, endsUnit } from './segmentation.js';
import { sortSmall } from './sort-small.js';
import type { UnitTable } from './unit-table.js';

export interface UnitsWithFeatures {
  readonly units: UnitTable;
  readonly features: FeatureTable;
}

/** `thread`: the trace's column; `calls`: number of call types. O(rows + entries log types). */
export function unitsWithFeatures(
  input: SegmentationInput & { readonly columns: { readonly thread: Uint32Array }; readonly length: number },
  calls: number,
  options: SegmentationOptions,
): UnitsWithFeatures {
  const { start, duration, call, thread } = input.columns;
  const { offsets } = input.rows;
  const { fromNs, toNs } = options;
  const threads = offsets.length - 1;
  const out = new UnitList();
  const open = new OpenUnits(calls);
  /** Per thread: rows so far, its last row, where its open unit began, and the slot that holds the unit's sums. */
  const seen = new Uint32Array(threads);
  const last = new Int32Array(threads).fill(-1);
  const begun = new Uint32Array(threads);
  const slot = new Int32Array(threads).fill(-1);
  const sleep = input.sleeps === null ? null : input.sleeps.offsets.slice(0, threads);

  let row = 0;
  for (; row < input.length && start[row]! < fromNs; row++) {
    const t = thread[row]!;
    seen[t]!++;
    last[t] = row;
  }
  // A call that began before the window and was still running in it belongs to it.
  for (let t = 0; t < threads; t++) {
    const before = last[t]!;
    if (before < 0 || !(start[before]! + duration[before]! > fromNs) || toNs <= fromNs) continue;
    slot[t] = open.take();
    begun[t] = offsets[t]! + seen[t]! - 1;
    open.add(slot[t]!, call[before]!, Math.min(duration[before]!, toNs - start[before]!));
  }
  for (; row < input.length; row++) {
    const at = start[row]!;
    if (at >= toNs) break;
    const t = thread[row]!;
    const position = offsets[t]! + seen[t]!++;
    if (slot[t]! < 0) {
      slot[t] = open.take();
      begun[t] = position;
    } else if (endsUnit(input, options, t, last[t]!, at, sleep)) {
      out.push(t, begun[t]!, position, open, slot[t]!);
      begun[t] = position;
    }
    last[t] = row;
    const took = duration[row]!;
    open.add(slot[t]!, call[row]!, at + took > toNs ? toNs - at : took);
    if (position + 1 === offsets[t + 1]) {
      // Its last row: threads that come and go share what they need.
      out.push(t, begun[t]!, position + 1, open, slot[t]!);
      open.give(slot[t]!);
      slot[t] = -1;
    }
  }
  for (let t = 0; t < threads; t++) {
    if (slot[t]! >= 0) out.push(t, begun[t]!, offsets[t]! + seen[t]!, open, slot[t]!);
  }
  return out.finish(threads, calls);
}

/** Sums by call type of the units that are under way. */
class OpenUnits {
  count = new Uint32Array(0);
  total = new Float64Array(0);
  longest = new Float64Array(0);
  /** Per slot: its call types, and how many. */
  types = new Uint16Array(0);
  distinct = new Uint16Array(0);
  private used = 0;
  private readonly free: number[] = [];

  constructor(readonly calls: number) {}

  take(): number {
    const freed = this.free.pop();
    if (freed !== undefined) return freed;
    if (this.used === this.distinct.length) {
      const slots = Math.max(16, 2 * this.used);
      this.count = grown(this.count, new Uint32Array(slots * this.calls));
      this.total = grown(this.total, new Float64Array(slots * this.calls));
      this.longest = grown(this.longest, new Float64Array(slots * this.calls));
      this.types = grown(this.types, new Uint16Array(slots * this.calls));
      this.distinct = grown(this.distinct, new Uint16Array(slots));
    }
    return this.used++;
  }

  give(slot: number): void {
    this.free.push(slot);
  }

  add(slot: number, type: number, took: number): void {
    const base = slot * this.calls;
    const i = base + type;
    if (this.count[i]!++ === 0) this.types[base + this.distinct[slot]!++] = type;
    // NaN, where durations were not recorded, adds nothing.
    if (!(took > 0)) return;
    this.total[i]! += took;
    if (took > this.longest[i]!) this.longest[i] = took;
  }
}

/** Units in the order in which they ended, and the entries of their features. */
class UnitList {
  private length = 0;
  private thread = new Uint32Array(1024);
  private from = new Uint32Array(1024);
  private to = new Uint32Array(1024);
  /** Where each unit's entries begin. */
  private first = new Uint32Array(1025);
  private entries = 0;
  private call = new Uint16Array(4096);
  private count = new Uint32Array(4096);
  private mean = new Float32Array(4096);
  private max = new Float32Array(4096);

  /** Takes the sums of `slot` and clears them. */
  push(thread: number, from: number, to: number, sums: OpenUnits, slot: number): void {
    const distinct = sums.distinct[slot]!;
    const base = slot * sums.calls;
    if (this.length === this.thread.length) this.growUnits();
    while (this.entries + distinct > this.call.length) this.growEntries();
    this.thread[this.length] = thread;
    this.from[this.length] = from;
    this.to[this.length++] = to;
    const types = sums.types;
    sortSmall(types, base, distinct);
    let e = this.entries;
    for (let k = base; k < base + distinct; k++, e++) {
      const type = types[k]!;
      const i = base + type;
      this.call[e] = type;
      this.count[e] = sums.count[i]!;
      this.mean[e] = sums.total[i]! / sums.count[i]!;
      this.max[e] = sums.longest[i]!;
      sums.count[i] = sums.total[i] = sums.longest[i] = 0;
    }
    sums.distinct[slot] = 0;
    this.entries = this.first[this.length] = e;
  }

  /** Thread by thread, each thread's in order of time. Counting sort: O(units + entries). */
  finish(threads: number, calls: number): UnitsWithFeatures {
    const { length, entries, first } = this;
    const next = new Uint32Array(threads + 1);
    for (let u = 0; u < length; u++) next[this.thread[u]! + 1]!++;
    for (let t = 0; t < threads; t++) next[t + 1]! += next[t]!;
    const order = new Uint32Array(length);
    for (let u = 0; u < length; u++) order[next[this.thread[u]!]!++] = u;
    const units = { thread: new Uint32Array(length), from: new Uint32Array(length), to: new Uint32Array(length) };
    const offsets = new Uint32Array(length + 1);
    const call = new Uint16Array(entries);
    const count = new Uint32Array(entries);
    const mean = new Float32Array(entries);
    const max = new Float32Array(entries);
    let e = 0;
    for (let i = 0; i < length; i++) {
      const u = order[i]!;
      units.thread[i] = this.thread[u]!;
      units.from[i] = this.from[u]!;
      units.to[i] = this.to[u]!;
      for (let k = first[u]!, end = first[u + 1]!; k < end; k++, e++) {
        call[e] = this.call[k]!;
        count[e] = this.count[k]!;
        mean[e] = this.mean[k]!;
        max[e] = this.max[k]!;
      }
      offsets[i + 1] = e;
    }
    return { units: { length, ...units }, features: { length, calls, offsets, call, count, mean, max } };
  }

  private growUnits(): void {
    const size = 2 * this.length;
    this.thread = grown(this.thread, new Uint32Array(size));
    this.from = grown(this.from, new Uint32Array(size));
    this.to = grown(this.to, new Uint32Array(size));
    this.first = grown(this.first, new Uint32Array(size + 1));
  }

  private growEntries(): void {
    const size = 2 * this.call.length;
    this.call = grown(this.call, new Uint16Array(size));
    this.count = grown(this.count, new Uint32Array(size));
    this.mean = grown(this.mean, new Float32Array(size));
    this.max = grown(this.max, new Float32Array(size));
  }
}

function grown<T extends { set(from: T): void }>(from: T, to: T): T {
  to.set(from);
  return to;
}
