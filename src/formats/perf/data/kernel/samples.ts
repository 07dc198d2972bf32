/** Samples of usual events to events of ../events.ts, which wait in waiting.ts: the same as ../samples.ts, to which all others are left. */
import { add, cut } from './waiting';

/** Ids of events: the id (u32), and the event's address; 0 where free. Slots that follow each other are searched. */
const SLOTS: i32 = 1 << 18;
const MOST_IDS: i32 = SLOTS >> 1;
const IDS: usize = memory.data((1 << 18) * 8, 16);
let ids: i32 = 0;

/** An event's layout, numbers of 32 bits: fields of LAYOUT in ../fast-pending.ts. Places are in bytes. */
const MOST_EVENTS: i32 = 4096;
const EVENT: i32 = 128;
export const EVENTS: usize = memory.data(4096 * 128, 16);
const KIND: usize = 0;
const INDEX: usize = 4;
const FIXED: usize = 8;
const TID: usize = 12;
const TIME: usize = 16;
const CPU: usize = 20;
const CHAINED: usize = 24;
const BYTES: usize = 28;
const FIRST: usize = 32;
const SECOND: usize = 36;
const THIRD: usize = 40;
const WIDE: usize = 44;
const ARGUMENTS: usize = 48;
const ARGS: usize = 52;
const STATES: usize = 76;
/** Letters of states, bytes. */
const LETTERS: usize = 80;

const OTHER: i32 = 0;
const RAW_ENTER: i32 = 1;
const RAW_EXIT: i32 = 2;
const NAMED_ENTER: i32 = 3;
const NAMED_EXIT: i32 = 4;
const SWITCH: i32 = 5;
const ENTER_WORDS: i32 = 14;
const EXIT_WORDS: i32 = 10;
const SWITCH_WORDS: i32 = 14;
const RUNNING: i32 = 82; /* R */

const MOST_TID: u32 = 1 << 22;
const LONGEST_NS: i64 = 100 * 86400 * 1_000_000_000;
const MOST_FRAMES: i32 = 1 << 12;
/** -4095: an address from here on says whose the ones behind it are; -512: the program's. */
const CONTEXT_MAX: u64 = 0xfffffffffffff001;
const CONTEXT_USER: u64 = 0xfffffffffffffe00;

/** Where the id stands in all samples; -1: there is one event, and no id. */
let idAt: i32 = -1;
let base: i64 = 0;
export let earliest: f64 = Infinity;

/** Numbers of the first calls, and how often each. */
const NUMBERS: u32 = 2048;
const ENOUGH: i32 = 1000;
export const COUNTS: usize = memory.data(2048 * 4, 16);
let counted: i32 = 0;

export function beginSamples(): void {
  memory.fill(COUNTS, 0, NUMBERS * 4);
  counted = 0;
  earliest = Infinity;
  forgetEvents(-1);
}

/** Times count from `ns`. */
export function setBase(ns: i64): void {
  base = ns;
}

export function forgetEvents(place: i32): void {
  if (ids > 0) memory.fill(IDS, 0, SLOTS * 8);
  ids = 0;
  idAt = place;
  store<i32>(EVENTS, -1);
}

/** Samples with this id are of the event whose layout is the `event`th. */
export function addId(id: u32, event: i32): void {
  if (ids == MOST_IDS || event >= MOST_EVENTS) return;
  const slot = slotOf(id);
  if (load<u32>(slot, 4) == 0) ids++;
  store<u32>(slot, id);
  store<u32>(slot, EVENTS + event * EVENT, 4);
}

// @inline
function slotOf(id: u32): usize {
  let slot = (id * 0x9e3779b1) >>> 14;
  let at = IDS + ((<usize>slot) << 3);
  while (load<u32>(at, 4) != 0 && load<u32>(at) != id) {
    slot = (slot + 1) & (SLOTS - 1);
    at = IDS + ((<usize>slot) << 3);
  }
  return at;
}

/** Adds the event of the sample [at, end); false where it is unusual or damaged, or there is no memory. */
// @inline
export function readSample(at: usize, end: usize): bool {
  let event = EVENTS;
  if (idAt >= 0) {
    if (at + idAt + 8 > end) return false;
    const id = load<u64>(at + idAt);
    if (id >> 31 != 0) return false;
    event = load<u32>(slotOf(<u32>id), 4);
    if (event == 0) return false;
  }
  const kind = load<i32>(event, KIND);
  if (kind < 0) return false;
  let p = at + load<i32>(event, FIXED);
  if (p > end) return false;
  const pid = load<i32>(at + load<i32>(event, TID));
  const tid = load<i32>(at + load<i32>(event, TID), 4);
  if (<u32>tid > MOST_TID) return false;
  const ns = load<i64>(at + load<i32>(event, TIME));
  const since = ns - base;
  if (ns < 0 || since >= LONGEST_NS || since <= -LONGEST_NS) return false;
  let chain = p;
  let frames = 0;
  if (load<i32>(event, CHAINED) != 0) {
    if (p + 8 > end) return false;
    frames = load<i32>(p);
    chain = p + 8;
    if (<u32>frames > <u32>((end - chain) >> 3)) return false;
    p = chain + ((<usize>frames) << 3);
  }
  if (p >= end) return false;
  const size = load<u32>(p);
  const raw = p + 4;
  if (size > <u32>(end - raw) || load<u32>(event, BYTES) > size) return false;
  const time = <f64>since;
  const where = load<i32>(event, CPU);
  const cpu = where < 0 ? -1 : load<i32>(at + where);
  if (kind == RAW_ENTER || kind == NAMED_ENTER) {
    if (!enter(event, kind, raw, chain, frames, tid, pid, cpu, time)) return false;
  } else if (kind == RAW_EXIT || kind == NAMED_EXIT) {
    if (!leave(event, kind, raw, chain, frames, tid, pid, cpu, time)) return false;
  } else if (kind == SWITCH) {
    if (!switches(event, raw, tid, pid, cpu, time)) return false;
  } else if (kind != OTHER) return false;
  if (time < earliest) earliest = time;
  return true;
}

// @inline
function enter(
  event: usize,
  kind: i32,
  raw: usize,
  chain: usize,
  frames: i32,
  tid: i32,
  pid: i32,
  cpu: i32,
  time: f64,
): bool {
  const number = load<i32>(raw + load<i32>(event, FIRST));
  if (kind == RAW_ENTER && counted < ENOUGH && <u32>number >= NUMBERS) return false;
  const at = add(kind, ENTER_WORDS + 2 * min(frames, MOST_FRAMES), tid, pid, cpu, time);
  if (at == 0) return false;
  if (kind == RAW_ENTER) {
    store<i32>(at, number, 24);
    if (counted < ENOUGH) {
      counted++;
      const count = COUNTS + ((<usize>number) << 2);
      store<i32>(count, load<i32>(count) + 1);
    }
  } else store<i32>(at, load<i32>(event, INDEX), 24);
  const known = load<i32>(event, ARGUMENTS);
  for (let i = 0; i < 6; i++)
    store<i32>(at + (i << 2), i < known ? load<i32>(raw + load<i32>(event + (i << 2), ARGS)) : 0, 32);
  const own = frames == 0 ? 0 : callers(chain, frames, at + (ENTER_WORDS << 2));
  store<i32>(at, own, 28);
  if (own < frames) cut(at, kind, ENTER_WORDS + 2 * own);
  return true;
}

// @inline
function leave(
  event: usize,
  kind: i32,
  raw: usize,
  chain: usize,
  frames: i32,
  tid: i32,
  pid: i32,
  cpu: i32,
  time: f64,
): bool {
  const at = add(kind, EXIT_WORDS + 2 * min(frames, MOST_FRAMES), tid, pid, cpu, time);
  if (at == 0) return false;
  store<i32>(at, kind == RAW_EXIT ? load<i32>(raw + load<i32>(event, FIRST)) : load<i32>(event, INDEX), 24);
  const result = raw + load<i32>(event, SECOND);
  store<f64>(at, load<i32>(event, WIDE) != 0 ? <f64>load<i64>(result) : <f64>load<i32>(result), 32);
  const own = frames == 0 ? 0 : callers(chain, frames, at + (EXIT_WORDS << 2));
  store<i32>(at, own, 28);
  if (own < frames) cut(at, kind, EXIT_WORDS + 2 * own);
  return true;
}

/** The program's own frames of a chain; how many there are. */
function callers(chain: usize, frames: i32, to: usize): i32 {
  let own = false;
  let count = 0;
  for (let i = 0; i < frames && count < MOST_FRAMES; i++) {
    const address = load<u64>(chain + ((<usize>i) << 3));
    if (address >= CONTEXT_MAX) own = address == CONTEXT_USER;
    else if (own) {
      store<u64>(to + ((<usize>count) << 3), address);
      count++;
    }
  }
  return count;
}

// @inline
function switches(event: usize, raw: usize, tid: i32, pid: i32, cpu: i32, time: f64): bool {
  const at = add(SWITCH, SWITCH_WORDS, tid, pid, cpu, time);
  if (at == 0) return false;
  store<i32>(at, load<i32>(raw + load<i32>(event, FIRST)), 24);
  store<i32>(at, load<i32>(raw + load<i32>(event, SECOND)), 32);
  // The letter of the lowest bit.
  const state = load<i32>(raw + load<i32>(event, ARGS)) & load<i32>(event, STATES);
  store<i32>(at, state == 0 ? RUNNING : <i32>load<u8>(event + ctz(state), LETTERS), 28);
  store<i32>(at, 0, 36);
  const name = raw + load<i32>(event, THIRD);
  store<u64>(at, load<u64>(name), 40);
  store<u64>(at, load<u64>(name, 8), 48);
  return true;
}
