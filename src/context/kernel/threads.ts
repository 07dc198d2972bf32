/** What is kept of each thread while its calls are looked at, and the long runs of equal calls that threads had. */
import { room, twice } from '../../lib/kernel/room';

/** Runs of this many equal calls are told of. */
const LONG_RUN: i32 = 1000;

/** What is kept of each thread, in one cache line; but what begins with `steady` is in another. */
@unmanaged
export class Thread {
  /** Of its last call; row: + 1, 0 before the first. */
  row: i32;
  symbol: i32;
  descriptor: i32;
  triple: i32;
  own: i32;
  class: i32;
  /** Its calls in a row that are the same save for their sizes, the row and the context of the first of them. */
  run: i32;
  runFrom: i32;
  runTriple: i32;
  runOwn: i32;
  flags: i32;
  /** The call that a signal interrupted. */
  stoppedRow: i32;
  stoppedCall: i32;
  stoppedDescriptor: i32;
  stoppedTriple: i32;
  stoppedOwn: i32;
  /** In a loop, once its calls all have the same place: that + 1, else 0; and the code of its calls. */
  steady: i32;
  code: i32;
  kind: i32;
  outcome: i32;
}
const THREAD_SHIFT: usize = 7;
/** A signal interrupted a call; rt_sigreturn was the last call, the handler is over; the last call was one of a loop. */
export const STOPPED: i32 = 1;
export const RETURNED: i32 = 2;
export const LOOPING: i32 = 4;

export let threads: i32 = 0;
let THREADS: usize = 0;
/** Long runs, four numbers each: thread, first row, last row, length. */
export let RUNS: usize = 0;
export let runs: i32 = 0;
let runRoom: i32 = 256;

export function layOutThreads(count: i32): void {
  threads = count;
  THREADS = room((<usize>count) << THREAD_SHIFT);
  for (let t = 0; t < count; t++) threadAt(t).descriptor = -1;
  RUNS = room(16 * runRoom);
}

// @inline
export function threadAt(t: i32): Thread {
  return changetype<Thread>(THREADS + ((<usize>t) << THREAD_SHIFT));
}

/** A run of the thread's is over. */
// @inline
export function endRun(at: Thread): void {
  if (at.run >= LONG_RUN) addRun(at);
}

function addRun(at: Thread): void {
  if (runs == runRoom) {
    RUNS = twice(RUNS, <usize>16 * runRoom);
    runRoom *= 2;
  }
  const run = RUNS + ((<usize>runs) << 4);
  runs++;
  store<i32>(run, <i32>((changetype<usize>(at) - THREADS) >> THREAD_SHIFT));
  store<i32>(run, at.runFrom, 4);
  store<i32>(run, at.row - 1, 8);
  store<i32>(run, at.run, 12);
}
