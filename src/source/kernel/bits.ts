/** Bits of zstd's streams: forwards from the lowest bit of the first byte, and backwards from below the highest bit of the last one (RFC 8878, 4). */

/** Index of the highest bit of a number above 0. */
// @inline
export function highest(value: u32): i32 {
  return 31 - <i32>clz(value);
}

/** Bits of a backward stream [start, end); -1 where it is none. */
export function backwardBits(start: usize, end: usize): i32 {
  if (end <= start) return -1;
  const last = load<u8>(end - 1);
  return last == 0 ? -1 : <i32>((end - start - 1) << 3) + highest(last);
}

/** The `count` bits below bit `at` of a backward stream; what lies before its start is of no meaning. */
// @inline
export function bitsBelow(start: usize, at: i32, count: i32): u32 {
  const from = at - count;
  const word = load<u64>(start + (from >> 3));
  return <u32>((word >> (from & 7)) & (((<u64>1) << count) - 1));
}
