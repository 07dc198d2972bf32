/**
 * Call chains below the events: lines with a tab before them. Nearly all are like one before, byte for byte. Those that the JavaScript
 * reader has read lie here with their number; any other is left to it (PerfStacks in formats/perf/stacks.ts).
 */
import { findChain } from '../../../lib/kernel/chain-store';

export { chainLines, chainNumber } from '../../../lib/kernel/chain-store';

/**
 * The chain at `start`, in text that ends at `end`: where the line behind it begins, 0 when it is not known, or may go on: behind the
 * text, or behind a line that is no empty one (of the source, of a pager).
 */
export function readChain(start: usize, end: usize): usize {
  const next = endOf(start, end);
  if (next == 0) return 0;
  const behind: i32 = load<u8>(next);
  if (behind != 10 && behind != 13) return 0;
  return findChain(start, <i32>(next - start), 0) ? next : 0;
}

/** Position behind the first line feed without a tab behind it, 0 when it is the last of the text, or none. */
// @inline
function endOf(start: usize, end: usize): usize {
  for (let p = start; p < end; p += 16) {
    const feeds = i8x16.eq(v128.load(p), i8x16.splat(10));
    const mask = i8x16.bitmask(v128.andnot(feeds, i8x16.eq(v128.load(p, 1), i8x16.splat(9))));
    if (mask == 0) continue;
    const next = p + ctz(mask) + 1;
    return next < end ? next : 0;
  }
  return 0;
}
