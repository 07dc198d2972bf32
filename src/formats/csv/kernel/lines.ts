/**
 * The usual records of CSV into columns, with SIMD: what formats/csv/row.ts does, for fields without quotes and spaces, numbers
 * that are not too long, names and threads that it has learnt. Any other record changes nothing here and is left to the JavaScript
 * reader. Compiled by AssemblyScript, https://www.assemblyscript.org/, by scripts/build-wasm.js.
 */
import {
  AT_FDCWD,
  CWD,
  ERRNO_UNKNOWN,
  FIRST_DESCRIPTOR,
  NO_CPU,
  NO_DESCRIPTOR,
  UNKNOWN,
} from '../../../lib/kernel/codes';
import { digitCount, isDigit, shortNumber } from '../../../lib/kernel/digits';
import {
  errno as returnedErrno,
  flags as returnedFlags,
  readReturned,
  result as returned,
} from '../../../lib/kernel/kernel-result';
import * as m from '../../../lib/kernel/memory';
import { threadOf } from '../../../lib/kernel/threads';
import { errorNamed, findCall, firstOf, kindOf, numberOf } from '../../../lib/kernel/words';
import { isNamed } from './names';
import { nanoseconds, readMoment, readTime, seconds } from './times';

export { NEW_WORD, addCall, addError, forgetCalls } from '../../../lib/kernel/words';
export { PENDING, SEEN, TEXT, THREADS, WINDOW, layOut } from '../../../lib/kernel/memory';
export { forgetThreads, setThread } from '../../../lib/kernel/threads';
export { setName } from './names';

const LF: i32 = 10;
const CR: i32 = 13;
const QUOTE: i32 = 34;
const MINUS: i32 = 45;
/** Columns, in the order of formats/csv/layout.ts. */
const TS: i32 = 0;
const PID: i32 = 1;
const TID: i32 = 2;
const CPU: i32 = 3;
const SYSCALL: i32 = 4;
const RET: i32 = 5;
const DUR: i32 = 6;
const COMM: i32 = 7;
const FD: i32 = 8;
const ERRNO: i32 = 9;
const UNUSED: i32 = 31;
/** Columns that are nothing but a number. */
const NUMBERS: i32 = (1 << PID) | (1 << TID) | (1 << CPU) | (1 << FD);
/** What they say in the record, by column. */
const VALUES: usize = memory.data(64, 16);
/** As many fields of a record are looked at. */
const MOST_FIELDS: i32 = 64;
export const COLUMNS: usize = memory.data(MOST_FIELDS);

let fields: i32 = 0;
let delimiter: i32 = 0;
/** Digits of a whole time and of a whole duration that are below a second. */
let startPlaces: i32 = 0;
let durationPlaces: i32 = 0;
let timed: bool = false;
let defaultTid: i32 = 0;
/** Seconds that time 0 stands for; -1 before the first record. */
let base: f64 = -1;

let rows: i32 = 0;
let lines: i32 = 0;
let lastNs: f64 = 0;
let sawDurations: bool = false;

export function rowsOf(): i32 {
  return rows;
}
export function linesOf(): i32 {
  return lines;
}
export function lastNsOf(): f64 {
  return lastNs;
}
export function hasDurations(): bool {
  return sawDurations;
}
/** Fields as at COLUMNS. */
export function setLayout(count: i32, separator: i32, starts: i32, durations: i32, hasTimes: bool, tid: i32): void {
  fields = count;
  delimiter = separator;
  startPlaces = starts;
  durationPlaces = durations;
  timed = hasTimes;
  defaultTid = tid;
}
export function setBase(seconds: f64): void {
  base = seconds;
}

/**
 * Reads the records of the text [from, to), which ends with a line feed, up to the first unusual one; gives where that begins,
 * `to` when there is none. `rowsBefore`, `latest`: rows so far, latest moment of a record.
 */
export function run(from: i32, to: i32, rowsBefore: i32, latest: f64): i32 {
  const end = m.TEXT + to;
  rows = rowsBefore;
  lastNs = latest;
  lines = 0;
  sawDurations = false;
  let p = m.TEXT + from;
  if (base < 0) return from;
  while (p < end) {
    const next = readRecord(p);
    if (next == 0) break;
    lines++;
    p = next;
  }
  return <i32>(p - m.TEXT);
}

/** Where the field at `from` ends. */
// @inline
function fieldEnd(from: usize): usize {
  let p = from;
  let mask = endsAt(p);
  while (mask == 0) mask = endsAt((p += 16));
  return p + ctz(mask);
}

/** Which of the 16 bytes at `p` end a field. */
// @inline
function endsAt(p: usize): i32 {
  const bytes = v128.load(p);
  return i8x16.bitmask(v128.or(i8x16.eq(bytes, i8x16.splat(<i8>delimiter)), i8x16.eq(bytes, i8x16.splat(<i8>LF))));
}

/** The same of the field's text, at most 15 bytes; -1 when it is longer. */
// @inline
function wordLength(p: usize): i32 {
  const mask = endsAt(p) | i8x16.bitmask(i8x16.eq(v128.load(p), i8x16.splat(<i8>CR)));
  return mask == 0 ? -1 : <i32>ctz(mask);
}

let number: i32 = 0;
/** Reads a decimal number of at most eight digits into `number`; gives the position behind it, 0 when there is none. */
// @inline
function readNumber(from: usize): usize {
  const negative = load<u8>(from) == MINUS;
  const first = negative ? from + 1 : from;
  const value = shortNumber(first);
  if (digitCount == 0) return 0;
  number = negative ? -value : value;
  return first + digitCount;
}

// @inline
function valueOf(meaning: i32): i32 {
  return load<i32>(VALUES + (meaning << 2));
}

/** Reads the record at `start`; gives where the next begins, 0 when this one is unusual. */
// @inline
function readRecord(start: usize): usize {
  let p = start;
  let hasStart = false;
  let hasResult = false;
  let now: f64 = 0;
  let length = NaN;
  let call: usize = 0;
  v128.store(VALUES, i64x2.splat(-1));
  store<i32>(VALUES + (FD << 2), NO_DESCRIPTOR);
  let errno = 0;
  let name: usize = 0;
  let nameLength = 0;
  let c = delimiter;
  for (let field = 0; c == delimiter; field++) {
    const meaning: i32 = field < fields ? load<u8>(COLUMNS + field) : UNUSED;
    c = load<u8>(p);
    if (c == QUOTE) return 0;
    if (c != delimiter && c != LF && c != CR) {
      if ((1 << meaning) & NUMBERS) {
        p = readNumber(p);
        if (p == 0) return 0;
        store<i32>(VALUES + (meaning << 2), number);
      } else if (meaning == TS) {
        p = readMoment(p, startPlaces);
        if (p == 0) return 0;
        now = (seconds - base) * 1e9 + nanoseconds;
        hasStart = true;
      } else if (meaning == DUR) {
        p = readTime(p, durationPlaces);
        if (p == 0) return 0;
        length = seconds * 1e9 + nanoseconds;
      } else if (meaning == RET) {
        if (c == 63 /* ? */) p++;
        else {
          p = readReturned(p);
          if (p == 0) return 0;
          hasResult = true;
        }
      } else if (meaning == SYSCALL) {
        const letters = wordLength(p);
        if (letters <= 0) return 0;
        call = findCall(p, letters);
        if (call == 0) return 0;
        p += letters;
      } else if (meaning == COMM) {
        nameLength = wordLength(p);
        if (nameLength <= 0) return 0;
        name = p;
        p += nameLength;
      } else if (meaning == UNUSED) p = fieldEnd(p);
      else if (meaning == ERRNO && !isDigit(c) && c != MINUS) {
        const letters = wordLength(p);
        errno = errorNamed(p, letters);
        if (errno < 0) return 0;
        p += letters;
      } else {
        p = readNumber(p);
        if (p == 0) return 0;
        errno = number <= 0 ? 0 : min(number, ERRNO_UNKNOWN);
      }
      c = load<u8>(p);
    }
    if (c == delimiter) p++;
  }
  if (c == CR) c = load<u8>(++p);
  if (c != LF) return 0;
  const pid = valueOf(PID);
  const tid = valueOf(TID);
  const cpu = valueOf(CPU);
  const fd = valueOf(FD);
  if (!hasStart || call == 0 || rows == m.capacity) return 0;
  const thread = threadOf(tid >= 0 ? tid : pid >= 0 ? pid : defaultTid);
  if (thread < 0 || load<i32>(m.PENDING + (thread << 2)) >= 0) return 0;
  if (name != 0 && !isNamed(thread, name, nameLength)) return 0;
  let kind = 0;
  let descriptor = NO_DESCRIPTOR;
  if (firstOf(call) == FIRST_DESCRIPTOR) {
    kind = fd == AT_FDCWD ? CWD : UNKNOWN;
    if (fd >= 0) descriptor = fd;
  }
  if (kindOf(call) >= 0) kind = kindOf(call);
  const row = rows++;
  store<f64>(m.START + (row << 3), now);
  store<f64>(m.DURATION + (row << 3), length);
  store<i32>(m.THREAD + (row << 2), thread);
  store<i32>(m.DESCRIPTOR + (row << 2), descriptor);
  store<u16>(m.CALL + (row << 1), numberOf(call));
  store<u16>(m.CPU + (row << 1), cpu >= 0 && cpu < NO_CPU ? cpu : NO_CPU);
  store<u8>(m.KIND + row, kind);
  store<u8>(m.SEEN + thread, 1);
  if (errno > 0) {
    store<i32>(m.RESULT + (row << 2), -1);
    store<u8>(m.ERRNO + row, errno);
  } else if (hasResult) {
    store<i32>(m.RESULT + (row << 2), returned);
    store<u8>(m.ERRNO + row, returnedErrno);
    store<u8>(m.FLAGS + row, returnedFlags);
  } else store<u8>(m.ERRNO + row, ERRNO_UNKNOWN);
  if (length == length) sawDurations = true;
  else if (timed) store<i32>(m.PENDING + (thread << 2), row);
  const last = length > 0 ? now + length : now;
  if (last > lastNs) lastNs = last;
  return p + 1;
}
