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
 * hangs shows it in its own time vector. Rows that began in the window belong to units, and a call that began before and was
 * still running in it (a hang must not vanish because it began early). Here is what the cutting needs to know; it is done, together
 * with the features, by one-pass.ts.
 */
import type { Parameters } from '../parameters.js';
import type { Switches } from '../trace/table.js';
import { NANOSECONDS_PER_SECOND } from '../trace/units-of-measure.js';
import type { Window } from './unit-table.js';

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
