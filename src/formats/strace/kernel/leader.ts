/**
 * What stands before the call: `1234  1700000000.123456 `, `[pid  1234] 12:00:00.123456 `, `     0.000123 `. The same as
 * LeaderReader in formats/strace/leader-reader.ts, which reads all shapes.
 */
import { isDigit, sixDigits, twoDigits } from '../../../lib/kernel/digits';

/** Clocks, by how the lines show the time; NONE: no line has shown one yet. */
const EPOCH: i32 = 1;
const DAY: i32 = 2;
const RELATIVE: i32 = 3;

/** As in trace/day-clock.ts. */
const SET_BACK_NS: f64 = 1e9;
/** A time of day that differs by less from `daySecond` is of the same day; midnight is told by JavaScript. */
const SAME_DAY: i32 = 3600;

let clock: i32 = 0;
/** Epoch: seconds that time 0 stands for. Day: ns of the second `daySecond`. */
let base: f64 = 0;
let daySecond: i32 = 0;
/** Epoch: the ten digits of the last line, and their ns. */
let digits0: u64 = 0;
let digits8: u32 = 0;
let secondNs: f64 = 0;

/** The first eight bytes of a line, its tid and the space behind it among them, this tid and how long both are. */
let head: u64 = 0;
let headTid: i32 = 0;
let headLength: usize = 0;

/** tid of the line, -1 when it names none. */
export let tid: i32 = 0;
/** Moment of the last line that was read, ns; of the current one. */
export let now: f64 = 0;
export let lineNow: f64 = 0;

export function setClock(kind: i32, origin: f64, second: i32): void {
  if (clock != kind || base != origin) digits0 = 0;
  clock = kind;
  base = origin;
  daySecond = second;
}

export function setNow(ns: f64): void {
  now = ns;
}
export function lastNsOf(): f64 {
  return now;
}
/** The line whose leader was read is a record. */
// @inline
export function tick(): void {
  now = lineNow;
}

/** Position of the call of the line at `start`, 0 when the line begins in another way. */
// @inline
export function readLeader(start: usize): usize {
  let p = start + headLength;
  // Nearly always the line of a thread that the line before was of, too.
  if (load<u64>(start) == head) tid = headTid;
  else {
    p = readHead(start);
    if (p == 0) return 0;
  }
  p = readSeconds(p);
  if (p == 0 || load<u8>(p) != 46 /* . */ || load<u8>(p, 7) != 32) return 0;
  const microseconds = sixDigits(p + 1);
  if (microseconds < 0) return 0;
  lineNow += <f64>(microseconds * 1000);
  // A clock that goes back is told by the reader that knows the lines' numbers.
  return lineNow < now - SET_BACK_NS ? 0 : p + 8;
}

/** Behind the tid of the line at `start` and the spaces there; sets `tid`. 0 when the line begins in another way. */
function readHead(start: usize): usize {
  let p = start;
  let c: i32 = load<u8>(p);
  while (c == 32) c = load<u8>(++p);
  let number = 0;
  if (c == 91 /* [ */) {
    if (load<u32>(p) != 0x6469705b || load<u8>(p, 4) != 32 /* [pid */) return 0;
    p += 5;
    while ((c = load<u8>(p)) == 32) p++;
    const first = p;
    for (; isDigit(c); c = load<u8>(++p)) number = number * 10 + (c - 48);
    if (c != 93 || p == first || p > first + 8) return 0;
    tid = number;
    p++;
    while (load<u8>(p) == 32) p++;
  } else {
    const first = p;
    for (; isDigit(c) && p < first + 8; c = load<u8>(++p)) number = number * 10 + (c - 48);
    if (p == first) return 0;
    if (c == 32) {
      tid = number;
      do p++;
      while (load<u8>(p) == 32);
      if (p <= start + 8) {
        head = load<u64>(start);
        headTid = tid;
        headLength = p - start;
      }
    } else {
      // No tid: what was read begins the time.
      tid = -1;
      p = first;
    }
  }
  return p;
}

/** Seconds at `p` into `lineNow`; gives the position behind them, 0 when they have another shape. */
// @inline
function readSeconds(p: usize): usize {
  if (clock == EPOCH) {
    if ((load<u64>(p) != digits0 || <u32>load<u16>(p, 8) != digits8) && !readEpoch(p)) return 0;
    lineNow = secondNs;
    return p + 10;
  }
  if (clock == DAY) {
    if (load<u8>(p, 2) != 58 || load<u8>(p, 5) != 58 /* : */) return 0;
    // Negative where one of them is no number.
    const second = twoDigits(p) * 3600 + twoDigits(p + 3) * 60 + twoDigits(p + 6);
    const seconds = second - daySecond;
    if (second < 0 || seconds >= SAME_DAY || seconds <= -SAME_DAY) return 0;
    lineNow = base + <f64>seconds * 1e9;
    return p + 8;
  }
  if (clock != RELATIVE) return 0;
  let seconds = 0;
  let q = p;
  for (; q < p + 7 && isDigit(load<u8>(q)); q++) seconds = seconds * 10 + (load<u8>(q) - 48);
  if (q == p) return 0;
  lineNow = now + <f64>seconds * 1e9;
  return q;
}

function readEpoch(p: usize): bool {
  // Ten digits without a zero in front are an epoch's from 2001 on.
  if (load<u8>(p) == 48) return false;
  let seconds: f64 = 0;
  for (let i = 0; i < 10; i++) {
    const c: i32 = load<u8>(p + i);
    if (!isDigit(c)) return false;
    seconds = seconds * 10 + <f64>(c - 48);
  }
  digits0 = load<u64>(p);
  digits8 = load<u16>(p, 8);
  secondNs = (seconds - base) * 1e9;
  return true;
}
