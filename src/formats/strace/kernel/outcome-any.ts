/** The right end of a line in any shape, as Outcome in formats/strace/outcome.ts has it: for what outcome.ts does not know. */
import { ERRNO_RESTART, ERRNO_UNKNOWN, FLAG_LARGE_RESULT, MAX_INT32 } from '../../../lib/kernel/codes';
import { ESCAPED, decorationKind } from './descriptors';
import { isDigit } from '../../../lib/kernel/digits';
import { errorNamed } from '../../../lib/kernel/words';

/** Longest name of an error in the table. */
const LONGEST_NAME: usize = 15;
/** ERESTART */
const RESTART: u64 = 0x5452415453455245;

/** Set by `readAnyValue`. */
export let result: i32 = 0;
export let errno: i32 = 0;
export let flags: i32 = 0;
export let kind: i32 = 0;
export let isNever: bool = false;

/** Set by `longDuration`. */
export let seconds: f64 = NaN;

/** The end of the line before ` <12.000123>` or ` <3>`, which ends at `end`; `end` itself when it is no duration. Nanoseconds in `seconds`. */
export function longDuration(start: usize, end: usize): usize {
  let whole: f64 = 0;
  let fraction: f64 = -1;
  let scale: f64 = 1;
  let p = end - 2;
  seconds = NaN;
  for (; p > start; p--) {
    const c: i32 = load<u8>(p);
    if (c == 46 /* . */) {
      const digits = <i32>(end - 2 - p);
      if (fraction >= 0 || digits > 9) return end;
      fraction = whole;
      for (let i = digits; i < 9; i++) fraction *= 10;
      whole = 0;
      scale = 1;
    } else if (isDigit(c)) {
      whole += <f64>(c - 48) * scale;
      scale *= 10;
    } else break;
  }
  if (load<u8>(p) != 60 /* < */ || load<u8>(p - 1) != 32) return end;
  seconds = whole * 1e9 + max<f64>(fraction, 0);
  return p;
}

/** Where the result behind the closing parenthesis starts, 0 when there is none before `end`. */
export function resultBehind(close: usize, end: usize): usize {
  let p = close + 1;
  while (p < end && load<u8>(p) == 32) p++;
  return p + 2 >= end || load<u8>(p) != 61 /* = */ || load<u8>(p, 1) != 32 ? 0 : p + 2;
}

/** Whether ` <0` stands in [from, end), as a duration begins. */
export function holdsDuration(from: usize, end: usize): bool {
  for (let p = from; p + 2 < end; p++) if (load<u16>(p) == 0x3c20 /* ' <' */ && isDigit(load<u8>(p, 2))) return true;
  return false;
}

/** Reads the result in [s, end); false when there is none, or one that only JavaScript reads. */
export function readAnyValue(s: usize, end: usize): bool {
  result = 0;
  errno = 0;
  flags = 0;
  kind = 0;
  isNever = false;
  let p = s;
  let c: i32 = load<u8>(p);
  if (c == 63 /* ? */) {
    if (end > s + 3 && load<u8>(s, 2) == 69 /* E */) errno = errorIn(s + 2, end);
    else {
      errno = ERRNO_UNKNOWN;
      isNever = true;
    }
    return true;
  }
  const negative = c == 45; /* - */
  if (negative) c = load<u8>(++p);
  const first = p;
  let value: f64 = 0;
  if (c == 48 && (load<u8>(p, 1) | 32) == 120 /* 0x */) {
    for (p += 2; ; p++) {
      c = load<u8>(p);
      const digit = isDigit(c) ? c - 48 : <u32>((c | 32) - 97) < 6 ? (c | 32) - 87 : -1;
      if (digit < 0) break;
      value = value * 16 + <f64>digit;
    }
  } else {
    const radix: f64 = c == 48 && isDigit(load<u8>(p, 1)) ? 8 : 10;
    for (; isDigit((c = load<u8>(p))); p++) value = value * radix + <f64>(c - 48);
    if (p == first) return false;
  }
  if (negative) {
    result = value <= <f64>MAX_INT32 ? -(<i32>value) : -MAX_INT32;
    if (value != 1) {
      // An error, if it is no larger than the last one's number.
      if (value <= 133) return false;
      flags = FLAG_LARGE_RESULT;
    } else if (load<u8>(p) == 32 && load<u8>(p, 1) == 69 /* E */) errno = errorIn(p + 1, end);
    else return false;
  } else if (value <= <f64>MAX_INT32) {
    result = <i32>value;
    if (load<u8>(p) == 60 /* < */) kind = decorationKind(p + 1);
    if (kind == ESCAPED) return false;
  } else {
    result = MAX_INT32;
    flags = FLAG_LARGE_RESULT;
  }
  return true;
}

/** errno of the error whose name begins at `p` and ends before `end`. */
function errorIn(p: usize, end: usize): i32 {
  let q = p;
  while (q < end && load<u8>(q) > 32) q++;
  if (q > p + 8 && load<u64>(p) == RESTART) return ERRNO_RESTART;
  const code = q > p + LONGEST_NAME ? -1 : errorNamed(p, <i32>(q - p));
  return code < 0 ? ERRNO_UNKNOWN : code;
}

/** The parenthesis that ends the call whose arguments start at `start`, 0 when it is not in [start, end). */
export function closingParenthesis(start: usize, end: usize): usize {
  let depth = 0;
  for (let p = start; p < end; p++) {
    const c: i32 = load<u8>(p);
    if (c == 34 /* " */) {
      for (p++; p < end && load<u8>(p) != 34; p++) if (load<u8>(p) == 92 /* \ */) p++;
    } else if (c == 60 /* < */) {
      if (load<u8>(p, 1) == 60) p++;
      else if (p > start && decorates(load<u8>(p - 1))) p = decorationEnd(p, end);
    } else if (c == 40 || c == 91 || c == 123 /* ( [ { */) depth++;
    else if (c == 41 || c == 93 || c == 125 /* ) ] } */) {
      if (c == 41 && depth == 0) return p;
      if (depth > 0) depth--;
    } else if (c == 47 && load<u8>(p, 1) == 42 /* slash star */) {
      for (p += 2; p < end && !(load<u8>(p) == 47 && load<u8>(p - 1) == 42); p++);
    }
  }
  return 0;
}

// @inline
function decorates(c: i32): bool {
  return isDigit(c) || <u32>(c - 65) < 26;
}

/** The `>` that ends the decoration opened at `open`, not that of an arrow `->`; `end` when there is none. */
export function decorationEnd(open: usize, end: usize): usize {
  for (let p = open + 1; p < end; p++) {
    const c: i32 = load<u8>(p);
    if (c == 62 && load<u8>(p - 1) != 45 /* - */) return p;
    if (c == 92 /* \ */) p++;
  }
  return end;
}
