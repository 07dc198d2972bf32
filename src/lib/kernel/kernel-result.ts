/** What the kernel returned, as a decimal number: `73`, `-11`. The same as KernelResult in formats/kernel-result.ts. */
import { ERRNO_RESTART, ERRNO_UNKNOWN, FLAG_LARGE_RESULT, MAX_INT32 } from './codes';
import { digitCount, isDigit, shortNumber } from './digits';

const MAX_ERRNO: u64 = 4095;
const LAST_ERRNO: i32 = 133;

export let result: i32 = 0;
export let errno: i32 = 0;
export let flags: i32 = 0;

/** Reads the number at `start`; gives the position behind it, 0 when there is none or a very long one. */
// @inline
export function readReturned(start: usize): usize {
  const negative = load<u8>(start) == 45; /* - */
  const first = negative ? start + 1 : start;
  let value: u64 = shortNumber(first);
  let p = first + digitCount;
  if (p == first) return 0;
  for (let c: i32 = load<u8>(p); isDigit(c); c = load<u8>(++p)) value = value * 10 + <u64>(c - 48);
  if (p > first + 18) return 0;
  errno = 0;
  flags = 0;
  if (!negative || value == 0) {
    if (value <= <u64>MAX_INT32) result = <i32>value;
    else {
      result = MAX_INT32;
      flags = FLAG_LARGE_RESULT;
    }
  } else if (value <= MAX_ERRNO) {
    result = -1;
    errno = errnoCode(<i32>value);
  } else {
    result = value > <u64>MAX_INT32 ? -MAX_INT32 : -(<i32>value);
    flags = FLAG_LARGE_RESULT;
  }
  return p;
}

/** From the number that the kernel returned. */
// @inline
export function setReturned(returned: f64): void {
  errno = 0;
  flags = 0;
  if (returned >= 0 && returned <= <f64>MAX_INT32) result = <i32>returned;
  else if (returned < 0 && returned >= -(<f64>MAX_ERRNO)) {
    result = -1;
    errno = errnoCode(<i32>-returned);
  } else {
    result = returned < 0 ? <i32>max<f64>(returned, -(<f64>MAX_INT32)) : MAX_INT32;
    flags = FLAG_LARGE_RESULT;
  }
}

// @inline
function errnoCode(code: i32): i32 {
  if (code <= LAST_ERRNO) return code;
  return code == 512 || code == 513 || code == 514 || code == 516 ? ERRNO_RESTART : ERRNO_UNKNOWN;
}
