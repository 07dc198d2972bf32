/**
 * Events that wait for those of other CPUs, in runs that are in order: the same as ../pending.ts, with a heap of runs. A run lies behind a head of
 * two addresses: of its next event, and of its end. Behind the last one is room for the heap.
 */

/** Room of JavaScript for records, in two windows: of the file, and of what was compressed in it. */
export const INPUT: usize = memory.data(2 * (1 << 19), 16);
/** Events whose turn it was, until JavaScript takes them. */
const TURNS: i32 = 1 << 17;
export const TOLD: usize = memory.data(1 << 17, 16);
let toldEnd: usize = TOLD;

/** A bit for each thread and process that is told of: the kernel's own limit of their numbers. */
const MOST_ID: u32 = 1 << 22;
const BITS: i32 = (1 << 19) + 8;
const TIDS: usize = memory.data((1 << 19) + 8, 16);
const PIDS: usize = memory.data((1 << 19) + 8, 16);
/** Whether processes matter. */
let withPids: bool = false;

/** Kinds of ../events.ts whose thread must be known before. */
const LAST_CALL: i32 = 4;
const PROCESS_EXEC: i32 = 7;
const PROCESS: i32 = 12;

/** Of a run, and of an entry of the heap: time of its next event, address of the run. */
const HEAD: usize = 8;
const ENTRY: usize = 16;
const PAGE: usize = 0x10000;

export const BEGIN: usize = (__heap_base + 63) & ~63;
export let used: usize = BEGIN;
let bytes: usize = 0;
let mostPages: i32 = 0;
/** The run that the next event may belong to; 0: it begins one of its own. */
let run: usize = 0;
let runs: i32 = 0;
let lastTime: f64 = 0;
let latest: f64 = -Infinity;
/** As Pending has it. */
let limit: f64 = -Infinity;

/** Forgets all, for another recording. `pages`: that may be used of its memory at most. */
export function begin(pages: i32): void {
  mostPages = pages;
  memory.fill(TIDS, 0, BITS);
  memory.fill(PIDS, 0, BITS);
  bytes = <usize>min(memory.size(), pages) * PAGE;
  used = BEGIN;
  run = 0;
  runs = 0;
  latest = -Infinity;
  limit = -Infinity;
  withPids = false;
  toldEnd = TOLD;
}

export function setWithPids(matter: bool): void {
  withPids = matter;
}
export function setThread(tid: i32, seen: bool): void {
  setBit(TIDS, tid, seen);
}
export function setProcess(pid: i32, seen: bool): void {
  setBit(PIDS, pid, seen);
}
function setBit(bits: usize, id: i32, on: bool): void {
  if (<u32>id > MOST_ID) return;
  const at = bits + (id >> 3);
  const bit = 1 << (id & 7);
  store<u8>(at, on ? load<u8>(at) | bit : load<u8>(at) & ~bit);
}
// @inline
function hasBit(bits: usize, id: i32): bool {
  return <u32>id <= MOST_ID && ((load<u8>(bits + (id >> 3)) >> (id & 7)) & 1) != 0;
}

/** Room for an event of so many words, its head written; 0 when there is no memory for it. */
// @inline
export function add(kind: i32, words: i32, tid: i32, pid: i32, cpu: i32, time: f64): usize {
  // Of a run that it may begin, too.
  if (used + ((<usize>words) << 2) + HEAD + <usize>(runs + 2) * ENTRY > bytes && !grow(words)) return 0;
  if (run == 0 || !(time >= lastTime)) beginRun();
  lastTime = time;
  if (time > latest) latest = time;
  const at = used;
  used = at + ((<usize>words) << 2);
  store<i32>(at, kind | (words << 8));
  store<i32>(at, tid, 4);
  store<i32>(at, pid, 8);
  store<i32>(at, cpu, 12);
  store<f64>(at, time, 16);
  return at;
}

/** The event at `at` has fewer words after all. */
// @inline
export function cut(at: usize, kind: i32, words: i32): void {
  store<i32>(at, kind | (words << 8));
  used = at + ((<usize>words) << 2);
}

function grow(words: i32): bool {
  const needed = used + ((<usize>words) << 2) + HEAD + <usize>(runs + 2) * ENTRY;
  const least = <i32>((needed - bytes + PAGE - 1) >> 16);
  // Half as much again, that it be seldom.
  const more = min(least + (memory.size() >> 1), mostPages - memory.size());
  if (more < least || memory.grow(more) < 0) return false;
  bytes = <usize>memory.size() * PAGE;
  return true;
}

function beginRun(): void {
  if (run != 0) store<u32>(run, used, 4);
  run = used;
  used += HEAD;
  store<u32>(run, used);
  runs++;
}

/** Entries of the heap, and where it lies. */
let heap: usize = 0;
let size: i32 = 0;
let until: f64 = 0;

/** All rings were looked at once more: what nothing can come before any more has its turn. */
export function beginRound(): void {
  beginFlush(limit);
  limit = latest;
}
export function beginEnd(): void {
  beginFlush(Infinity);
}

function beginFlush(to: f64): void {
  until = to;
  heap = (used + 15) & ~15;
  size = 0;
  if (run == 0 && runs == 0) return;
  if (run != 0) store<u32>(run, used, 4);
  run = 0;
  let at = BEGIN;
  for (let i = 0; i < runs; i++) {
    const next = load<u32>(at);
    const end = load<u32>(at, 4);
    if (next < end && load<f64>(next, 16) <= to) push(load<f64>(next, 16), at);
    at = end;
  }
}

/** JavaScript has taken what was told. */
export function taken(): void {
  toldEnd = TOLD;
}
export function toldBytes(): i32 {
  return <i32>(toldEnd - TOLD);
}
/** The event that JavaScript has to tell itself. */
export let eventAt: usize = 0;

/** Why telling stops: all that had its turn is told, there is no more room, JavaScript must look at an event. */
const DONE: i32 = 0;
const FULL: i32 = 1;
const EVENT: i32 = 2;

/** Tells events in order of time, of equal ones in the order in which they came. */
export function tell(): i32 {
  while (size > 0) {
    const head = load<u32>(heap, 8);
    const end = load<u32>(head, 4);
    let next: usize = load<u32>(head);
    // The run goes on up to where another one is before it.
    const second = secondEntry();
    const bound = second == 0 ? until : load<f64>(second);
    const isFirst = second == 0 || head < load<u32>(second, 8);
    let time = load<f64>(heap);
    do {
      const first = load<i32>(next);
      const length = (<usize>(first >>> 8)) << 2;
      const stop = isUnknown(first & 0xff, next) ? EVENT : toldEnd + length > TOLD + TURNS ? FULL : DONE;
      if (stop == DONE) {
        for (let i: usize = 0; i < length; i += 8) store<u64>(toldEnd + i, load<u64>(next + i));
        toldEnd += length;
      } else {
        // Too long for the room: JavaScript takes it from where it lies.
        const isLong = stop == FULL && toldEnd == TOLD;
        if (stop == FULL && !isLong) {
          settle(head, next, end, time);
          return FULL;
        }
        eventAt = next;
        next += length;
        settle(head, next, end, next < end ? load<f64>(next, 16) : NaN);
        return EVENT;
      }
      next += length;
      time = next < end ? load<f64>(next, 16) : NaN;
    } while (isFirst ? time <= bound : time < bound);
    settle(head, next, end, time);
  }
  finish();
  return DONE;
}

/** Whether JavaScript must look at the event: it tells of a process, or is of a thread or process of which nothing was told yet. */
// @inline
function isUnknown(kind: i32, at: usize): bool {
  if (kind <= LAST_CALL || kind == PROCESS_EXEC)
    return !hasBit(TIDS, load<i32>(at, 4)) || (withPids && !hasBit(PIDS, load<i32>(at, 8)));
  return kind == PROCESS;
}

/** The run of the heap's first entry goes on at `next`. */
function settle(head: usize, next: usize, end: usize, time: f64): void {
  store<u32>(head, next);
  if (next < end && time <= until) {
    store<f64>(heap, time);
    sift(0);
    return;
  }
  size--;
  if (size == 0) return;
  memory.copy(heap, heap + <usize>size * ENTRY, ENTRY);
  sift(0);
}

function push(time: f64, head: usize): void {
  let i = size++;
  while (i > 0) {
    const parent = (i - 1) >> 1;
    const above = heap + <usize>parent * ENTRY;
    if (!isBefore(time, head, above)) break;
    memory.copy(heap + <usize>i * ENTRY, above, ENTRY);
    i = parent;
  }
  store<f64>(heap + <usize>i * ENTRY, time);
  store<u32>(heap + <usize>i * ENTRY, head, 8);
}

function sift(from: i32): void {
  const time = load<f64>(heap + <usize>from * ENTRY);
  const head: usize = load<u32>(heap + <usize>from * ENTRY, 8);
  let i = from;
  for (;;) {
    let child = 2 * i + 1;
    if (child >= size) break;
    const left = heap + <usize>child * ENTRY;
    if (child + 1 < size && isBefore(load<f64>(left + ENTRY), load<u32>(left + ENTRY, 8), left)) child++;
    const below = heap + <usize>child * ENTRY;
    if (isBefore(time, head, below)) break;
    memory.copy(heap + <usize>i * ENTRY, below, ENTRY);
    i = child;
  }
  store<f64>(heap + <usize>i * ENTRY, time);
  store<u32>(heap + <usize>i * ENTRY, head, 8);
}

/** The entry that would be first if the first one were not there; 0 for none. */
// @inline
function secondEntry(): usize {
  if (size < 2) return 0;
  const left = heap + ENTRY;
  return size > 2 && isBefore(load<f64>(left + ENTRY), load<u32>(left + ENTRY, 8), left) ? left + ENTRY : left;
}

// @inline
function isBefore(time: f64, head: usize, entry: usize): bool {
  const other = load<f64>(entry);
  return time < other || (time == other && head < load<u32>(entry, 8));
}

/** What is left moves down, once it is the lesser part. */
function finish(): void {
  let left: usize = 0;
  let at = BEGIN;
  for (let i = 0; i < runs; i++) {
    left += load<u32>(at, 4) - load<u32>(at);
    at = load<u32>(at, 4);
  }
  if (left * 2 > used - BEGIN) return;
  let to = BEGIN;
  let kept = 0;
  at = BEGIN;
  for (let i = 0; i < runs; i++) {
    const next: usize = load<u32>(at);
    const end: usize = load<u32>(at, 4);
    at = end;
    if (next == end) continue;
    const length = end - next;
    memory.copy(to + HEAD, next, length);
    store<u32>(to, to + HEAD);
    to += HEAD + length;
    store<u32>(to - length - HEAD, to, 4);
    kept++;
  }
  runs = kept;
  used = to;
}

export function limitOf(): f64 {
  return limit;
}
export function latestOf(): f64 {
  return latest;
}
/** How many runs there are, from BEGIN on one behind the other; the last one has its end written. */
export function runsOf(): i32 {
  if (run != 0) store<u32>(run, used, 4);
  return runs;
}
