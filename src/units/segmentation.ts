/**
 * Execution units (step 1 of the method). The paper cuts at context switches and large gaps. On a machine with several
 * CPUs a change of thread in the globally ordered trace is no context switch, so each thread is looked at alone:
 *
 * - where scheduler events were recorded, a unit ends with the call during which (or after which) its thread left the CPU
 *   of its own accord, that is in another state than R (sched_switch, prev_state); preemption ends nothing;
 * - where not, it ends with a call of a waiting kind that took longer than `unitWait`;
 * - in both cases it ends where the thread issued no call for longer than `unitGap`.
 *
 * The wait belongs to the unit that it ends: so a unit is a piece of work and the wait that followed it, and one that
 * hangs shows it in its own time vector.
 */
import type { Parameters } from '../parameters.js';
import type { RowsByThread, Switches, Trace } from '../trace/table.js';
import { NANOSECONDS_PER_SECOND } from '../trace/units-of-measure.js';
import { type UnitTable, type Window, allocateUnits } from './unit-table.js';
import { waits } from './waits.js';

export interface SegmentationOptions extends Window {
  readonly gapNs: number;
  readonly waitNs: number;
}

export function segmentationOptions(parameters: Parameters, window: Window): SegmentationOptions {
  return {
    fromNs: window.fromNs,
    toNs: window.toNs,
    gapNs: parameters.unitGap * NANOSECONDS_PER_SECOND,
    waitNs: parameters.unitWait * NANOSECONDS_PER_SECOND,
  };
}

export interface SegmentationInput {
  readonly columns: Pick<Trace['columns'], 'start' | 'duration' | 'call' | 'kind' | 'variant'>;
  readonly rows: RowsByThread;
  /** Per call, from waits.ts. */
  readonly waitTable: Uint8Array;
  /** Moments at which threads gave up the CPU, by thread; null where no scheduler events were recorded. */
  readonly sleeps: SleepsByThread | null;
}

/** Voluntary switches: those of thread t are `time[offsets[t] .. offsets[t + 1])`, rising. */
export interface SleepsByThread {
  readonly time: Float64Array;
  readonly offsets: Uint32Array;
}

const RUNNABLE = 'R'.charCodeAt(0);

/** Sorts the voluntary switches by thread. O(switches). */
export function sleepsByThread(switches: Switches, threads: number): SleepsByThread {
  const offsets = new Uint32Array(new SharedArrayBuffer((threads + 1) * 4));
  const { length, previous, previousState } = switches;
  for (let i = 0; i < length; i++) {
    if (previous[i]! >= 0 && previousState[i] !== RUNNABLE) offsets[previous[i]! + 1]!++;
  }
  for (let t = 0; t < threads; t++) offsets[t + 1]! += offsets[t]!;
  const next = offsets.slice();
  const time = new Float64Array(new SharedArrayBuffer(offsets[threads]! * 8));
  for (let i = 0; i < length; i++) {
    if (previous[i]! >= 0 && previousState[i] !== RUNNABLE) time[next[previous[i]!]!++] = switches.time[i]!;
  }
  return { time, offsets };
}

/**
 * Positions [from, to) of `rows.order` of a thread's rows that lie in the window: those that began in it, and a call that
 * began before and was still running in it (a hang must not vanish because it began early). O(log rows).
 */
export function rowsInWindow(input: SegmentationInput, thread: number, window: Window): { from: number; to: number } {
  const { start, duration } = input.columns;
  const { order, offsets } = input.rows;
  const begin = offsets[thread]!;
  const end = offsets[thread + 1]!;
  let from = lowerBound(order, start, begin, end, window.fromNs);
  const to = lowerBound(order, start, from, end, window.toNs);
  // Calls of a thread follow each other, so at most the last one before the window reaches into it.
  if (from > begin && from <= end) {
    const row = order[from - 1]!;
    if (start[row]! + duration[row]! > window.fromNs && window.toNs > window.fromNs) from--;
  }
  return { from, to };
}

function lowerBound(order: Uint32Array, start: Float64Array, from: number, to: number, ns: number): number {
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (start[order[middle]!]! < ns) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Units of the threads [threadFrom, threadTo), thread by thread in order of time. O(rows). */
export function segment(
  input: SegmentationInput,
  threadFrom: number,
  threadTo: number,
  options: SegmentationOptions,
): UnitTable {
  const ends = new EndList();
  const sleep = input.sleeps === null ? null : input.sleeps.offsets.slice();
  for (let t = threadFrom; t < threadTo; t++) cutThread(input, t, options, sleep, ends);
  const units = allocateUnits(ends.length);
  for (let u = 0; u < ends.length; u++) {
    units.thread[u] = ends.thread[u]!;
    units.from[u] = ends.from[u]!;
    units.to[u] = ends.to[u]!;
  }
  return units;
}

function cutThread(
  input: SegmentationInput,
  thread: number,
  options: SegmentationOptions,
  sleep: Uint32Array | null,
  out: EndList,
): void {
  const { start } = input.columns;
  const { order } = input.rows;
  const { from, to } = rowsInWindow(input, thread, options);
  let begin = from;
  for (let p = from; p + 1 < to; p++) {
    if (!endsUnit(input, options, thread, order[p]!, start[order[p + 1]!]!, sleep)) continue;
    out.push(thread, begin, p + 1);
    begin = p + 1;
  }
  if (begin < to) out.push(thread, begin, to);
}

/**
 * Whether a unit ends with `row`, after which its thread's next call begins at `next`. `sleep`: per thread, the next of its
 * switches to be looked at, which moves on: rows are asked for in order.
 */
export function endsUnit(
  { columns, sleeps, waitTable }: Omit<SegmentationInput, 'rows'>,
  { gapNs, waitNs }: SegmentationOptions,
  thread: number,
  row: number,
  next: number,
  sleep: Uint32Array | null,
): boolean {
  const { start, duration, call, kind, variant } = columns;
  const entry = start[row]!;
  // Without durations, the time up to the next call is all that is known of how long one took.
  const known = duration[row]! === duration[row]!;
  const took = known ? duration[row]! : next - entry;
  const gap = known ? next - entry - took : took;
  if (sleeps !== null && sleep !== null) {
    const end = sleeps.offsets[thread + 1]!;
    let s = sleep[thread]!;
    while (s < end && sleeps.time[s]! < entry) s++;
    sleep[thread] = s;
    if (s < end && sleeps.time[s]! < next) return true;
  }
  if (gap > gapNs) return true;
  return sleeps === null && took > waitNs && waits(waitTable[call[row]!]!, kind[row]!, variant[row]!);
}

/** Growing columns: how many units there are shows only at the end. */
class EndList {
  length = 0;
  thread = new Uint32Array(1024);
  from = new Uint32Array(1024);
  to = new Uint32Array(1024);

  push(thread: number, from: number, to: number): void {
    if (this.length === this.thread.length) {
      this.thread = doubled(this.thread);
      this.from = doubled(this.from);
      this.to = doubled(this.to);
    }
    this.thread[this.length] = thread;
    this.from[this.length] = from;
    this.to[this.length++] = to;
  }
}

function doubled(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const out = new Uint32Array(array.length * 2);
  out.set(array);
  return out;
}
