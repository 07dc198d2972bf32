/** Which of the tails that an occurrence can have does it support? Eight of them at a time, in 16-bit lanes. */
import { zeros } from './memory';
import { BLOCK, COUNTED, LANES, LISTED, LISTS, TAILS, Tail, lanes } from './tails';
import { ENTRY } from './extensions';
import { add, minSupport } from './tree';

/** Positions of one stretch: with a window they fit in 15 bits. */
const STRETCH: i32 = 30_000;
const FARTHEST: i32 = 32_767;

/** Per block, the occurrences counted in stretches before, 32 bits each. */
let BEFORE: usize = 0;
let blocks: usize = 0;
/** Whether there is anything in BEFORE. */
let advanced: bool = false;

export function prepareCounting(): void {
  blocks = <usize>(lanes + LANES - 1) / LANES;
  BEFORE = zeros(blocks * BLOCK);
  advanced = false;
}

/** Counts the extensions by tails of the episode that has the occurrences [from, to) and adds those that are frequent. */
export function countTails(from: usize, to: usize, depth: i32): void {
  const lists = LISTS;
  let base = load<i32>(from, 4);
  let end = load<i32>(from);
  let list = load<usize>(lists + ((<usize>end) << 2));
  let bytes = load<usize>(list);
  for (let o = from; o < to; o += ENTRY) {
    const start = load<i32>(o, 4);
    if (end - base >= STRETCH) {
      advance(start - base);
      base = start;
    }
    let entry = list + 4;
    const behind = entry + bytes;
    const startBehind = i16x8.splat(<i16>(start - base + 1));
    const endBehind = i16x8.splat(<i16>(end - base + 1));
    // The next list is looked up by now, so that it is near when its turn comes.
    end = load<i32>(min(o + ENTRY, to - ENTRY));
    list = load<usize>(lists + ((<usize>end) << 2));
    bytes = load<usize>(list);
    for (; entry < behind; entry += 2 * LISTED) {
      take(entry, startBehind, endBehind);
      take(entry + LISTED, startBehind, endBehind);
    }
  }
  addTails(changetype<Tail>(TAILS), depth);
  memory.fill(COUNTED, 0, blocks * BLOCK);
  if (advanced) memory.fill(BEFORE, 0, blocks * BLOCK);
  advanced = false;
}

/**
 * Counts an occurrence for the tails of a list's entry. A block holds the positions behind the last occurrences counted, from
 * the base of the stretch, and then how many were counted in the stretch, 16 bits each.
 */
// @inline
function take(entry: usize, startBehind: v128, endBehind: v128): void {
  const block = load<usize>(entry);
  const distance = v128.load_ext<u8>(entry, 4);
  const last = v128.load(block);
  // Those that can follow and whose last occurrence ended before this one began.
  const taken = v128.and(i16x8.gt_s(startBehind, last), i16x8.gt_s(distance, i64x2(0, 0)));
  // What is taken ends later than the last; where nothing is, 0 is as good as anything before the base.
  v128.store(block, i16x8.max_s(last, v128.and(i16x8.add(endBehind, distance), taken)));
  v128.store(block, i16x8.sub(v128.load(block, 16), taken), 16);
}

/** Ends a stretch: adds what was counted to what was before, and moves the base. */
function advance(distance: i32): void {
  advanced = true;
  // Beyond three times the farthest everything is as long ago as can be told.
  for (let left = min(distance, 3 * FARTHEST); left > 0; left -= FARTHEST) {
    const step = i16x8.splat(<i16>min(left, FARTHEST));
    for (let b: usize = 0; b < blocks * BLOCK; b += BLOCK) {
      const counted = v128.load(COUNTED + b, 16);
      const before = BEFORE + b;
      v128.store(before, i32x4.add(v128.load(before), i32x4.extend_low_i16x8_s(counted)));
      v128.store(before, i32x4.add(v128.load(before, 16), i32x4.extend_high_i16x8_s(counted)), 16);
      v128.store(COUNTED + b, i64x2(0, 0), 16);
      v128.store(COUNTED + b, i16x8.sub_sat_s(v128.load(COUNTED + b), step));
    }
  }
}

/** Adds the frequent extensions by `tail`, in the order in which growing would have found them. */
function addTails(tail: Tail, depth: i32): void {
  const behind = tail.behind;
  for (let at = changetype<usize>(tail) + offsetof<Tail>(); at < behind;) {
    const child = changetype<Tail>(at);
    const lane = <usize>child.lane;
    let support = <i32>load<i16>(COUNTED + ((lane & ~7) << 2) + ((lane & 7) << 1), 16);
    if (advanced) support += load<i32>(BEFORE + (lane << 2));
    if (add(depth, child.symbol, support) && child.row != 0) addTails(child, depth + 1);
    at = child.behind;
  }
}
