/** Whether one episode occurs in another, call by call. */
import { PARENT } from './closed';
import { room, zeros } from './memory';
import { frequent, maxLength, reach } from './sequence';
import { LENGTH, NODE, SYMBOL, nodes } from './tree';

/** Whether an episode fits in a word, each call a byte; then the words of all, of calls from 1 on, 0 behind the last. */
export let fitWords: bool = false;
export let WORDS: usize = 0;

/** Longest episode, calls: lengths are kept in bytes. */
const LONGEST: usize = 256;

/** Calls of the longer and of the shorter episode, 32 bits each. */
let LONGER: usize = 0;
let SHORTER: usize = 0;
/** Per call, its positions in the longer one, when these fit in a word. */
let POSITIONS: usize = 0;
/** Per position of the longer one, 1 when the calls looked at so far can end there. */
let ENDS: usize = 0;

export function prepareContains(episodes: usize): void {
  fitWords = maxLength <= 8 && frequent <= 255;
  WORDS = room(fitWords ? episodes * 8 : 0);
  LONGER = room(LONGEST * 4);
  SHORTER = room(LONGEST * 4);
  POSITIONS = zeros(<usize>(frequent + 1) * 4);
  ENDS = room(LONGEST);
}

/** Writes the calls of `episode` at `to`; gives their number. */
function spell(episode: usize, to: usize): i32 {
  const length: i32 = load<u8>(nodes + episode * NODE, LENGTH);
  let e = episode;
  for (let at = to + ((<usize>length) << 2); at > to; e = load<usize>(PARENT + (e << 2))) {
    at -= 4;
    store<u32>(at, load<u32>(nodes + e * NODE, SYMBOL));
  }
  return length;
}

/** Whether `shorter` occurs in `longer`, when episodes fit in words. */
// @inline
export function containsWord(longer: usize, shorter: usize): bool {
  const whole = i64x2(load<u64>(WORDS + (longer << 3)), 0);
  let calls = load<u64>(WORDS + (shorter << 3));
  let ends = i8x16.bitmask(i8x16.eq(whole, i8x16.splat(<i8>calls)));
  for (calls >>= 8; calls != 0 && ends != 0; calls >>= 8) {
    let next = ends << 1;
    for (let g = 2; g <= reach && g < 8; g++) next |= ends << g;
    ends = next & i8x16.bitmask(i8x16.eq(whole, i8x16.splat(<i8>calls))) & 0xff;
  }
  return ends != 0;
}

/**
 * Whether `shorter` occurs in `longer`. Keeps the set of positions at which each prefix can end: with a limit of gaps the
 * leftmost way would not do.
 */
export function contains(longer: usize, shorter: usize): bool {
  const length = spell(longer, LONGER);
  const calls = spell(shorter, SHORTER);
  if (length > 31) return containsLong(length, calls);
  for (let p = 0; p < length; p++) {
    const position = POSITIONS + ((<usize>load<u32>(LONGER + ((<usize>p) << 2))) << 2);
    store<u32>(position, load<u32>(position) | (1 << p));
  }
  let ends = load<u32>(POSITIONS + ((<usize>load<u32>(SHORTER)) << 2));
  for (let k = 1; k < calls && ends != 0; k++) {
    let next = ends << 1;
    for (let g = 2; g <= reach && g < length; g++) next |= ends << g;
    ends = next & load<u32>(POSITIONS + ((<usize>load<u32>(SHORTER + ((<usize>k) << 2))) << 2));
  }
  for (let p = 0; p < length; p++) store<u32>(POSITIONS + ((<usize>load<u32>(LONGER + ((<usize>p) << 2))) << 2), 0);
  return ends != 0;
}

function containsLong(length: i32, calls: i32): bool {
  let any = false;
  for (let k = 0; k < calls; k++) {
    any = false;
    // From the last on, so that what is read is still that of the call before.
    for (let p = length - 1; p >= 0; p--) {
      let ends = load<u32>(LONGER + ((<usize>p) << 2)) == load<u32>(SHORTER + ((<usize>k) << 2));
      if (ends && k > 0) {
        ends = false;
        for (let q = max(0, p - reach); q < p; q++) if (load<u8>(ENDS + <usize>q) != 0) ends = true;
      }
      store<u8>(ENDS + <usize>p, ends ? 1 : 0);
      any = any || ends;
    }
    if (!any) return false;
  }
  return any;
}
