/** Numbers in text, several digits at once. */

// @inline
export function isDigit(c: i32): bool {
  return <u32>(c - 48) < 10;
}

/** The six decimal digits at `p` as a number, -1 when one of them is none. */
// @inline
export function sixDigits(p: usize): i32 {
  const x = load<u64>(p) & 0x0000ffffffffffff;
  if (((x & 0x0000f0f0f0f0f0f0) | (((x + 0x0000060606060606) & 0x0000f0f0f0f0f0f0) >> 4)) != 0x0000333333333333)
    return -1;
  // As eight digits, two zeros in front; then pairs, fours and the whole, each in one multiplication.
  let y = (x & 0x00000f0f0f0f0f0f) << 16;
  y = y * 10 + (y >> 8);
  y = (y & 0x000000ff000000ff) * 0x000f424000000064 + ((y >> 16) & 0x000000ff000000ff) * 0x0000271000000001;
  return <i32>(y >> 32);
}

/** The eight decimal digits at `p` as a number, -1 when one of them is none. */
// @inline
export function eightDigits(p: usize): i32 {
  const x = load<u64>(p);
  if (((x & 0xf0f0f0f0f0f0f0f0) | (((x + 0x0606060606060606) & 0xf0f0f0f0f0f0f0f0) >> 4)) != 0x3333333333333333)
    return -1;
  let y = x & 0x0f0f0f0f0f0f0f0f;
  y = y * 10 + (y >> 8);
  y = (y & 0x000000ff000000ff) * 0x000f424000000064 + ((y >> 16) & 0x000000ff000000ff) * 0x0000271000000001;
  return <i32>(y >> 32);
}

/** The nine decimal digits at `p` as a number, -1 when one of them is none. */
// @inline
export function nineDigits(p: usize): i32 {
  const eight = eightDigits(p);
  const last = load<u8>(p, 8) - 48;
  return eight < 0 || <u32>last > 9 ? -1 : eight * 10 + last;
}

/** How many digits `shortNumber` read. */
export let digitCount: i32 = 0;

/**
 * The decimal number at `p`, as far as it goes in eight digits, without a branch a digit: lengths that vary are mispredicted, and
 * that takes longer than all the rest.
 */
// @inline
export function shortNumber(p: usize): i32 {
  const x = load<u64>(p) ^ 0x3030303030303030;
  // A carry comes from a byte that is no digit, and so changes none before it.
  const others = (x | (x + 0x0606060606060606)) & 0xf0f0f0f0f0f0f0f0;
  const bits: u64 = others == 0 ? 64 : ctz(others) & 56;
  digitCount = <i32>(bits >> 3);
  // Zeros in front; a shift by 64 would be one by 0.
  let y = bits == 0 ? 0 : x << (64 - bits);
  y = y * 10 + (y >> 8);
  y = (y & 0x000000ff000000ff) * 0x000f424000000064 + ((y >> 16) & 0x000000ff000000ff) * 0x0000271000000001;
  return <i32>(y >> 32);
}

/** The two decimal digits at `p`, negative or above 99 when they are none. */
// @inline
export function twoDigits(p: usize): i32 {
  const high = load<u8>(p) - 48;
  const low = load<u8>(p, 1) - 48;
  return <u32>high < 10 && <u32>low < 10 ? high * 10 + low : -10000;
}
