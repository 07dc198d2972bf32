/** Position of the first line feed at or after `from`. */
// @inline
export function lineFeed(from: usize): usize {
  const feeds = i8x16.splat(10);
  let p = from;
  let mask = i8x16.bitmask(i8x16.eq(v128.load(p), feeds));
  while (mask == 0) mask = i8x16.bitmask(i8x16.eq(v128.load((p += 16)), feeds));
  return p + ctz(mask);
}
