/**
 * Execution units and their features in one pass in the order of the rows (units/one-pass.ts, which drives this). In WebAssembly
 * because it does much for every row: as JavaScript it takes twice as long, and a tenth of a second to be compiled.
 * Compiled by AssemblyScript, https://www.assemblyscript.org/, by scripts/build-wasm.js.
 *
 * Where a unit ends is said in units/segmentation.ts, what its features are in units/features.ts.
 */
import { CELLS, ENTRIES, NEXT_FROM, UNITS, entries, full, layOutFound, push, taken, units } from './found';
import { room, used } from '../../lib/kernel/room';
import { add, giveSlot, layOutSums, sumsFor, takeSlot } from './sums';
import { OFFSETS, RANGES, layOutVectors, vectors } from './vectors';

export { CELLS, ENTRIES, NEXT_FROM, UNITS, entries, taken, units };
export { OFFSETS, RANGES, used, vectors };

/** Rows that the driver puts into memory at a time: few enough to stay in the processor's second-level cache. */
export const BLOCK: i32 = 1 << 13;
/** The columns of a block, each with room for BLOCK rows. */
const START: usize = memory.data(BLOCK * 8, 16);
const DURATION: usize = memory.data(BLOCK * 8, 16);
const THREAD: usize = memory.data(BLOCK * 4, 16);
const CALL: usize = memory.data(BLOCK * 2, 16);
const KIND: usize = memory.data(BLOCK, 16);
const VARIANT: usize = memory.data(BLOCK, 16);
export { CALL, DURATION, KIND, START, THREAD, VARIANT };

/** Per call: whether it waits by nature; by kind of descriptor, for those where that tells (2), and by variant likewise (3). */
let WAITS: usize = 0;
const WAITS_BY_KIND: usize = memory.data(256);
const WAITS_BY_VARIANT: usize = memory.data(256);
const BY_KIND: i32 = 2;
const BY_VARIANT: i32 = 3;
export { WAITS, WAITS_BY_KIND, WAITS_BY_VARIANT };

/** What is kept of each thread, in one cache line. */
@unmanaged
class Thread {
  /** Of its last call. */
  start: f64;
  took: f64;
  call: i32;
  /** Whether that waits by nature; 0 too where it was too short to matter. */
  waits: i32;
  /** Its open unit: the slot of its sums (0: none is open), its first row, and how many calls. */
  slot: usize;
  /** The sums of its last call's type. */
  sums: usize;
  first: i32;
  calls: i32;
  /** The next of its switches to be looked at, and the end of them: addresses. */
  sleep: usize;
  sleepEnd: usize;
  /** Row of its last call + 1; 0: it had none. */
  row: i32;
  /** Its last row of all, if slots are shared. */
  last: i32;
}
const THREAD_SHIFT: usize = 6;

let threads: i32 = 0;
/** The first of the threads whose units are asked for, and how many these are. */
let onlyFrom: i32 = 0;
let onlyCount: u32 = 0;
let THREADS: usize = 0;
let gapNs: f64 = 0;
let waitNs: f64 = 0;
let toNs: f64 = 0;
/** Calls longer than this are noted, and such as begin so long after the one before in their thread. */
let longCallNs: f64 = Infinity;
let longGapNs: f64 = Infinity;
/** Two words a row that is noted: it, and the row before it in its thread, -1 if there is none. */
export const NOTES: usize = memory.data(BLOCK * 8, 16);
export let notes: i32 = 0;
/** Moments at which threads gave up the CPU, thread by thread; 0: they are not known. */
let SLEEPS: usize = 0;
/** Whether threads that have ended leave their slots to others. */
let shared: bool = false;
export { SLEEPS };

export function layOut(threadCount: i32, calls: i32, gap: f64, wait: f64, end: f64, share: bool): void {
  threads = threadCount;
  setOnly(0, threads);
  gapNs = gap;
  waitNs = wait;
  toNs = end;
  shared = share;
  THREADS = room((<usize>threads) << THREAD_SHIFT);
  WAITS = room(calls);
  layOutSums(calls);
  layOutFound(calls);
  layOutVectors();
}

/** Units of the threads [from, to) are asked for. */
export function setOnly(from: i32, to: i32): void {
  onlyFrom = from;
  onlyCount = to - from;
}

/** There are so many switches. */
export function layOutSleeps(count: i32): void {
  SLEEPS = room(<usize>8 * count + 8);
}

/** Those of a thread are the switches [from, to). */
export function setSleeps(thread: i32, from: i32, to: i32): void {
  threadAt(thread).sleep = SLEEPS + ((<usize>from) << 3);
  threadAt(thread).sleepEnd = SLEEPS + ((<usize>to) << 3);
}

/** From now on rows are noted. The driver takes notes after each block. */
export function noteLonger(callNs: f64, gapNs: f64): void {
  longCallNs = callNs;
  longGapNs = gapNs;
}

export function notesTaken(): void {
  notes = 0;
}

/** Row of the thread's last call before the end of the window, -1 if there is none. */
export function lastRow(thread: i32): i32 {
  return threadAt(thread).row - 1;
}

export function setLast(thread: i32, row: i32): void {
  threadAt(thread).last = row;
}

// @inline
function threadAt(t: i32): Thread {
  return changetype<Thread>(THREADS + ((<usize>t) << THREAD_SHIFT));
}

/** The thread's next call. */
// @inline
function remember(at: Thread, base: i32, i: i32, call: i32): void {
  const start = load<f64>(START + ((<usize>i) << 3));
  const took = load<f64>(DURATION + ((<usize>i) << 3));
  if (took > longCallNs || start - (at.start + at.took) > longGapNs) note(at, base + i);
  at.start = start;
  at.took = took;
  at.call = call;
  at.waits = took <= waitNs ? 0 : waits(call, i);
  at.row = base + i + 1;
}

function note(at: Thread, row: i32): void {
  store<i32>(NOTES + ((<usize>notes) << 3), row);
  store<i32>(NOTES + ((<usize>notes) << 3), at.row - 1, 4);
  notes++;
}

function waits(call: i32, i: i32): i32 {
  const nature = <i32>load<u8>(WAITS + call);
  if (nature == BY_KIND) return load<u8>(WAITS_BY_KIND + load<u8>(KIND + i));
  return nature == BY_VARIANT ? load<u8>(WAITS_BY_VARIANT + load<u8>(VARIANT + i)) : nature;
}

/** The first `rows` rows of the block, of which the first of all is `base`, lie before the window. */
export function before(base: i32, rows: i32): void {
  for (let i = 0; i < rows; i++) {
    const t = load<i32>(THREAD + ((<usize>i) << 2));
    if (<u32>(t - onlyFrom) >= onlyCount) continue;
    const at = threadAt(t);
    remember(at, base, i, load<u16>(CALL + ((<usize>i) << 1)));
    at.first = base + i;
    at.calls = 1;
  }
}

/** The window begins: a call that began before and was still running in it belongs to it. */
export function begin(fromNs: f64): void {
  for (let t = 0; t < threads; t++) {
    const at = threadAt(t);
    if (at.calls == 0 || !(at.start + at.took > fromNs) || toNs <= fromNs) continue;
    at.slot = takeSlot();
    at.sums = sumsFor(at.slot, at.call);
    add(at.sums, min(at.took, toNs - at.start));
  }
}

/** The rows [from, to) of the block, which lie in the window; gives where it stopped for want of room, else `to`. */
export function cut(base: i32, from: i32, to: i32): i32 {
  for (let i = from; i < to; i++) {
    const t = load<i32>(THREAD + ((<usize>i) << 2));
    if (<u32>(t - onlyFrom) >= onlyCount) continue;
    const now = load<f64>(START + ((<usize>i) << 3));
    const at = threadAt(t);
    if (shared && full()) return i;
    if (at.slot == 0) {
      at.slot = takeSlot();
      at.sums = 0;
      at.first = base + i;
      at.calls = 0;
    } else if (ends(at, now)) {
      if (full()) return i;
      push(t, at.first, at.calls, at.slot);
      at.sums = 0;
      at.first = base + i;
      at.calls = 0;
    }
    at.calls++;
    const call = <i32>load<u16>(CALL + ((<usize>i) << 1));
    // Calls of the same type often follow each other.
    if (at.sums == 0 || at.call != call) at.sums = sumsFor(at.slot, call);
    remember(at, base, i, call);
    const took = at.took;
    add(at.sums, now + took > toNs ? toNs - now : took);
    if (shared && base + i == at.last) {
      push(t, at.first, at.calls, at.slot);
      giveSlot(at.slot);
      at.slot = 0;
    }
  }
  return to;
}

/** Whether the thread's unit ended with its last call, its next one beginning `now`. */
// @inline
function ends(at: Thread, now: f64): bool {
  const took = at.took;
  const gap = now - at.start - took;
  // What most calls are: too short, and followed too soon, to end a unit.
  if (took <= waitNs && gap <= gapNs && SLEEPS == 0) return false;
  return endsUnit(at, now);
}

function endsUnit(at: Thread, now: f64): bool {
  // Without durations, the time up to the next call is all that is known of how long one took.
  const known = at.took == at.took;
  const took = known ? at.took : now - at.start;
  const gap = known ? now - at.start - took : took;
  if (SLEEPS != 0) {
    let s = at.sleep;
    while (s < at.sleepEnd && load<f64>(s) < at.start) s += 8;
    at.sleep = s;
    if (s < at.sleepEnd && load<f64>(s) < now) return true;
  }
  if (gap > gapNs) return true;
  return SLEEPS == 0 && took > waitNs && at.waits != 0;
}

/** All units under way end, those of the threads from `from` on; gives where it stopped for want of room. */
export function finish(from: i32): i32 {
  for (let t = from; t < threads; t++) {
    const at = threadAt(t);
    if (at.slot == 0) continue;
    if (full()) return t;
    push(t, at.first, at.calls, at.slot);
    at.slot = 0;
  }
  return threads;
}
