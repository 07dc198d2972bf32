/**
 * Units and their features in one pass in the order of the rows: what `segment` and `extractFeatures` give thread by thread, for
 * the whole trace at once. Threads of a busy server alternate with every row, so going by thread reads every cache line of the
 * columns once a thread; here a row is read once, and what is under way in each thread is kept aside.
 */
import type { FoldedAppearances } from './appearance.js';
import type { FeatureTable } from './features.js';
import { type SegmentationInput, type SegmentationOptions, endsUnit } from './segmentation.js';
import { UnitList } from './unit-list.js';

/** Units, thread by thread, each thread's in order of time. */
export interface FoundUnits {
  readonly length: number;
  /** Index into `Trace.threads`. */
  readonly thread: Uint32Array;
  /** Row of its first call, and how many calls of its thread it holds. */
  readonly first: Uint32Array;
  readonly calls: Uint32Array;
}

export interface UnitsWithFeatures {
  readonly units: FoundUnits;
  readonly features: FeatureTable;
  readonly appearances: FoldedAppearances;
}

export interface OnePassInput extends Omit<SegmentationInput, 'rows'> {
  readonly columns: SegmentationInput['columns'] & { readonly thread: Uint32Array };
  readonly length: number;
  readonly threads: number;
  /** Number of call types. */
  readonly calls: number;
}

/** What is kept of each thread: its last row, the slot of its open unit's sums (-1: none), that unit's first row and calls. */
const STRIDE = 4;
const ROW = 0;
const SLOT = 1;
const FIRST = 2;
const CALLS = 3;
/** Sums by thread and call type that are no matter: 16 MB. */
const MOST_SUMS = 1 << 20;

/** O(rows + entries log types). */
export function unitsWithFeatures(input: OnePassInput, options: SegmentationOptions): UnitsWithFeatures {
  const { start, duration, call, thread } = input.columns;
  const { length, threads, calls } = input;
  const { fromNs, toNs, gapNs, waitNs } = options;
  const out = new UnitList(length);
  const open = new OpenUnits(calls);
  const at = new Int32Array(threads * STRIDE);
  for (let p = 0; p < at.length; p += STRIDE) at[p + ROW] = at[p + SLOT] = -1;
  /** Per thread: when its last call began, and how long it took. */
  const times = new Float64Array(threads * 2);
  // Where there are many threads, those that come and go share what they need.
  const shared = threads * calls > MOST_SUMS;
  const lastRows = new Int32Array(threads);
  if (shared) for (let i = 0; i < length; i++) lastRows[thread[i]!] = i;
  const asleep = input.sleeps !== null;
  const sleep = input.sleeps === null ? null : input.sleeps.offsets.slice(0, threads);

  let row = 0;
  for (; row < length && start[row]! < fromNs; row++) at[thread[row]! * STRIDE + ROW] = row;
  // A call that began before the window and was still running in it belongs to it.
  for (let t = 0; t < threads; t++) {
    const p = t * STRIDE;
    const before = at[p + ROW]!;
    if (before < 0 || !(start[before]! + duration[before]! > fromNs) || toNs <= fromNs) continue;
    at[p + SLOT] = open.take();
    at[p + FIRST] = before;
    at[p + CALLS] = 1;
    times[2 * t] = start[before]!;
    times[2 * t + 1] = duration[before]!;
    open.add(at[p + SLOT]!, call[before]!, Math.min(duration[before]!, toNs - start[before]!));
  }
  for (; row < length; row++) {
    const now = start[row]!;
    if (now >= toNs) break;
    const t = thread[row]!;
    const p = t * STRIDE;
    let slot = at[p + SLOT]!;
    if (slot < 0) {
      at[p + SLOT] = slot = open.take();
      at[p + FIRST] = row;
    } else {
      const last = times[2 * t + 1]!;
      // What most calls are: too short, and followed too soon, to end a unit.
      const goesOn = !asleep && last <= waitNs && now - times[2 * t]! - last <= gapNs;
      if (!goesOn && endsUnit(input, options, t, at[p + ROW]!, now, sleep)) {
        out.push(t, at[p + FIRST]!, at[p + CALLS]!, open, slot);
        at[p + FIRST] = row;
        at[p + CALLS] = 0;
      }
    }
    at[p + ROW] = row;
    at[p + CALLS]!++;
    const took = duration[row]!;
    times[2 * t] = now;
    times[2 * t + 1] = took;
    open.add(slot, call[row]!, now + took > toNs ? toNs - now : took);
    if (shared && row === lastRows[t]) {
      out.push(t, at[p + FIRST]!, at[p + CALLS]!, open, slot);
      open.give(slot);
      at[p + SLOT] = -1;
    }
  }
  for (let t = 0, p = 0; t < threads; t++, p += STRIDE) {
    if (at[p + SLOT]! >= 0) out.push(t, at[p + FIRST]!, at[p + CALLS]!, open, at[p + SLOT]!);
  }
  return out.finish(threads, calls);
}

/**
 * Sums by call type of the units that are under way. A unit has few of the types, so its sums lie side by side: those of all
 * threads stay in the nearest cache.
 */
export class OpenUnits {
  /** Per slot: its call types in the order in which they came, and how many. */
  types = new Uint16Array(0);
  distinct = new Uint16Array(0);
  /** Per slot and of each of its types: how many calls, and their time. */
  sums = new Float64Array(0);
  /** Per slot and call type: its place among those of the slot. Left as it is when a unit ends, so `types` tells whether it holds. */
  place = new Uint16Array(0);
  private used = 0;
  private readonly free: number[] = [];

  constructor(readonly calls: number) {}

  take(): number {
    const freed = this.free.pop();
    if (freed !== undefined) return freed;
    if (this.used === this.distinct.length) {
      const slots = Math.max(16, 2 * this.used);
      const { sums, types, distinct, place } = this;
      this.sums = new Float64Array(2 * slots * this.calls);
      this.sums.set(sums);
      this.types = new Uint16Array(slots * this.calls);
      this.types.set(types);
      this.place = new Uint16Array(slots * this.calls);
      this.place.set(place);
      this.distinct = new Uint16Array(slots);
      this.distinct.set(distinct);
    }
    return this.used++;
  }

  give(slot: number): void {
    this.free.push(slot);
  }

  add(slot: number, type: number, took: number): void {
    const { sums, place, types, distinct } = this;
    const base = slot * this.calls;
    // NaN, where durations were not recorded, adds nothing.
    const time = took > 0 ? took : 0;
    const k = place[base + type]!;
    if (k < distinct[slot]! && types[base + k] === type) {
      sums[2 * (base + k)]!++;
      sums[2 * (base + k) + 1]! += time;
    } else {
      const next = distinct[slot]!++;
      types[base + next] = type;
      place[base + type] = next;
      sums[2 * (base + next)] = 1;
      sums[2 * (base + next) + 1] = time;
    }
  }
}
