/** The processor: threads that are ready to run and do not get it. */
import { type RowsByThread, type Trace, rowsByThread } from '../../../trace/table.js';
import type { Scene } from '../scene/scene.js';
import type { Outside } from './outside.js';

/** A thread was ready but off the CPU for this part of the time ... */
export const STARVED = 0.15;
/** ... and so many times more than before. */
export const STARVED_FACTOR = 4;
const RUNNABLE = 'R'.charCodeAt(0);

/**
 * Time that threads of the trace were runnable but off the CPU while others ran, by sched_switch. A recording of one process shows
 * only how it loses the CPU; that it has it again shows in its next event.
 * @param always the window may have begun when it was so already: it needs not be more than before
 */
export function starved(scene: Scene, onsetNs: number, always = false): Outside | null {
  const { trace, fromNs, toNs } = scene;
  const { switches, threads } = trace;
  if (switches === null) return null;
  const ready = [new Float64Array(threads.length), new Float64Array(threads.length)];
  const nextEvent = new NextEvents(trace);
  /** Per thread: its last wait until its next event, and whether it counts. */
  const waits = threads.map(() => ({ at: 0, end: -Infinity, counts: false }));
  for (let i = 0; i < switches.length; i++) {
    const at = switches.time[i]!;
    const t = switches.previous[i]!;
    if (t < 0 || switches.next[i]! >= 0 || at < fromNs || at >= toNs || switches.previousState[i] !== RUNNABLE)
      continue;
    const last = waits[t]!;
    if (at < last.end) {
      // It ran for a time slice in between without a call: it computes, and how long it had to wait nobody knows.
      if (last.counts) ready[last.at < onsetNs ? 0 : 1]![t]! -= last.end - last.at;
      last.counts = false;
      continue;
    }
    const end = Math.min(nextEvent.of(t, at), toNs);
    ready[at < onsetNs ? 0 : 1]![t]! += end - at;
    waits[t] = { at, end, counts: true };
  }
  const before = most(ready[0]!) / (onsetNs - fromNs);
  const after = most(ready[1]!) / (toNs - onsetNs);
  if (after < STARVED) return null;
  if (after < STARVED_FACTOR * before && !(always && before >= STARVED)) return null;
  return { resource: 'cpu', reason: { code: 'no-cpu', args: { before, after, at: onsetNs / 1e9 } } };
}

/** Threads may be more than a function can be given arguments. */
const most = (times: Float64Array) => times.reduce((a, b) => Math.max(a, b), -Infinity);

/** The next moment at which a thread certainly ran: the end of the call it is in, or its next call. */
class NextEvents {
  private readonly rows: RowsByThread;
  private readonly at: Uint32Array;
  constructor(private readonly trace: Trace) {
    this.rows = rowsByThread(trace);
    this.at = this.rows.offsets.slice();
  }

  /** Asked in order of time for each thread. */
  of(t: number, ns: number): number {
    const { order, offsets } = this.rows;
    const { start, duration } = this.trace.columns;
    let j = this.at[t]!;
    while (j < offsets[t + 1]! && start[order[j]!]! <= ns) j++;
    this.at[t] = j;
    if (j > offsets[t]!) {
      const end = start[order[j - 1]!]! + duration[order[j - 1]!]!;
      if (end > ns) return end;
    }
    return j < offsets[t + 1]! ? start[order[j]!]! : this.trace.endNs;
  }
}
