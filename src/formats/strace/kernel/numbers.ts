/** Arguments that are numbers only (-e raw=all, -X raw), as in formats/strace/numbers.ts. */
import { isDigit } from '../../../lib/kernel/digits';

/** No number, or one of more than 32 bits. */
export const NO_NUMBER: i64 = i64.MIN_VALUE;

/** The number at `p`: decimal, octal or hexadecimal, of hexadecimal ones the low 32 bits, signed. */
export function numberAt(start: usize): i64 {
  let p = start;
  if (!isDigit(load<u8>(p))) return NO_NUMBER;
  if (load<u8>(p) == 48 && (load<u8>(p, 1) | 32) == 120 /* 0x */) {
    let low: u32 = 0;
    for (p += 2; ; p++) {
      const digit = hexDigit(load<u8>(p));
      if (digit < 0) return <i32>low;
      low = (low << 4) | digit;
    }
  }
  const radix: i64 = load<u8>(p) == 48 ? 8 : 10;
  let value: i64 = 0;
  for (; value <= <i64>i32.MAX_VALUE; p++) {
    const digit: i64 = load<u8>(p) - 48;
    if (digit < 0 || digit >= radix) return value;
    value = value * radix + digit;
  }
  return NO_NUMBER;
}

/** In small letters. */
// @inline
function hexDigit(c: i32): i32 {
  return isDigit(c) ? c - 48 : <u32>(c - 97) < 6 ? c - 87 : -1;
}

/** Where argument `index` starts in [start, end), numbers only; `end` when there are fewer. */
export function argumentAt(start: usize, end: usize, index: i32): usize {
  let p = start;
  for (let i = 0; i < index; i++) {
    while (p < end && load<u8>(p) != 44 /* , */) p++;
    if (p >= end) return end;
    p++;
    while (load<u8>(p) == 32) p++;
  }
  return p;
}
