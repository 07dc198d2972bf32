/** Distinct windows of the text: what follows a position, as far as it matters, is often the same as elsewhere. */
import { room, zeros } from './memory';
import { TEXT, length } from './sequence';

/** FNV's prime: any odd number with bits here and there would do. */
const FACTOR: u32 = 0x01000193;

export let count: i32 = 0;
/** Per position the window of what follows it; per window the first position that it follows. */
export let OF: usize = 0;
export let AT: usize = 0;
/** The windows, those that occur most often first (to a factor of two). */
export let BY_WEIGHT: usize = 0;

/**
 * Numbers the distinct windows of `size` calls. A rolling hash finds candidates, which are compared: O(text x size). False
 * when there are more than `limit`.
 */
export function numberWindows(size: i32, limit: i32): bool {
  let slots: u32 = 1024;
  while (slots < <u32>length * 2) slots *= 2;
  const table = zeros(<usize>slots * 4);
  OF = room(<usize>length * 4);
  AT = room(<usize>length * 4);
  count = 0;
  let power: u32 = 1;
  let hash: u32 = 0;
  for (let i = 0; i < size; i++) {
    power *= FACTOR;
    hash = hash * FACTOR + load<u32>(TEXT + ((<usize>i) << 2));
  }
  for (let p = 0; p < length; p++) {
    const at = TEXT + ((<usize>p) << 2);
    hash = hash * FACTOR + load<u32>(at + ((<usize>size) << 2)) - load<u32>(at) * power;
    let slot = (hash ^ (hash >> 15)) * 0x9e3779b1;
    slot = (slot ^ (slot >> 15)) & (slots - 1);
    let window = load<i32>(table + ((<usize>slot) << 2));
    while (
      window != 0 &&
      !equal(TEXT + ((<usize>load<i32>(AT + ((<usize>(window - 1)) << 2))) << 2) + 4, at + 4, size)
    ) {
      slot = (slot + 1) & (slots - 1);
      window = load<i32>(table + ((<usize>slot) << 2));
    }
    if (window == 0) {
      if (count >= limit) return false;
      store<i32>(AT + ((<usize>count) << 2), p);
      window = ++count;
      store<i32>(table + ((<usize>slot) << 2), window);
    }
    store<i32>(OF + ((<usize>p) << 2), window - 1);
  }
  byWeight();
  return true;
}

// @inline
function equal(p: usize, q: usize, size: i32): bool {
  let left = size;
  for (; left >= 4; left -= 4, p += 16, q += 16) {
    if (v128.any_true(v128.xor(v128.load(p), v128.load(q)))) return false;
  }
  for (; left > 0; left--, p += 4, q += 4) if (load<u32>(p) != load<u32>(q)) return false;
  return true;
}

function byWeight(): void {
  const weights = zeros(<usize>count * 4);
  for (let p: usize = 0; p < (<usize>length) << 2; p += 4) {
    const weight = weights + ((<usize>load<i32>(OF + p)) << 2);
    store<i32>(weight, load<i32>(weight) + 1);
  }
  const next = zeros(34 * 4);
  for (let w: usize = 0; w < (<usize>count) << 2; w += 4) {
    const slot = next + ((<usize>clz(load<i32>(weights + w))) << 2);
    store<i32>(slot, load<i32>(slot, 4) + 1, 4);
  }
  for (let k: usize = 4; k < 34 * 4; k += 4) store<i32>(next + k, load<i32>(next + k) + load<i32>(next + k - 4));
  BY_WEIGHT = room(<usize>count * 4);
  for (let w = 0; w < count; w++) {
    const slot = next + ((<usize>clz(load<i32>(weights + ((<usize>w) << 2)))) << 2);
    const rank = load<i32>(slot);
    store<i32>(BY_WEIGHT + ((<usize>rank) << 2), w);
    store<i32>(slot, rank + 1);
  }
}
