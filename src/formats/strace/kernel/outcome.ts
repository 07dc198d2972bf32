/**
 * The right end of a line; the same as Outcome in formats/strace/outcome.ts. The shapes of nearly all lines are read here, at once,
 * the others by the exact rules of outcome-any.ts.
 */
import { FLAG_LARGE_RESULT, MAX_INT32 } from '../../../lib/kernel/codes';
import { ESCAPED, decorationKind } from './descriptors';
import { isDigit, sixDigits } from '../../../lib/kernel/digits';
import * as errors from './known-errors';
import * as any from './outcome-any';
import { errorAt } from '../../../lib/kernel/words';

/** What `readOutcome` found: a return, `<unfinished ...>`, `= ?` of a call that never returned, or something that only JavaScript reads. */
export const RETURNED: i32 = 0;
export const UNFINISHED: i32 = 1;
export const NEVER: i32 = 2;
export const UNUSUAL: i32 = 3;

export let durationNs: f64 = NaN;
export let result: i32 = 0;
export let errno: i32 = 0;
export let flags: i32 = 0;
/** Kind of the descriptor that was returned, 0 where the result is not marked as one. */
export let returnedKind: i32 = 0;
/** Where the arguments end. */
export let argsEnd: usize = 0;

/** The result is not what stands behind the equals sign. */
export function setResult(value: i32): void {
  result = value;
}

/** Reads [start, end): a line from its first argument on, without its line feed. */
export function readOutcome(start: usize, end: usize): i32 {
  let e = end;
  durationNs = NaN;
  // The shortest end is ") = 0".
  if (e < start + 5) return UNUSUAL;
  let last: i32 = load<u8>(e - 1);
  if (last == 62 /* > */) {
    const before: i32 = load<u8>(e - 2);
    if (isDigit(before)) {
      e = duration(start, e);
    } else if (before == 46 /* . */) {
      if (isUnfinished(start, e)) return UNFINISHED;
    } else if (before == 101 /* <unavailable> */) return UNUSUAL;
    while (e > start && load<u8>(e - 1) == 32) e--;
    if (e < start + 5) return UNUSUAL;
    last = load<u8>(e - 1);
  } else if (last == 32 || isStop(e, last)) return UNUSUAL;
  if (last == 41 /* ) */) {
    const known = errors.startOfKnown(e);
    if (known != 0 && endsCall(start, known)) {
      result = errors.result;
      errno = errors.errno;
      flags = 0;
      returnedKind = 0;
      return RETURNED;
    }
  }
  const s = resultStart(start, e, last);
  return endsCall(start, s) && readValue(s, e, last) ? RETURNED : anyOutcome(start, e, last);
}

/** Any shape; a call that never returned, too. */
function anyOutcome(start: usize, end: usize, last: i32): i32 {
  let s = anyResultStart(start, end, last);
  if (!endsCall(start, s)) {
    const close = any.closingParenthesis(start, end);
    if (close == 0) return UNUSUAL;
    s = any.resultBehind(close, end);
    // Something else may stand behind the duration.
    if (s == 0 || (isNaN(durationNs) && any.holdsDuration(s, end))) return UNUSUAL;
    argsEnd = close;
  }
  if (!any.readAnyValue(s, end)) return UNUSUAL;
  result = any.result;
  errno = any.errno;
  flags = any.flags;
  returnedKind = any.kind;
  return any.isNever ? NEVER : RETURNED;
}

/** Whether ` = ` and a closing parenthesis stand before the result at `s`; finds the end of the arguments. */
// @inline
function endsCall(start: usize, s: usize): bool {
  if (s < start + 4 || load<u8>(s - 1) != 32 || load<u16>(s - 3) != 0x3d20 /* ' =' */) return false;
  let q = s - 3;
  while (q > start && load<u8>(q - 1) == 32) q--;
  if (q == start || load<u8>(q - 1) != 41 /* ) */) return false;
  argsEnd = q - 1;
  return true;
}

/** Takes ` <0.000012>` off the end; gives the new end, the same when there is none. */
// @inline
function duration(start: usize, end: usize): usize {
  if (end >= start + 12 && load<u16>(end - 11) == 0x3c20 /* ' <' */ && load<u8>(end - 8) == 46 /* . */) {
    const seconds = load<u8>(end - 9) - 48;
    const microseconds = sixDigits(end - 7);
    if (<u32>seconds < 10 && microseconds >= 0) {
      durationNs = <f64>seconds * 1e9 + <f64>(microseconds * 1000);
      return end - 11;
    }
  }
  const e = any.longDuration(start, end);
  durationNs = any.seconds;
  return e;
}

/** `^C`, or what older versions write behind it, ` detached`: where strace was stopped. */
// @inline
function isStop(end: usize, last: i32): bool {
  if (last == 67) return load<u8>(end - 2) == 94; /* ^ */
  return last == 100 && load<u64>(end - 8) == 0x6465686361746564; /* detached */
}

/** `<unfinished ...>`, `<detached ...>` */
function isUnfinished(start: usize, end: usize): bool {
  let open = end - 16;
  // <unfinished ...>
  const usual = i8x16(60, 117, 110, 102, 105, 110, 105, 115, 104, 101, 100, 32, 46, 46, 46, 62);
  if (open < start || v128.any_true(v128.xor(v128.load(open), usual))) {
    open = end - 5;
    while (open > start && load<u8>(open) != 60 /* < */ && load<u8>(open) != 34 /* " */) open--;
    if (load<u8>(open) != 60) return false;
  }
  while (open > start && load<u8>(open - 1) == 32) open--;
  argsEnd = open;
  return true;
}

/** Where the result seems to start that ends before `end` with `last`; 0 when it has no usual shape. */
// @inline
function resultStart(start: usize, end: usize, last: i32): usize {
  let p = end - 2;
  if (last == 41 /* ) */) {
    // `-1 EAGAIN (Resource temporarily unavailable)`, `0 (Timeout)`
    for (; p > start; p--) {
      const c: i32 = load<u8>(p);
      if (c == 40) break;
      if (c == 41 || c == 34 || c == 62) return 0;
    }
    for (p--; p > start; p--) {
      const c: i32 = load<u8>(p);
      if (c == 61 /* = */) return p + 2;
      if (!isPlain(c)) return 0;
    }
    return 0;
  }
  if (last == 62 /* > */) {
    while (p > start && load<u8>(p) != 60 /* < */) p--;
    for (p--; p > start && isDigit(load<u8>(p)); p--);
    return p + 1;
  }
  // Nearly all are of less than 16 bytes.
  const spaces = i8x16.bitmask(i8x16.eq(v128.load(end - 16), i8x16.splat(32)));
  if (spaces != 0) return end + 16 - clz(spaces);
  while (p > start && load<u8>(p) > 32) p--;
  return p + 1;
}

/** As `resultStart`, but of other lines only what their result may consist of. */
function anyResultStart(start: usize, end: usize, last: i32): usize {
  if (last == 41 || last == 62) return resultStart(start, end, last);
  if (last != 63 /* ? */ && !isDigit(last) && <u32>((last | 32) - 97) > 5) return 0;
  let p = end - 2;
  while (p > start && load<u8>(p) != 32 && isPlain(load<u8>(p))) p--;
  return p + 1;
}

/** Letters, digits, `_ - ?` and space: what may stand between ` = ` and an explanation. */
// @inline
function isPlain(c: i32): bool {
  return isDigit(c) || <u32>((c | 32) - 97) < 26 || c == 95 || c == 32 || c == 45 || c == 63;
}

/** Reads the result in [s, end), of the usual shapes; false when it has none of them. */
// @inline
function readValue(s: usize, end: usize, last: i32): bool {
  result = 0;
  errno = 0;
  flags = 0;
  returnedKind = 0;
  let c: i32 = load<u8>(s);
  let p = s;
  if (isDigit(c)) {
    if (c == 48 && end > s + 1) {
      c = load<u8>(s, 1);
      if (c == 120 /* x */) return hexadecimal(s + 2, end, last);
      // Octal.
      if (isDigit(c)) return false;
    }
    let value: u64 = 0;
    for (; isDigit((c = load<u8>(p))); p++) value = value * 10 + <u64>(c - 48);
    if (p > s + 18) return false;
    if (value > <u64>MAX_INT32) return large(p, end, last);
    result = <i32>value;
  } else if (c == 45 /* - */ && load<u16>(s, 1) == 0x2031 && load<u8>(s, 3) == 69 /* -1 E */) {
    result = -1;
    errno = errorAt(s + 3);
    return errno >= 0 && last == 41 && known(s, end);
  } else if (c == 63 && load<u8>(s, 1) == 32 && load<u8>(s, 2) == 69 /* ? E */) {
    errno = errorAt(s + 2);
    return errno >= 0 && last == 41 && known(s, end);
  } else return false;
  return ended(p, end, last);
}

/** The error in [s, end) is known from here on. */
function known(s: usize, end: usize): bool {
  errors.remember(s, end, result, errno);
  return true;
}

function hexadecimal(from: usize, end: usize, last: i32): bool {
  let p = from;
  let value: u64 = 0;
  for (; ; p++) {
    const c: i32 = load<u8>(p);
    const digit = isDigit(c) ? c - 48 : <u32>((c | 32) - 97) < 6 ? (c | 32) - 87 : -1;
    if (digit < 0) break;
    value = (value << 4) | (<u64>digit);
  }
  if (p == from || p > from + 16) return false;
  if (value > <u64>MAX_INT32) return large(p, end, last);
  result = <i32>value;
  return ended(p, end, last);
}

/** A number beyond int32. */
function large(p: usize, end: usize, last: i32): bool {
  result = MAX_INT32;
  flags = FLAG_LARGE_RESULT;
  return p == end || (last == 41 && load<u8>(p) == 32);
}

/** Whether behind a number at `p` stands what may: nothing, a decoration, an explanation. */
// @inline
function ended(p: usize, end: usize, last: i32): bool {
  if (p == end) return true;
  const c: i32 = load<u8>(p);
  if (c == 60 && last == 62) {
    returnedKind = decorationKind(p + 1);
    return returnedKind != ESCAPED;
  }
  return c == 32 && last == 41;
}
