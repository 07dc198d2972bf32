/**
 * `perf script -F comm,pid,time,...`: each line tells the process and not its thread, in a number that looks the same. Where only one thread
 * of a process makes calls that is as good; otherwise calls of several seem to be one thread's. The scheduler's events tell, and else the
 * whole trace: a call ends that was given up because another one began.
 */
import type { Trace } from '../../trace/table.js';
import { FLAG_ENTRY_UNSEEN, FLAG_UNFINISHED } from '../../trace/table.js';

/** Calls of a thread before an exit among which its entry is looked for: where perf lost events they are further apart. */
const NEAR = 3;
/** So many, and such a share of all calls, are no accident of lost events. */
const LEAST = 8;
const LEAST_SHARE = 0.02;

/** Who gives the CPU away, by the numbers of lines: a thread has one number, whatever the scheduler calls it (it may be in a container). */
export class Switchers {
  private readonly byId = new Map<number, Set<number>>();

  add(id: number, thread: number): void {
    const known = this.byId.get(id);
    if (known === undefined) this.byId.set(id, new Set([thread]));
    else known.add(thread);
  }

  /** Threads that stand under the number of another one. */
  get mixed(): number {
    return [...this.byId.values()].reduce((sum, { size }) => sum + size - 1, 0);
  }
}

/** Whether what `trace` has for threads are processes with several of them. */
export function mixesThreads({ length, threads, columns, mixedThreads = 0 }: Trace): boolean {
  if (mixedThreads > 0) return true;
  const { call, thread, flags } = columns;
  /** Per thread: its last calls, those that were given up as number + 1, others 0. */
  const given = new Uint32Array(threads.length * NEAR);
  const next = new Uint8Array(threads.length);
  let crossed = 0;
  for (let row = 0; row < length; row++) {
    const from = thread[row]! * NEAR;
    const isGiven = (flags[row]! & FLAG_UNFINISHED) !== 0;
    if ((flags[row]! & FLAG_ENTRY_UNSEEN) !== 0) {
      const at = given.subarray(from, from + NEAR).indexOf(call[row]! + 1);
      if (at >= 0) {
        crossed++;
        given[from + at] = 0;
      }
    }
    const slot = next[thread[row]!]!;
    given[from + slot] = isGiven ? call[row]! + 1 : 0;
    next[thread[row]!] = (slot + 1) % NEAR;
  }
  return crossed >= LEAST && crossed >= length * LEAST_SHARE;
}
