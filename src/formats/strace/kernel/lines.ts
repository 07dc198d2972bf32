/**
 * The usual lines of strace text into columns, with SIMD: what formats/strace/calls.ts does, for the shapes that nearly all
 * lines have. A line of any other shape, or one that meets anything unusual (an unknown name, a new thread, a call that is
 * open where none should be), changes nothing here and is left to the JavaScript reader. Compiled by AssemblyScript,
 * https://www.assemblyscript.org/, by scripts/build-wasm.js. Functions marked `@inline` have no call of their own: 20 % faster.
 */
import * as args from './arguments';
import {
  AT_FDCWD,
  CWD,
  DIRECTORY,
  ERRNO_UNKNOWN,
  FILE,
  FIRST_DESCRIPTOR,
  FIRST_OTHER,
  FIRST_UNKNOWN,
  FLAG_RESTARTED,
  FLAG_UNFINISHED,
  NO_DESCRIPTOR,
  OTHER,
  ROLE_CLONE,
  ROLE_EXEC,
  ROLE_EXIT,
  ROLE_FORK,
  ROLE_OPEN,
  ROLE_PAIR,
  ROLE_PID,
  ROLE_PRCTL,
  ROLE_RESTART,
  ROLE_SOCKET,
  ROLE_SOCKET_PAIR,
  ROLE_TID,
  ROLE_TIMEOUT,
  ROLE_TIMEOUT_MASK,
  TCP,
  UNKNOWN,
  VARIANT_DIRECTORY,
} from '../../../lib/kernel/codes';
import { ESCAPED, decorationKind, sideFlag } from './descriptors';
import { hasComment, isOutput, variantOf } from './details';
import { isDigit } from '../../../lib/kernel/digits';
import * as calls from './calls';
import * as events from './events';
import { lineNow, now, readLeader, setNow, tick, tid } from './leader';
import { lineFeed } from '../../../lib/kernel/line-feed';
import * as m from '../../../lib/kernel/memory';
import { NO_NUMBER, numberAt } from './numbers';
import { NEVER, RETURNED, UNUSUAL } from './outcome';
import { argsEnd, durationNs, errno, flags, readOutcome, result, returnedKind, setResult } from './outcome';
import * as threads from '../../../lib/kernel/threads';
import { callAt, callEnd, firstOf, kindOf, numberOf, roleOf } from '../../../lib/kernel/words';

export { NEW_WORD, addCall, addError, forgetCalls, forgetNumbers } from '../../../lib/kernel/words';
export { PENDING, SEEN, TEXT, THREADS, WINDOW, layOut } from '../../../lib/kernel/memory';
export { forgetThreads, setThread, setTold } from '../../../lib/kernel/threads';
export { lastNsOf, setClock } from './leader';
export { EVENTS, eventsOf } from './events';
export { setCalls, setExit } from './calls';

const NO_STACK: i32 = -1;
/** Instead of a row: the last exit whose entry the text does not have. */
const ORPHAN: i32 = -2;

let rows: i32 = 0;
let lines: i32 = 0;
let notices: i32 = 0;
/** Row that a stack below the last line belongs to. */
let owner: i32 = NO_STACK;
let sawDurations: bool = false;
/** 1: lines name their threads; 0: they do not. */
let named: i32 = -1;
/** Thread of lines that name none. */
let unnamedThread: i32 = -1;
/** A new thread is this one, where it may be made here. */
let nextThread: i32 = 0;
let newThreads: bool = false;

export function rowsOf(): i32 {
  return rows;
}
export function linesOf(): i32 {
  return lines;
}
export function ownerOf(): i32 {
  return owner;
}
/** Lines that are no calls. */
export function noticesOf(): i32 {
  return notices;
}
export function hasDurations(): bool {
  return sawDurations;
}
export function setNaming(lineIsNamed: i32, thread: i32): void {
  named = lineIsNamed;
  unnamedThread = thread;
}

/** From now on the next thread is this one; `mayBegin`: lines of tids that are not known are of new ones. */
export function setThreads(count: i32, mayBegin: bool): void {
  nextThread = count;
  newThreads = mayBegin;
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
  notices = 0;
  sawDurations = false;
  events.forgetEvents();
  let p = m.TEXT + from;
  while (p < end && events.isRoom()) {
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
  const c: i32 = load<u8>(p);
  if (c == 45 /* - */) return load<u32>(p) == 0x202d2d2d /* --- */ ? readNotice(p) : 0;
  const thread = tid < 0 ? unnamedThread : threadOfLine();
  if (thread < 0) return 0;
  if (<u32>(c - 97) < 26 || c == 95) return readCall(p, thread);
  if (c == 43 /* + */) return load<u32>(p) == 0x202b2b2b /* +++ */ ? readEnd(p, thread) : 0;
  return load<u32>(p) == 0x2e2e2e3c && load<u8>(p, 4) == 32 /* <... */ ? readResumed(p + 5, thread) : 0;
}

/** Thread of the line's tid, the next one where it is new; -1 when only the driver can tell. */
// @inline
function threadOfLine(): i32 {
  const thread = threads.threadOf(tid);
  return thread >= 0 || !newThreads || nextThread >= m.THREADS ? thread : nextThread;
}

/** The line is used, and of this thread. */
// @inline
function use(thread: i32): void {
  tick();
  if (thread == nextThread) begin(thread);
}

function begin(thread: i32): void {
  nextThread++;
  threads.setThread(tid, thread);
  events.note(now, events.BEGINS, thread, tid);
}

/** `--- SIGCHLD {...} ---` */
function readNotice(p: usize): usize {
  tick();
  notices++;
  owner = NO_STACK;
  return lineFeed(p) + 1;
}

/** `+++ exited with 0 +++`, `+++ killed by SIGKILL +++` */
function readEnd(p: usize, thread: i32): usize {
  // `+++ superseded by execve in pid 12 +++` is no end.
  if (load<u8>(p, 4) == 115) return 0;
  const row = load<i32>(m.PENDING + (thread << 2));
  if (row >= 0) {
    const exit = calls.exitOf(load<u16>(m.CALL + (row << 1)));
    if (exit == calls.UNTOLD_EXIT) return 0;
    store<i32>(m.PENDING + (thread << 2), -1);
    store<f64>(m.DURATION + (row << 3), lineNow - load<f64>(m.START + (row << 3)));
    if (exit == calls.IS_NONE) store<u8>(m.FLAGS + row, load<u8>(m.FLAGS + row) | FLAG_UNFINISHED);
  }
  use(thread);
  events.note(now, events.ENDS, thread, tid);
  if (tid < 0) unnamedThread = -1;
  else threads.setThread(tid, -1);
  notices++;
  owner = NO_STACK;
  return lineFeed(p) + 1;
}

// @inline
function readCall(nameAt: usize, thread: i32): usize {
  const call = callAt(nameAt, 40 /* ( */);
  if (call == 0) return 0;
  const role = roleOf(call);
  if (rows == m.capacity || load<i32>(m.PENDING + (thread << 2)) >= 0 || (role == ROLE_TID && tid <= 0)) return 0;
  const argsStart = callEnd + 1;
  let p = argsStart;
  let kind = 0;
  let flag = 0;
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
      if (c == 60 /* < */) {
        kind = decorationKind(p + 1);
        if (kind == ESCAPED) return 0;
        if (kind == TCP) flag = sideFlag(p + 1);
      } else {
        kind = UNKNOWN;
        // 0x1c: an address, or a raw argument.
        if (c == 120) {
          const number = numberAt(argsStart);
          if (number == NO_NUMBER) return 0;
          descriptor = <i32>number;
        }
        if (descriptor < 0) {
          if (descriptor == AT_FDCWD) kind = CWD;
          descriptor = NO_DESCRIPTOR;
        }
      }
      if (first == FIRST_UNKNOWN && (kind == UNKNOWN || kind == OTHER)) {
        kind = 0;
        descriptor = NO_DESCRIPTOR;
      }
    } else if (first == FIRST_DESCRIPTOR) {
      const isCwd = load<u64>(p) == 0x44574344465f5441 /* AT_FDCWD */ || load<u32>(p) == 0x3030312d; /* -100 */
      kind = isCwd ? CWD : UNKNOWN;
    }
  }
  if (kindOf(call) >= 0) kind = kindOf(call);
  const feed = lineFeed(p);
  const state = readOutcome(argsStart, lineEnd(feed));
  if (state == UNUSUAL) return 0;
  if (role > ROLE_OPEN && hasComment(role, feed)) return 0;
  // What the program writes to where strace does may stand in the middle of this line.
  if (<u32>(descriptor - 1) < 2 && state == RETURNED && isOutput(argsStart, feed)) return 0;
  let variant = 0;
  if (role != 0) {
    if (role <= ROLE_OPEN) {
      variant = variantOf(role, argsStart, argsEnd);
      if (role == ROLE_OPEN) {
        kind = variant == VARIANT_DIRECTORY ? DIRECTORY : FILE;
        if (state == RETURNED && errno == 0) kind = refined(kind, returnedKind);
      }
    } else if (role == ROLE_CLONE)
      variant = args.cloneVariant(argsStart, argsEnd, load<u8>(argsStart - 2) == 51 /* 3 */);
    else if (role == ROLE_RESTART) flag |= FLAG_RESTARTED;
    else if (role == ROLE_SOCKET || role == ROLE_SOCKET_PAIR) {
      kind = args.socketKind(argsStart, feed);
      if (kind == args.UNTOLD) return 0;
    }
    if (role >= ROLE_PAIR && state == RETURNED && !takesPair(argsStart)) return 0;
    if (variant == args.UNTOLD) return 0;
  }
  use(thread);
  const row = rows++;
  store<f64>(m.START + (row << 3), now);
  store<i32>(m.THREAD + (row << 2), thread);
  store<i32>(m.DESCRIPTOR + (row << 2), descriptor);
  store<u16>(m.CALL + (row << 1), calls.called(call, nameAt, argsStart - 1));
  store<u8>(m.KIND + row, kind);
  store<u8>(m.VARIANT + row, variant);
  store<u8>(m.FLAGS + row, flag);
  store<u8>(m.SEEN + thread, 1);
  if (state == RETURNED) {
    storeOutcome(row, durationNs);
    owner = row;
  } else {
    store<f64>(m.DURATION + (row << 3), NaN);
    store<i32>(m.RESULT + (row << 2), 0);
    store<u8>(m.ERRNO + row, ERRNO_UNKNOWN);
    store<i32>(m.PENDING + (thread << 2), row);
    owner = state == NEVER ? row : NO_STACK;
  }
  if (role > ROLE_OPEN) {
    noteEntry(role, row, thread, argsStart, state);
    if (state == RETURNED) noteExit(role, row, thread);
  }
  return feed + 1;
}

function readResumed(nameAt: usize, thread: i32): usize {
  const call = callAt(nameAt, 32);
  if (call == 0) return 0;
  const nameEnd = callEnd;
  if (load<u64>(nameEnd) != 0x64656d7573657220 || load<u8>(nameEnd, 8) != 62 /* ' resumed>' */) return 0;
  const role = roleOf(call);
  const row = load<i32>(m.PENDING + (thread << 2));
  if (role == ROLE_TID && tid <= 0) return 0;
  if (row < 0 ? load<u8>(m.SEEN + thread) != 0 : load<u16>(m.CALL + (row << 1)) != numberOf(call)) return 0;
  const argsStart = nameEnd + 9;
  const feed = lineFeed(argsStart);
  const state = readOutcome(argsStart, lineEnd(feed));
  if ((state != RETURNED && state != NEVER) || (role > ROLE_OPEN && hasComment(role, feed))) return 0;
  if (role >= ROLE_PAIR && !takesPair(argsStart)) return 0;
  if (row < 0) return orphan(call, nameAt, thread, argsStart, state) ? feed + 1 : 0;
  if (role == ROLE_TIMEOUT || role == ROLE_TIMEOUT_MASK) {
    const variant = variantOf(role, argsStart, argsEnd);
    if (variant == args.UNTOLD) return 0;
    if (variant != 0) store<u8>(m.VARIANT + row, variant);
  } else if (role == ROLE_OPEN && errno == 0) {
    store<u8>(m.KIND + row, refined(load<u8>(m.KIND + row), returnedKind));
  }
  tick();
  storeOutcome(row, durationNs >= 0 ? durationNs : now - load<f64>(m.START + (row << 3)));
  if (state == NEVER && role != ROLE_EXIT) store<u8>(m.FLAGS + row, load<u8>(m.FLAGS + row) | FLAG_UNFINISHED);
  store<i32>(m.PENDING + (thread << 2), -1);
  owner = row;
  if (role > ROLE_OPEN) noteExit(role, row, thread);
  return feed + 1;
}

/** The second half of a call that began before the text, of a thread that nothing was seen of; false when only the driver can tell. */
function orphan(call: usize, nameAt: usize, thread: i32, argsStart: usize, state: i32): bool {
  const role = roleOf(call);
  const isTimeout = role == ROLE_TIMEOUT || role == ROLE_TIMEOUT_MASK;
  const variant = isTimeout ? variantOf(role, argsStart, argsEnd) : 0;
  if (variant == args.UNTOLD) return false;
  use(thread);
  store<u8>(m.SEEN + thread, 1);
  if (durationNs >= 0) sawDurations = true;
  if (role == ROLE_PID) noteExit(role, 0, thread);
  const never = state == NEVER && role != ROLE_EXIT;
  // ' resumed>' stands between the two.
  const number = calls.called(call, nameAt, argsStart - 9);
  events.note(now, events.RESUMES, thread, rows, number, result);
  const kind = role == ROLE_OPEN ? returnedKind : 0;
  events.note(durationNs, events.RESUMED_AS, errno, kind, variant, never ? flags | FLAG_UNFINISHED : flags);
  owner = ORPHAN;
  return true;
}

/** The result is the two descriptors among the arguments, as `resultOf` in formats/strace/call-effects.ts has it; false when only that can tell. */
function takesPair(argsStart: usize): bool {
  if (errno != 0) return true;
  const pair = args.descriptorPair(argsStart, argsEnd);
  setResult(pair);
  return pair != args.UNTOLD;
}

/** Where the line ends whose line feed is at `feed`. */
// @inline
function lineEnd(feed: usize): usize {
  return load<u8>(feed - 1) == 13 ? feed - 1 : feed;
}

/** What the beginning of a call tells of its thread. */
function noteEntry(role: i32, row: i32, thread: i32, argsStart: usize, state: i32): void {
  const from = <i32>(argsStart - m.TEXT);
  const to = <i32>(argsEnd - m.TEXT);
  if (role == ROLE_EXEC) {
    // Whether it succeeds may be known only later.
    if (state != RETURNED || errno == 0 || errno == ERRNO_UNKNOWN)
      events.note(now, events.EXECUTES, thread, row, from, to);
  } else if (role == ROLE_PRCTL) {
    // PR_SET_N AME
    if (load<u64>(argsStart) == 0x4e5f5445535f5250 && (load<u32>(argsStart, 8) & 0xffffff) == 0x454d41)
      events.note(now, events.IS_NAMED, thread, 0, from, to);
  }
}

/** What the return from a call tells of its thread. */
function noteExit(role: i32, row: i32, thread: i32): void {
  if (errno != 0 || result <= 0) return;
  if (role == ROLE_CLONE || role == ROLE_FORK) events.note(now, events.CLONES, thread, row, result);
  else if (role == ROLE_PID && !threads.isTold(thread)) {
    threads.setTold(thread);
    events.note(now, events.IS_OF, thread, result);
  }
}

// @inline
function storeOutcome(row: i32, duration: f64): void {
  store<f64>(m.DURATION + (row << 3), duration);
  store<i32>(m.RESULT + (row << 2), result);
  store<u8>(m.ERRNO + row, errno);
  if (flags != 0) store<u8>(m.FLAGS + row, load<u8>(m.FLAGS + row) | flags);
  if (durationNs >= 0) sawDurations = true;
}

/** As refinedKind in trace/call-traits.ts. */
// @inline
function refined(entryKind: i32, exitKind: i32): i32 {
  return exitKind == 0 || entryKind == DIRECTORY ? entryKind : exitKind;
}
