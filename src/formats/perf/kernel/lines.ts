/**
 * The usual lines of perf script text into columns, with SIMD: what formats/perf/calls.ts does with entries and exits of
 * raw_syscalls, and formats/perf/switches.ts with sched_switch; events that tell nothing here are counted, and call chains that are like one
 * before told by number. A line of any other shape, or one that meets anything unusual (an unknown number, a new thread or name, a call that
 * makes or ends threads), changes nothing here and is left to the JavaScript reader. Compiled by AssemblyScript, https://www.assemblyscript.org/, by scripts/build-wasm.js.
 */
import {
  AT_FDCWD,
  CWD,
  ERRNO_UNKNOWN,
  FIRST_DESCRIPTOR,
  FLAG_ENTRY_UNSEEN,
  FLAG_UNFINISHED,
  NO_CPU,
  NO_DESCRIPTOR,
  UNKNOWN,
} from '../../../lib/kernel/codes';
import { errno, flags, readReturned, result } from '../../../lib/kernel/kernel-result';
import { lineFeed } from '../../../lib/kernel/line-feed';
import * as m from '../../../lib/kernel/memory';
import * as chains from './chains';
import { cpu, now, readHead, thread } from './head';
import * as n from './numbers';
import { beginSwitches, readSwitch } from './switches';

export { PENDING, SEEN, TEXT, THREADS, WINDOW, layOut } from '../../../lib/kernel/memory';
export { LONGEST_CHAIN, OWNER_CHAINS, OWNER_ROWS, addChain, forgetChains, newChain, ownedOf } from './chains';
export { NEW_HEAD, addStranger, forget, setHead } from './head';
export { addNumber, forgetNumbers } from './numbers';
export { NEW_NAME, SWITCH_CPU, SWITCH_NAME, SWITCH_NEXT, SWITCH_PREVIOUS, SWITCH_STATE, SWITCH_TIME } from './switches';
export { addName, forgetNames, setOneId, switchesOf } from './switches';

/** A stack that follows belongs to no call. */
const NO_OWNER: i32 = -1;
/** 'raw_syscalls:sys' */
const RAW0: i64 = 0x637379735f776172;
const RAW8: i64 = 0x7379733a736c6c61;
/** '_enter: ', '_exit: N' */
const ENTER: u64 = 0x203a7265746e655f;
const EXIT: u64 = 0x4e203a746978655f;
/** 'sched:sched_swit', 'ch:' */
const SCHED0: i64 = 0x63733a6465686373;
const SCHED8: i64 = 0x746977735f646568;
const SWITCH: u32 = 0x3a6863;
/** 'sched_', its first four 'stat', and 'process_', behind it not 'ex' */
const SCHED: u64 = 0x5f6465686373;
const STAT: u32 = 0x74617473;
const PROCESS: u64 = 0x5f737365636f7270;
const EX: u32 = 0x7865;

let rows: i32 = 0;
let lines: i32 = 0;
let notices: i32 = 0;
let owner: i32 = NO_OWNER;
let lastNs: f64 = 0;
let sawExits: bool = false;
/** Exits of calls were recorded. */
let exits: bool = true;

export function rowsOf(): i32 {
  return rows;
}
export function linesOf(): i32 {
  return lines;
}
/** Lines that tell nothing. */
export function noticesOf(): i32 {
  return notices;
}
export function ownerOf(): i32 {
  return owner;
}
export function lastNsOf(): f64 {
  return lastNs;
}
export function hasDurations(): bool {
  return sawExits;
}
export function setExits(recorded: bool): void {
  exits = recorded;
}

/**
 * Reads the lines of the text [from, to), which ends with a line feed, up to the first unusual one; gives where that begins,
 * `to` when there is none. `rowsBefore`, `latest`: rows so far, latest moment of a record.
 */
export function run(from: i32, to: i32, rowsBefore: i32, latest: f64): i32 {
  const end = m.TEXT + to;
  rows = rowsBefore;
  lastNs = latest;
  lines = 0;
  notices = 0;
  sawExits = false;
  beginSwitches();
  chains.beginOwned();
  let p = m.TEXT + from;
  while (p < end) {
    const c: i32 = load<u8>(p);
    let next: usize;
    if (c >= 32) next = readLine(p);
    else if (c == 9) next = skipChain(p, end);
    else next = c == 10 ? p + 1 : 0;
    if (next == 0) break;
    if (c != 9) lines++;
    p = next;
  }
  return <i32>(p - m.TEXT);
}

/** Reads the chain at `start`, of the event before; gives where the next line begins, 0 when it is unusual. */
// @inline
function skipChain(start: usize, end: usize): usize {
  const next = chains.hasRoom() ? chains.readChain(start, end) : 0;
  if (next == 0) return 0;
  lines += chains.chainLines;
  if (owner >= 0 && chains.chainNumber >= 0) chains.own(owner);
  owner = NO_OWNER;
  return next;
}

/** Reads the line at `start`; gives where the next begins, 0 when this one is unusual. */
// @inline
function readLine(start: usize): usize {
  const colon = readHead(start);
  if (colon == 0) return 0;
  let p = colon + 2;
  while (load<u8>(p) == 32) p++;
  const first = v128.load(p);
  let next: usize = 0;
  if (!v128.any_true(v128.xor(first, i64x2(RAW0, RAW8)))) {
    if (thread >= m.THREADS) return 0;
    const event = load<u64>(p, 16);
    if (event == ENTER) next = (load<u32>(p, 24) & 0xffffff) == 0x20524e /* NR */ ? readEnter(p + 27) : 0;
    else next = event == EXIT && load<u16>(p, 24) == 0x2052 ? readExit(p + 26) : 0;
  } else if (!v128.any_true(v128.xor(first, i64x2(SCHED0, SCHED8))) && (load<u32>(p, 16) & 0xffffff) == SWITCH) {
    for (p += 19; load<u8>(p) == 32;) p++;
    next = readSwitch(p);
    if (next != 0) owner = NO_OWNER;
  } else return isOther(p) ? readOther(p) : 0;
  if (next != 0 && now > lastNs) lastNs = now;
  return next;
}

/** Whether the event at `p` tells nothing here, for sure. */
function isOther(p: usize): bool {
  const c: i32 = load<u8>(p);
  if (c != 115 /* s */) return c >= 97 && c <= 122 && c != 114; /* r */
  if ((load<u64>(p) & 0xffffffffffff) != 0x3a6465686373 /* sched: */ || (load<u64>(p, 6) & 0xffffffffffff) != SCHED)
    return false;
  const kind: i32 = load<u8>(p, 12);
  if (kind == 112 /* p */) return load<u64>(p, 12) == PROCESS && load<u16>(p, 20) != EX;
  return kind == 115 ? load<u32>(p, 12) == STAT : kind >= 97 && kind <= 122;
}

function readOther(p: usize): usize {
  owner = NO_OWNER;
  notices++;
  return lineFeed(p) + 1;
}

/** `59 (0, 7ffc2e5a1b40, ...)` */
// @inline
function readEnter(p: usize): usize {
  const call = n.numberAt(p);
  if (call == 0 || load<u16>(n.numberEnd) != 0x2820 /* ( */) return 0;
  if (rows == m.capacity) return 0;
  const open = load<i32>(m.PENDING + (thread << 2));
  if (open >= 0) abandon(open);
  const first = n.numberEnd + 2;
  let kind = 0;
  let descriptor = NO_DESCRIPTOR;
  if (n.firstOf(call) == FIRST_DESCRIPTOR) {
    descriptor = n.hexAt(first);
    kind = descriptor == AT_FDCWD ? CWD : UNKNOWN;
    if (descriptor < 0) descriptor = NO_DESCRIPTOR;
  }
  if (n.kindOf(call) >= 0) kind = n.kindOf(call);
  const row = rows++;
  if (n.ruleOf(call) != n.PLAIN) {
    n.readArguments(call, first);
    store<u8>(m.VARIANT + row, n.variant);
    if (n.kind >= 0) kind = n.kind;
  }
  store<f64>(m.START + (row << 3), now);
  store<f64>(m.DURATION + (row << 3), NaN);
  store<i32>(m.THREAD + (row << 2), thread);
  store<i32>(m.DESCRIPTOR + (row << 2), descriptor);
  store<u16>(m.CALL + (row << 1), n.callOf(call));
  store<u16>(m.CPU + (row << 1), cpu);
  store<u8>(m.ERRNO + row, ERRNO_UNKNOWN);
  store<u8>(m.KIND + row, kind);
  store<u8>(m.SEEN + thread, 1);
  if (exits) store<i32>(m.PENDING + (thread << 2), row);
  owner = row;
  return lineFeed(first) + 1;
}

/** Another event of its thread comes before the exit of this row. */
function abandon(row: i32): void {
  store<i32>(m.PENDING + (thread << 2), -1);
  store<f64>(m.DURATION + (row << 3), max<f64>(0, now - load<f64>(m.START + (row << 3))));
  store<u8>(m.FLAGS + row, load<u8>(m.FLAGS + row) | FLAG_UNFINISHED);
}

/** The row of a call of which only the exit was seen. */
function unentered(call: usize): i32 {
  const row = rows++;
  const kind = n.kindOf(call);
  store<f64>(m.START + (row << 3), now);
  store<f64>(m.DURATION + (row << 3), 0);
  store<i32>(m.THREAD + (row << 2), thread);
  store<i32>(m.DESCRIPTOR + (row << 2), NO_DESCRIPTOR);
  store<u16>(m.CALL + (row << 1), n.callOf(call));
  store<u16>(m.CPU + (row << 1), NO_CPU);
  store<u8>(m.KIND + row, kind >= 0 ? kind : n.firstOf(call) == FIRST_DESCRIPTOR ? UNKNOWN : 0);
  store<u8>(m.FLAGS + row, FLAG_ENTRY_UNSEEN);
  return row;
}

/** `59 = 0` */
// @inline
function readExit(p: usize): usize {
  const call = n.numberAt(p);
  if (call == 0 || (load<u32>(n.numberEnd) & 0xffffff) != 0x203d20 /* = */) return 0;
  const behind = readReturned(n.numberEnd + 3);
  if (behind == 0) return 0;
  let row = load<i32>(m.PENDING + (thread << 2));
  if (row >= 0 && load<u16>(m.CALL + (row << 1)) == n.callOf(call)) {
    store<i32>(m.PENDING + (thread << 2), -1);
    store<f64>(m.DURATION + (row << 3), max<f64>(0, now - load<f64>(m.START + (row << 3))));
  } else {
    // Its entry was lost; where it may lie before the chunk, JavaScript knows what to do.
    if (rows == m.capacity || load<u8>(m.SEEN + thread) == 0) return 0;
    if (row >= 0) abandon(row);
    row = unentered(call);
  }
  store<i32>(m.RESULT + (row << 2), result);
  store<u8>(m.ERRNO + row, errno);
  if (flags != 0) store<u8>(m.FLAGS + row, load<u8>(m.FLAGS + row) | flags);
  sawExits = true;
  owner = row;
  return lineFeed(behind) + 1;
}
