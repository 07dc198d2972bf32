/**
 * The usual lines of perf script text into columns, with SIMD: what formats/perf/calls.ts does with entries and exits of
 * raw_syscalls, and formats/perf/switches.ts with sched_switch; events that tell nothing here are counted, and call chains that are like one
 * before told by number. A line of any other shape, or one that meets anything unusual (an unknown number, a new thread or name, a call that
 * makes or ends threads), changes nothing here and is left to the JavaScript reader. Compiled by AssemblyScript, https://www.assemblyscript.org/, by scripts/build-wasm.js.
 */
import { beginRows, enterRow, exitRow } from '../../../lib/kernel/call-rows';
import { FIRST_DESCRIPTOR } from '../../../lib/kernel/codes';
import { PLAIN, firstOf, ruleOf } from '../../../lib/kernel/call-table';
import { errno, flags, readReturned, result } from '../../../lib/kernel/kernel-result';
import { lineFeed } from '../../../lib/kernel/line-feed';
import * as m from '../../../lib/kernel/memory';
import { beginOwned, hasRoom, own } from '../../../lib/kernel/chain-store';
import { beginSwitches } from '../../../lib/kernel/switch-columns';
import { chainLines, chainNumber, readChain } from './chains';
import { cpu, now, readHead, thread } from './head';
import * as n from './numbers';
import { readSwitch } from './switches';

export { hasDurations, rowsOf, setExits } from '../../../lib/kernel/call-rows';
export { addNumber, forgetNumbers } from '../../../lib/kernel/call-table';
export { LONGEST_CHAIN, OWNER_CHAINS, OWNER_ROWS, addChain, forgetChains } from '../../../lib/kernel/chain-store';
export { newChain, ownedOf } from '../../../lib/kernel/chain-store';
export { PENDING, SEEN, TEXT, THREADS, WINDOW, layOut } from '../../../lib/kernel/memory';
export { NEW_HEAD, addStranger, forget, setHead } from './head';
export { NEW_NAME, SWITCH_CPU, SWITCH_NAME, SWITCH_NEXT, SWITCH_PREVIOUS } from '../../../lib/kernel/switch-columns';
export { SWITCH_STATE, SWITCH_TIME, addName, forgetNames, switchesOf } from '../../../lib/kernel/switch-columns';
export { setOneId } from './switches';

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

let lines: i32 = 0;
let notices: i32 = 0;
let owner: i32 = NO_OWNER;
let lastNs: f64 = 0;

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

/**
 * Reads the lines of the text [from, to), which ends with a line feed, up to the first unusual one; gives where that begins,
 * `to` when there is none. `rowsBefore`, `latest`: rows so far, latest moment of a record.
 */
export function run(from: i32, to: i32, rowsBefore: i32, latest: f64): i32 {
  const end = m.TEXT + to;
  beginRows(rowsBefore);
  lastNs = latest;
  lines = 0;
  notices = 0;
  beginSwitches();
  beginOwned();
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
  const next = hasRoom() ? readChain(start, end) : 0;
  if (next == 0) return 0;
  lines += chainLines;
  if (owner >= 0 && chainNumber >= 0) own(owner, chainNumber);
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
  const first = n.numberEnd + 2;
  if (ruleOf(call) != PLAIN) n.readArguments(call, first);
  const row = enterRow(call, thread, cpu, now, firstOf(call) == FIRST_DESCRIPTOR ? n.hexAt(first) : 0);
  if (row < 0) return 0;
  owner = row;
  return lineFeed(first) + 1;
}

/** `59 = 0` */
// @inline
function readExit(p: usize): usize {
  const call = n.numberAt(p);
  if (call == 0 || (load<u32>(n.numberEnd) & 0xffffff) != 0x203d20 /* = */) return 0;
  const behind = readReturned(n.numberEnd + 3);
  if (behind == 0) return 0;
  const row = exitRow(call, thread, now, result, errno, flags);
  if (row < 0) return 0;
  owner = row;
  return lineFeed(behind) + 1;
}
