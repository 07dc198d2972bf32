/** Who the tids are: a table of all threads that have a place in the columns, and so one that never fills up. */
import { THREADS } from './memory';

/** A slot: tid (-1: free), and index of its thread (-1: it has ended). Slots that follow each other are searched. */
const SLOT: i32 = 8;
const LAST: i32 = 2 * THREADS - 1;
const TIDS: usize = memory.data(2 * THREADS * SLOT, 16);
/** Per thread: 1 once its process is known. */
const TOLD: usize = memory.data(THREADS, 16);

/** Forgets who the tids are. */
export function forgetThreads(): void {
  memory.fill(TIDS, 0xff, (LAST + 1) * SLOT);
  memory.fill(TOLD, 0, THREADS);
}

/** The thread's process is known, and no call tells another one. */
export function setTold(thread: i32): void {
  store<u8>(TOLD + thread, 1);
}
// @inline
export function isTold(thread: i32): bool {
  return load<u8>(TOLD + thread) != 0;
}

/** From now on lines of `tid` belong to `thread`, to none that is known when -1. */
export function setThread(tid: i32, thread: i32): void {
  if (tid < 0) return;
  const slot = slotOf(tid);
  if (load<i32>(slot) != tid) {
    if (thread < 0) return;
    store<i32>(slot, tid);
  }
  store<i32>(slot, thread, 4);
}

/** Index of the thread of `tid`, -1 when it has none, or has ended. */
// @inline
export function threadOf(tid: i32): i32 {
  return load<i32>(slotOf(tid), 4);
}

/** Slot of `tid`, or the free one where it would be. */
// @inline
function slotOf(tid: i32): usize {
  let slot = TIDS + <usize>(tid & LAST) * SLOT;
  let at = load<i32>(slot);
  while (at != tid && at != -1) {
    slot = slot == TIDS + <usize>LAST * SLOT ? TIDS : slot + SLOT;
    at = load<i32>(slot);
  }
  return slot;
}
