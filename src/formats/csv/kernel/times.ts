/** Times of one unit, as TimeReader in formats/csv/time.ts reads them, in place and without loss. */
import { digitCount, eightDigits, isDigit, shortNumber, sixDigits } from '../../../lib/kernel/digits';

/** Ten digits of seconds, which most times of a recording begin with like the one before, and their number. */
let digits0: u64 = 0;
let digits8: u32 = 0;
let cached: f64 = -1;

const TENTHS: usize = memory.data<i64>([1000000000, 100000000, 10000000, 1000000, 100000, 10000, 1000, 100, 10, 1], 8);

/** Set by the readers. `nanoseconds` is below 1e9. */
export let seconds: f64 = 0;
export let nanoseconds: f64 = 0;

/**
 * Reads the moment at `p`, of a unit of which so many digits are below a second; gives the position behind it, 0 when it has
 * another shape.
 */
// @inline
export function readMoment(p: usize, places: i32): usize {
  if (cached >= 0 && load<u64>(p) == digits0 && <u32>load<u16>(p, 8) == digits8) {
    const point: usize = places == 0 ? 1 : 0;
    const q = p + 10 + point;
    if (point == 0 || load<u8>(p, 10) == 46 /* . */) {
      const eight = places == 9 || places == 0 ? eightDigits(q) : -1;
      const ninth = load<u8>(q, 8) - 48;
      if (eight >= 0 && <u32>ninth < 10) {
        if (isLast(q + 9)) {
          seconds = cached;
          nanoseconds = <f64>(eight * 10 + ninth);
          return q + 9;
        }
      } else if (places != 9 && places != 3) {
        const six = sixDigits(q);
        if (six >= 0 && isLast(q + 6)) {
          seconds = cached;
          nanoseconds = <f64>(six * 1000);
          return q + 6;
        }
      }
    }
  }
  const end = readTime(p, places);
  // Ten digits, none of them a zero in front.
  if (end != 0 && seconds >= 1e9) {
    digits0 = load<u64>(p);
    digits8 = load<u16>(p, 8);
    cached = seconds;
  }
  return end;
}

/** No part of a number. */
// @inline
function isLast(p: usize): bool {
  const c: i32 = load<u8>(p);
  return c != 46 && !isDigit(c);
}

/** The same for any length of time. */
// @inline
export function readTime(start: usize, places: i32): usize {
  let value: i64 = shortNumber(start);
  let p = start + digitCount;
  let c: i32 = load<u8>(p);
  for (; isDigit(c); c = load<u8>(++p)) value = value * 10 + <i64>(c - 48);
  const length = <i32>(p - start);
  let whole: i64 = 0;
  if (length == 0) return 0;
  if (places == 0) {
    if (length > 10) return 0;
    whole = value;
    value = 0;
  } else if (length > places) {
    if (length > places + 10) return 0;
    const split = p - places;
    for (let q = start; q < split; q++) whole = whole * 10 + <i64>(load<u8>(q) - 48);
    value = 0;
    for (let q = split; q < p; q++) value = value * 10 + <i64>(load<u8>(q) - 48);
  }
  let known = places;
  if (c == 46 /* . */) {
    for (c = load<u8>(++p); isDigit(c); c = load<u8>(++p)) {
      if (++known > 9) return 0;
      value = value * 10 + <i64>(c - 48);
    }
  }
  seconds = <f64>whole;
  nanoseconds = <f64>(value * load<i64>(TENTHS + (known << 3)));
  return p;
}
