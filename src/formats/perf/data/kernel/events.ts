/**
 * Usual events of ../events.ts to rows: entries and exits of calls that are known, of threads that are, with call chains like one before, and
 * switches of the scheduler. The same as PerfDataParser, to which all others are left. Driven by ../fast-events.ts.
 */
import { beginRows, enterRow, exitRow } from '../../../../lib/kernel/call-rows';
import { PLAIN, applyRule, argumentOf, entryOf, ruleOf } from '../../../../lib/kernel/call-table';
import { beginOwned, chainNumber, findChain, hasRoom, own } from '../../../../lib/kernel/chain-store';
import { NO_CPU } from '../../../../lib/kernel/codes';
import { errno, flags, result, setReturned } from '../../../../lib/kernel/kernel-result';
import * as m from '../../../../lib/kernel/memory';
import { addSwitch, beginSwitches, hasSwitchRoom, numberOfName } from '../../../../lib/kernel/switch-columns';
import { threadOf } from '../../../../lib/kernel/threads';
import { wordAt } from '../../../../lib/kernel/words';

export { hasDurations, rowsOf, setExits } from '../../../../lib/kernel/call-rows';
export { addNumber, forgetNumbers } from '../../../../lib/kernel/call-table';
export { LONGEST_CHAIN, OWNER_CHAINS, OWNER_ROWS, addChain, forgetChains } from '../../../../lib/kernel/chain-store';
export { newChain, ownedOf } from '../../../../lib/kernel/chain-store';
export { PENDING, SEEN, TEXT, THREADS, WINDOW, layOut } from '../../../../lib/kernel/memory';
export { NEW_NAME, SWITCH_CPU, SWITCH_NAME, SWITCH_NEXT, SWITCH_PREVIOUS } from '../../../../lib/kernel/switch-columns';
export { SWITCH_STATE, SWITCH_TIME, addName, forgetNames, switchesOf } from '../../../../lib/kernel/switch-columns';
export { forgetThreads, setThread } from '../../../../lib/kernel/threads';

/** Kinds, and where fields stand, bytes: ../events.ts. */
const RAW_ENTER: i32 = 1;
const RAW_EXIT: i32 = 2;
const NAMED_ENTER: i32 = 3;
const NAMED_EXIT: i32 = 4;
const SWITCH: i32 = 5;
const HEAD: usize = 24;
const TID: usize = 4;
const PID: usize = 8;
const CPU: usize = 12;
const TIME: usize = 16;
const CALL: usize = 24;
const CHAIN: usize = 28;
const ARGS: usize = 32;
const RETURNED: usize = 32;
const ENTER: usize = 56;
const EXIT: usize = 40;
const PREVIOUS: usize = 24;
const STATE: usize = 28;
const NEXT: usize = 32;
const NEXT_NAME: usize = 40;
const LONGEST_NAME: i32 = 15;

let lines: i32 = 0;
let lastNs: f64 = 0;
/** Calls are told by number, not by name. */
let raw: bool = true;

export function linesOf(): i32 {
  return lines;
}
export function lastNsOf(): f64 {
  return lastNs;
}
export function setRaw(numbered: bool): void {
  raw = numbered;
}

/** Reads the events [from, to) of TEXT up to the first that is unusual, or not whole; gives where that begins. */
export function run(from: i32, to: i32, rowsBefore: i32, latest: f64): i32 {
  const end = m.TEXT + to;
  beginRows(rowsBefore);
  beginSwitches();
  beginOwned();
  lastNs = latest;
  lines = 0;
  let p = m.TEXT + from;
  while (p + HEAD <= end) {
    const head = load<i32>(p);
    const next = p + ((<usize>(head >>> 8)) << 2);
    if (next > end || !readEvent(p, head & 0xff)) break;
    const now = load<f64>(p, TIME);
    if (now > lastNs) lastNs = now;
    lines++;
    p = next;
  }
  return <i32>(p - m.TEXT);
}

// @inline
function readEvent(p: usize, kind: i32): bool {
  if (kind == (raw ? RAW_ENTER : NAMED_ENTER)) return readEnter(p);
  if (kind == (raw ? RAW_EXIT : NAMED_EXIT)) return readExit(p);
  return kind == SWITCH && readSwitch(p);
}

// @inline
function readEnter(p: usize): bool {
  const call = entryOf(load<i32>(p, CALL));
  const thread = threadOf(load<i32>(p, TID));
  if (call == 0 || thread < 0 || !knowsChain(p, ENTER)) return false;
  const first = load<i32>(p, ARGS);
  if (ruleOf(call) != PLAIN) applyRule(call, load<i32>(p + (argumentOf(call) << 2), ARGS), first);
  const row = enterRow(call, thread, cpuAt(p), load<f64>(p, TIME), first);
  if (row < 0) return false;
  give(p, row);
  return true;
}

// @inline
function readExit(p: usize): bool {
  const call = entryOf(load<i32>(p, CALL));
  const thread = threadOf(load<i32>(p, TID));
  if (call == 0 || thread < 0 || !knowsChain(p, EXIT)) return false;
  setReturned(load<f64>(p, RETURNED));
  const row = exitRow(call, thread, load<f64>(p, TIME), result, errno, flags);
  if (row < 0) return false;
  give(p, row);
  return true;
}

/** The row has the chain of the event at `p`, if that is any. */
// @inline
function give(p: usize, row: i32): void {
  if (load<i32>(p, CHAIN) > 0 && chainNumber >= 0) own(row, chainNumber);
}

/** Whether the chain of the event at `p`, behind `size` bytes, is known, or there is none. */
// @inline
function knowsChain(p: usize, size: usize): bool {
  const frames = load<i32>(p, CHAIN);
  return frames <= 0 || (hasRoom() && findChain(p + size, frames << 3, load<i32>(p, PID)));
}

// @inline
function cpuAt(p: usize): i32 {
  const cpu = load<i32>(p, CPU);
  return cpu < 0 ? NO_CPU : cpu;
}

// @inline
function readSwitch(p: usize): bool {
  if (!hasSwitchRoom()) return false;
  const ends = i8x16.bitmask(i8x16.eq(v128.load(p, NEXT_NAME), i8x16.splat(0)));
  const length = ends == 0 ? LONGEST_NAME + 1 : <i32>ctz(ends);
  if (length == 0 || length > LONGEST_NAME) return false;
  const name = numberOfName(wordAt(p + NEXT_NAME, length));
  if (name < 0) return false;
  addSwitch(load<f64>(p, TIME), cpuAt(p), load<i32>(p, PREVIOUS), load<i32>(p, STATE), load<i32>(p, NEXT), name);
  return true;
}
