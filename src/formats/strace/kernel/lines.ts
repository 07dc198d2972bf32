/**
 * The usual lines of strace text into columns, with SIMD: what formats/strace/calls.ts does, for the shapes that nearly all
 * lines have. A line of any other shape, or one that meets anything unusual (an unknown name, a new thread, a call that is
 * open where none should be), changes nothing here and is left to the JavaScript reader. Compiled by AssemblyScript,
 * https://www.assemblyscript.org/, by scripts/build-wasm.js. Functions marked `@inline` have no call of their own: 20 % faster.
 */
import * as args from './arguments';
import {
  CWD,
  DEVICE,
  DIRECTORY,
  ERRNO_UNKNOWN,
  FILE,
  FIRST_DESCRIPTOR,
  FIRST_OTHER,
  FIRST_UNKNOWN,
  NO_DESCRIPTOR,
  OTHER,
  ROLE_EPOLL_CTL,
  ROLE_FCNTL,
  ROLE_FUTEX,
  ROLE_OPEN,
  ROLE_PID,
  ROLE_TID,
  ROLE_TIMEOUT,
  ROLE_TIMEOUT_MASK,
  TCP,
  UNKNOWN,
  VARIANT_DIRECTORY,
} from '../../../lib/kernel/codes';
import { decorationKind, sideFlag } from './descriptors';
import { isDigit } from '../../../lib/kernel/digits';
import { lineNow, now, readLeader, setNow, tick, tid } from './leader';
import { lineFeed } from '../../../lib/kernel/line-feed';
import * as m from '../../../lib/kernel/memory';
import { RETURNED, UNUSUAL, argsEnd, durationNs, errno, flags, readOutcome, result, returnedKind } from './outcome';
import { findCall, firstOf, kindOf, lengthTo, numberOf, roleOf } from '../../../lib/kernel/words';

export { NEW_WORD, addCall, addError, forgetCalls } from '../../../lib/kernel/words';
export {
  PENDING,
  SEEN,
  TEXT,
  THREADS,
  WINDOW,
  forgetThreads,
  layOut,
  setThread,
  setTold,
} from '../../../lib/kernel/memory';
export { lastNsOf, setClock } from './leader';

const NO_STACK: i32 = -1;

let rows: i32 = 0;
let lines: i32 = 0;
/** Row that a stack below the last line belongs to. */
let owner: i32 = NO_STACK;
let sawDurations: bool = false;
/** 1: lines name their threads; 0: they do not. */
let named: i32 = -1;
/** Thread of lines that name none. */
let unnamedThread: i32 = -1;

export function rowsOf(): i32 {
  return rows;
}
export function linesOf(): i32 {
  return lines;
}
export function ownerOf(): i32 {
  return owner;
}
export function hasDurations(): bool {
  return sawDurations;
}
export function setNaming(lineIsNamed: i32, thread: i32): void {
  named = lineIsNamed;
  unnamedThread = thread;
}

/**
 * Reads the lines of the text [from, to), which ends with a line feed, up to the first unusual one; gives where that begins,
 * `to` when there is none. `rowsBefore`, `nowNs`: rows so far, moment of the last record.
 */
export function run(from: i32, to: i32, rowsBefore: i32, nowNs: f64): i32 {
  const end = m.TEXT + to;
  rows = rowsBefore;
  setNow(nowNs);
  lines = 0;
  sawDurations = false;
  let p = m.TEXT + from;
  while (p < end) {
    const next = readLine(p);
    if (next == 0) break;
    lines++;
    p = next;
  }
  return <i32>(p - m.TEXT);
}

/** Reads the line at `start`; gives where the next begins, 0 when this one is unusual. */
// @inline
function readLine(start: usize): usize {
  const p = readLeader(start);
  if (p == 0) return 0;
  if (named != (tid >= 0 ? 1 : 0)) return 0;
  const thread = tid < 0 ? unnamedThread : m.threadOf(tid);
  if (thread < 0) return 0;
  const c: i32 = load<u8>(p);
  if (<u32>(c - 97) < 26) return readCall(p, thread);
  return load<u32>(p) == 0x2e2e2e3c && load<u8>(p, 4) == 32 /* <... */ ? readResumed(p + 5, thread) : 0;
}

// @inline
function readCall(nameAt: usize, thread: i32): usize {
  const length = lengthTo(nameAt, 40 /* ( */);
  if (length < 0) return 0;
  const call = findCall(nameAt, length);
  if (call == 0) return 0;
  const role = roleOf(call);
  if (tells(role, thread) || rows == m.capacity || load<i32>(m.PENDING + (thread << 2)) >= 0) return 0;
  const argsStart = nameAt + length + 1;
  let p = argsStart;
  let kind = 0;
  let side = 0;
  let descriptor = NO_DESCRIPTOR;
  const first = firstOf(call);
  if (first != FIRST_OTHER) {
    let c: i32 = load<u8>(p);
    if (isDigit(c)) {
      descriptor = 0;
      do {
        descriptor = descriptor * 10 + (c - 48);
        c = load<u8>(++p);
      } while (isDigit(c));
      kind = UNKNOWN;
      if (c == 60 /* < */) {
        kind = decorationKind(p + 1);
        if (kind == TCP) side = sideFlag(p + 1);
      } else if (c == 120 || descriptor < 0) return 0; // 0x: raw arguments
      // What the program writes to the terminal may stand in the middle of this line.
      if (<u32>(descriptor - 1) < 2 && (kind == UNKNOWN || kind == DEVICE) && load<u32>(nameAt) == 0x74697277) return 0;
      if (first == FIRST_UNKNOWN && (kind == UNKNOWN || kind == OTHER)) {
        kind = 0;
        descriptor = NO_DESCRIPTOR;
      }
    } else if (first == FIRST_DESCRIPTOR) {
      if (c == 45 /* -100 */) return 0;
      kind = load<u64>(p) == 0x44574344465f5441 /* AT_FDCWD */ ? CWD : UNKNOWN;
    }
  }
  if (kindOf(call) >= 0) kind = kindOf(call);
  const feed = lineFeed(p);
  if (load<u8>(feed - 1) == 13) return 0;
  const state = readOutcome(argsStart, feed);
  if (state == UNUSUAL) return 0;
  let variant = 0;
  if (role != 0 && role <= ROLE_OPEN) {
    variant = variantOf(role, argsStart, argsEnd);
    if (variant == args.UNTOLD) return 0;
    if (role == ROLE_OPEN) {
      kind = variant == VARIANT_DIRECTORY ? DIRECTORY : FILE;
      if (state == RETURNED && errno == 0) kind = refined(kind, returnedKind);
    }
  }
  tick();
  const row = rows++;
  store<f64>(m.START + (row << 3), lineNow);
  store<i32>(m.THREAD + (row << 2), thread);
  store<i32>(m.DESCRIPTOR + (row << 2), descriptor);
  store<u16>(m.CALL + (row << 1), numberOf(call));
  store<u8>(m.KIND + row, kind);
  store<u8>(m.VARIANT + row, variant);
  store<u8>(m.FLAGS + row, side);
  store<u8>(m.SEEN + thread, 1);
  if (state == RETURNED) {
    storeOutcome(row, durationNs);
    owner = row;
  } else {
    store<f64>(m.DURATION + (row << 3), NaN);
    store<i32>(m.RESULT + (row << 2), 0);
    store<u8>(m.ERRNO + row, ERRNO_UNKNOWN);
    store<i32>(m.PENDING + (thread << 2), row);
    owner = NO_STACK;
  }
  return feed + 1;
}

function readResumed(nameAt: usize, thread: i32): usize {
  const length = lengthTo(nameAt, 32);
  if (length <= 0) return 0;
  const nameEnd = nameAt + length;
  if (load<u64>(nameEnd) != 0x64656d7573657220 || load<u8>(nameEnd, 8) != 62 /* ' resumed>' */) return 0;
  const call = findCall(nameAt, length);
  if (call == 0) return 0;
  const role = roleOf(call);
  const row = load<i32>(m.PENDING + (thread << 2));
  if (tells(role, thread) || row < 0 || load<u16>(m.CALL + (row << 1)) != numberOf(call)) return 0;
  const argsStart = nameEnd + 9;
  const feed = lineFeed(argsStart);
  if (load<u8>(feed - 1) == 13 || readOutcome(argsStart, feed) != RETURNED) return 0;
  if (role == ROLE_TIMEOUT || role == ROLE_TIMEOUT_MASK) {
    const variant = variantOf(role, argsStart, argsEnd);
    if (variant == args.UNTOLD) return 0;
    if (variant != 0) store<u8>(m.VARIANT + row, variant);
  } else if (role == ROLE_OPEN && errno == 0) {
    store<u8>(m.KIND + row, refined(load<u8>(m.KIND + row), returnedKind));
  }
  tick();
  storeOutcome(row, durationNs >= 0 ? durationNs : now - load<f64>(m.START + (row << 3)));
  store<i32>(m.PENDING + (thread << 2), -1);
  owner = row;
  return feed + 1;
}

/** Whether a call of the role may tell of threads what is not known yet. */
// @inline
function tells(role: i32, thread: i32): bool {
  return role > ROLE_OPEN && !(role == ROLE_PID && m.isTold(thread)) && !(role == ROLE_TID && tid > 0);
}

// @inline
function storeOutcome(row: i32, duration: f64): void {
  store<f64>(m.DURATION + (row << 3), duration);
  store<i32>(m.RESULT + (row << 2), result);
  store<u8>(m.ERRNO + row, errno);
  if (flags != 0) store<u8>(m.FLAGS + row, load<u8>(m.FLAGS + row) | flags);
  if (durationNs >= 0) sawDurations = true;
}

function variantOf(role: i32, start: usize, end: usize): i32 {
  if (role == ROLE_FUTEX) return args.futexVariant(start, end);
  if (role == ROLE_EPOLL_CTL) return args.epollCtlVariant(start, end);
  if (role == ROLE_FCNTL) return args.fcntlVariant(start, end);
  if (role == ROLE_TIMEOUT) return args.timeoutVariant(start, end);
  if (role == ROLE_TIMEOUT_MASK) return args.maskedTimeoutVariant(start, end);
  return args.openVariant(start, end);
}

/** As refinedKind in trace/call-traits.ts. */
// @inline
function refined(entryKind: i32, exitKind: i32): i32 {
  return exitKind == 0 || entryKind == DIRECTORY ? entryKind : exitKind;
}
