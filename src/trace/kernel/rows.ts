/**
 * Rows of a chunk to their places in the trace's columns (trace/place-in-memory.ts, which drives this): both lie in the memory that
 * all threads share, so nothing here may lie in memory but what the driver gives an address for. JavaScript takes five times as
 * long: its loops over shared arrays cost 2 to 5 ns an element, and `set` copies byte by byte where places are not aligned alike.
 * Compiled by AssemblyScript, https://www.assemblyscript.org/, by scripts/build-wasm.js.
 */
import { FLAG_ENTRY_UNSEEN } from '../../lib/kernel/codes';

/** What is kept of each thread of the chunk (four numbers of 8 bytes): its number in the trace, and starts. */
@unmanaged
class Thread {
  number: f64;
  first: f64;
  lowest: f64;
  latest: f64;
}

let THREADS: usize = 0;
let base: f64 = 0;
let first: f64 = Infinity;
let last: f64 = -Infinity;
let earliestStart: f64 = Infinity;
let startOfFirst: f64 = Infinity;
let startOfLast: f64 = -Infinity;
let sorted: bool = true;
let outOfOrder: i32 = 0;
export { earliestStart, first, last, outOfOrder, sorted, startOfFirst, startOfLast };

/** A chunk begins whose time 0 is `baseNs`, with `count` threads at `threads`, of which only the numbers are filled in. */
export function begin(baseNs: f64, threads: usize, count: i32): void {
  base = baseNs;
  THREADS = threads;
  first = earliestStart = startOfFirst = Infinity;
  last = startOfLast = -Infinity;
  sorted = true;
  outOfOrder = 0;
  for (let t = 0; t < count; t++) {
    const at = changetype<Thread>(threads + ((<usize>t) << 5));
    at.first = at.lowest = Infinity;
    at.latest = -Infinity;
  }
}

/** Times, flags and threads of `rows` rows; as placeTimes in trace/place-rows.ts. Every argument is the address of the first. */
export function placeTimes(
  start: usize,
  duration: usize,
  flags: usize,
  thread: usize,
  toStart: usize,
  toDuration: usize,
  toFlags: usize,
  toThread: usize,
  rows: i32,
): void {
  if (rows > 0 && startOfFirst == Infinity) startOfFirst = load<f64>(start) + base;
  let previous = startOfLast;
  let latestEnd = last;
  let earliest = earliestStart;
  let earliestEntry = first;
  let rising = sorted;
  for (let i: usize = 0; i < <usize>rows; i++) {
    const at = load<f64>(start + (i << 3)) + base;
    const took = load<f64>(duration + (i << 3));
    const bits = <i32>load<u8>(flags + i);
    const own = changetype<Thread>(THREADS + ((<usize>load<u32>(thread + (i << 2))) << 5));
    store<f64>(toStart + (i << 3), at);
    store<f64>(toDuration + (i << 3), took);
    store<u8>(toFlags + i, bits);
    store<u32>(toThread + (i << 2), <u32>own.number);
    const end = took > 0 ? at + took : at;
    if (end > latestEnd) latestEnd = end;
    if (at < previous) rising = false;
    previous = at;
    if (at < earliest) earliest = at;
    if (at < own.first) own.first = at;
    if (bits & FLAG_ENTRY_UNSEEN) {
      if (end < earliestEntry) earliestEntry = end;
      continue;
    }
    if (at < earliestEntry) earliestEntry = at;
    if (at < own.lowest) own.lowest = at;
    if (at < own.latest) outOfOrder++;
    else own.latest = at;
  }
  startOfLast = previous;
  last = latestEnd;
  earliestStart = earliest;
  first = earliestEntry;
  sorted = rising;
}

/** Calls of `rows` rows, by the numbers (two bytes each) at `numbers`. */
export function placeCalls(call: usize, toCall: usize, numbers: usize, rows: i32): void {
  for (let i: usize = 0; i < <usize>rows; i++)
    store<u16>(toCall + (i << 1), load<u16>(numbers + ((<usize>load<u16>(call + (i << 1))) << 1)));
}

/** What is the same in the trace. */
export function copy(from: usize, to: usize, bytes: i32): void {
  memory.copy(to, from, bytes);
}
