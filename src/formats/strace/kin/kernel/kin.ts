/**
 * Finds the lines of a stretch of strace text that tell of kin (formats/strace/kin/lines.ts): those of private futexes, of tgkill, and those
 * that make a descriptor with a name or use one as nobody did right before. What they tell is noted in numbers, many lines a call of
 * the module. Lines of unusual shape are left to the patterns there.
 */
import { isDigit } from '../../../../lib/kernel/digits';
import * as futex from './futex';
import { forgetNames, nameOf } from './names';

/** Text that is looked at (LOOKED_AT in formats/strace/kin/lines.ts); loads of 16 bytes may reach behind it. */
export const TEXT: usize = memory.data(512 * 1024 + 64, 16);

/** What a line is. */
const UNUSUAL: i32 = 1;
const FUTEX: i32 = 2;
const FUTEX_ENDS: i32 = 3;
const TGKILL: i32 = 4;
const OTHER: i32 = 5;
/** A call that goes on. */
const ENDS: i32 = -1;

/**
 * What lines told, as much as one call gives: of each the address of a futex (f64), then (i32) what the line is, its tid, the descriptor that
 * it made, the one that it used, the number of that one's name (-1: none), and two numbers: of a futex its operation and result, of a line that is
 * left or of tgkill the place of its text.
 */
const MOST: i32 = 1024;
const TOLD: i32 = 40;
export const FOUND: usize = memory.data(1024 * 40, 8);
let told: i32 = 0;

/** Places are counted from the beginning of the text. `rest`: where the arguments begin. */
let tid: i32 = 0;
let rest: i32 = 0;
let end: i32 = 0;
/** The descriptor that the call returned with its name, the first if there seem to be several; -1: none. */
let made: i32 = -1;
/** The first number that it seems to have returned. */
let result: i32 = 0;
/** The descriptor that the arguments begin with; -1: none whose name has a number of its own. The name is [nameFrom, nameTo). */
let descriptor: i32 = -1;
let nameFrom: i32 = 0;
let nameTo: i32 = 0;

/** `result` where the line has none, and where it has one of more digits than these. */
const NO_RESULT: i32 = -1;
const LONG_RESULT: i32 = i32.MIN_VALUE;
const MOST_DIGITS: i32 = 9;

/** tid of lines that name none, 0 when unknown. */
let defaultTid: i32 = 0;
let next: i32 = 0;
let length: i32 = 0;

/** Per descriptor: who used it last, and the place and length of the name under which it did; 0: nobody. */
const DESCRIPTORS: i32 = 1024;
const LAST: usize = memory.data(1024 * 12, 4);

/** A text of so many bytes has been put there. */
export function begin(bytes: i32, textTid: i32): void {
  defaultTid = textTid;
  length = bytes;
  next = 0;
  // Nothing is read that is not there.
  store<u8>(TEXT + bytes, 10);
  forgetUses();
  forgetNames();
}

/** Others have used descriptors. */
export function forgetUses(): void {
  memory.fill(LAST, 0, DESCRIPTORS * 12);
}

/** Number of the name of so many bytes at this place; -1: there are too many names. */
export function nameAt(from: i32, size: i32): i32 {
  return nameOf(TEXT + from, size);
}

/** Goes on through the text up to a line that is left; gives how many lines told something, 0 when there are no more. */
export function advance(): i32 {
  told = 0;
  while (next < length && told < MOST) if (!readLine()) break;
  return told;
}

/** Whether the lines behind this one may be read before it. */
function readLine(): bool {
  const line = next;
  rest = next;
  const what = readHead(TEXT + next);
  toEnd();
  if (what == UNUSUAL) return leave(line);
  if (tid < 0) tid = defaultTid;
  if (tid == 0 || what == ENDS) return true;
  const isFutex = what == FUTEX || what == FUTEX_ENDS;
  if (isFutex && result == LONG_RESULT) return leave(line);
  if (what == FUTEX_ENDS) {
    tell(what, -1, 0, result);
    return true;
  }
  const operation = what == FUTEX ? futex.operationAt(TEXT + rest, TEXT + end) : futex.NONE;
  if (operation == futex.UNUSUAL) return leave(line);
  readName();
  if (made >= 0 && made < DESCRIPTORS) store<i32>(LAST + made * 12, 0);
  let name = -1;
  if (descriptor >= 0 && isNews()) {
    name = nameOf(TEXT + nameFrom, nameTo - nameFrom);
    if (name < 0) return leave(line);
  }
  if (operation != futex.NONE)
    tell(FUTEX, name, operation, futex.isOpen(TEXT + rest, TEXT + end) ? futex.OPEN : result);
  else if (what == TGKILL) tell(what, name, rest, end);
  else if (made >= 0 || name >= 0) tell(OTHER, name, 0, 0);
  return true;
}

/** The line at this place is read by patterns. */
function leave(line: i32): bool {
  made = -1;
  tell(UNUSUAL, -1, line, end);
  return false;
}

function tell(what: i32, name: i32, first: i32, second: i32): void {
  const at = FOUND + told * TOLD;
  told++;
  store<f64>(at, futex.address);
  store<i32>(at, what, 8);
  store<i32>(at, tid, 12);
  store<i32>(at, made, 16);
  store<i32>(at, descriptor, 20);
  store<i32>(at, name, 24);
  store<i32>(at, first, 28);
  store<i32>(at, second, 32);
}

/** `1234  1700000000.123456 read(`, `<... read resumed>` instead of the call; without the tid or the time. Sets `tid` and `rest`. */
function readHead(start: usize): i32 {
  let p = start;
  tid = -1;
  let number = 0;
  let first = p;
  for (; isDigit(load<u8>(p)); p++) number = number * 10 + (load<u8>(p) - 48);
  if (p > first) {
    if (load<u8>(p) == 32) {
      if (p > first + 9) return UNUSUAL;
      tid = number;
      while (load<u8>(p) == 32) p++;
      first = p;
    }
    while (isOfTime(load<u8>(p))) p++;
    if (p > first) {
      if (load<u8>(p) != 32) return UNUSUAL;
      while (load<u8>(p) == 32) p++;
    }
  }
  const resumed = load<u8>(p) == 60; /* < */
  if (resumed) {
    if (load<u32>(p) != 0x2e2e2e3c /* <... */ || load<u8>(p, 4) != 32) return UNUSUAL;
    p += 5;
  }
  const name = p;
  while (isWord(load<u8>(p))) p++;
  const size = p - name;
  if (size == 0) return UNUSUAL;
  const isFutex = size == 5 && load<u32>(name) == 0x65747566 && load<u8>(name, 4) == 120;
  if (resumed) {
    if (load<u64>(p) != 0x64656d7573657220 /*  resumed */ || load<u8>(p, 8) != 62 /* > */) return UNUSUAL;
    rest = <i32>(p + 9 - TEXT);
    return isFutex ? FUTEX_ENDS : ENDS;
  }
  if (load<u8>(p) != 40 /* ( */) return UNUSUAL;
  rest = <i32>(p + 1 - TEXT);
  if (isFutex) return FUTEX;
  return size == 6 && load<u32>(name) == 0x696b6774 && load<u16>(name, 4) == 0x6c6c /* tgkill */ ? TGKILL : OTHER;
}

// @inline
function isOfTime(c: i32): bool {
  return isDigit(c) || c == 46 || c == 58; /* . : */
}

// @inline
function isWord(c: i32): bool {
  return isDigit(c) || <u32>((c | 32) - 97) < 26 || c == 95;
}

/** Looks at the rest of the line up to its end: `) = 5<name>` makes a descriptor. */
function toEnd(): void {
  made = -1;
  result = NO_RESULT;
  const feeds = i8x16.splat(10);
  const returns = i8x16.splat(13);
  const closing = i8x16.splat(41);
  for (let p = TEXT + rest; ; p += 16) {
    const text = v128.load(p);
    const ends = v128.or(i8x16.eq(text, feeds), i8x16.eq(text, returns));
    let mask = i8x16.bitmask(v128.or(ends, i8x16.eq(text, closing)));
    for (; mask != 0; mask &= mask - 1) {
      const at = p + ctz(mask);
      if (load<u8>(at) == 41) {
        if (made < 0) readResult(at + 1);
        continue;
      }
      end = <i32>(at - TEXT);
      next = end + 1;
      return;
    }
  }
}

/** ` = 5<`, ` = -1` at `start`: a number that may be the result, or a descriptor. */
function readResult(start: usize): void {
  let p = start;
  while (load<u8>(p) == 32) p++;
  if (p == start || load<u16>(p) != 0x203d /* =  */) return;
  p += 2;
  const isNegative = load<u8>(p) == 45; /* - */
  if (isNegative) p++;
  const first = p;
  let value = 0;
  for (; isDigit(load<u8>(p)); p++) value = value * 10 + (load<u8>(p) - 48);
  if (p == first) return;
  const isLong = <i32>(p - first) > MOST_DIGITS;
  if (result == NO_RESULT) result = isLong ? LONG_RESULT : isNegative ? -value : value;
  if (!isLong && !isNegative && load<u8>(p) == 60 /* < */) made = value;
}

/** `5<name>`: the name ends with the first `>` that is not that of an arrow, or with the last arrow, where the line was cut off. */
function readName(): void {
  descriptor = -1;
  const stop = TEXT + end;
  let p = TEXT + rest;
  let number = 0;
  for (; isDigit(load<u8>(p)); p++) number = number * 10 + (load<u8>(p) - 48);
  if (p == TEXT + rest || p > TEXT + rest + 9 || load<u8>(p) != 60 /* < */) return;
  const first = p + 1;
  let bracket: usize = 0;
  let last: usize = 0;
  for (p = first; p < stop; p++) {
    const c = load<u8>(p);
    if (c == 91 /* [ */ && bracket == 0 && p > first && load<u8>(p - 1) == 58 /* : */) bracket = p;
    if (c != 62 /* > */) continue;
    last = p;
    if (load<u8>(p - 1) != 45 /* - */) break;
  }
  if (bracket == 0 || bracket >= last) return;
  descriptor = number;
  nameFrom = <i32>(first - TEXT);
  nameTo = <i32>(last - TEXT);
}

/** Whether not the same thread used the descriptor last, under the same name; then it did so now. */
function isNews(): bool {
  if (descriptor >= DESCRIPTORS) return true;
  const last = LAST + descriptor * 12;
  const size = nameTo - nameFrom;
  if (
    load<i32>(last) == tid &&
    load<i32>(last, 8) == size &&
    memory.compare(TEXT + load<i32>(last, 4), TEXT + nameFrom, size) == 0
  )
    return false;
  store<i32>(last, tid);
  store<i32>(last, nameFrom, 4);
  store<i32>(last, size, 8);
  return true;
}
