/** Dense numbers for tuples of three numbers, by open addressing. */
import { room, twice } from '../../lib/kernel/room';

@unmanaged
export class Tuples {
  size: i32;
  /** Four numbers a slot: the tuple, and its number + 1. */
  slots: usize;
  mask: u32;
  /** The tuples, three numbers each, by number. */
  list: usize;
  capacity: i32;
}

const FIRST_SIZE: i32 = 512;

export function tuples(): Tuples {
  const t = changetype<Tuples>(room(offsetof<Tuples>()));
  t.slots = room(16 * 2 * FIRST_SIZE);
  t.mask = 2 * FIRST_SIZE - 1;
  t.list = room(12 * FIRST_SIZE);
  t.capacity = FIRST_SIZE;
  return t;
}

// @inline
function home(a: i32, b: i32, c: i32): u32 {
  let h: u32 = (a * 0x9e3779b1) ^ ((b + 0x7ed55d16) * 0x85ebca6b);
  h = (h ^ (h >> 15) ^ c) * 0xc2b2ae35;
  return h ^ (h >> 16);
}

/** Number of the tuple, given on first sight: 0, 1, 2 ... */
// @inline
export function intern(t: Tuples, a: i32, b: i32, c: i32): i32 {
  const slot = t.slots + ((<usize>(home(a, b, c) & t.mask)) << 4);
  const n = load<i32>(slot, 12);
  if (n != 0 && load<i32>(slot) == a && load<i32>(slot, 4) == b && load<i32>(slot, 8) == c) return n - 1;
  return search(t, a, b, c);
}

/** Number of the tuple, -1 when it was never interned. */
export function find(t: Tuples, a: i32, b: i32, c: i32): i32 {
  let slot = t.slots + ((<usize>(home(a, b, c) & t.mask)) << 4);
  for (let i = home(a, b, c) & t.mask; load<i32>(slot, 12) != 0; slot = t.slots + ((<usize>i) << 4)) {
    if (load<i32>(slot) == a && load<i32>(slot, 4) == b && load<i32>(slot, 8) == c) return load<i32>(slot, 12) - 1;
    i = (i + 1) & t.mask;
  }
  return -1;
}

function search(t: Tuples, a: i32, b: i32, c: i32): i32 {
  const found = find(t, a, b, c);
  if (found >= 0) return found;
  if (t.size == t.capacity) {
    t.list = twice(t.list, <usize>12 * t.capacity);
    t.capacity *= 2;
    rehash(t);
  }
  const at = t.list + <usize>12 * t.size;
  store<i32>(at, a);
  store<i32>(at, b, 4);
  store<i32>(at, c, 8);
  put(t, a, b, c, ++t.size);
  return t.size - 1;
}

function put(t: Tuples, a: i32, b: i32, c: i32, value: i32): void {
  let i = home(a, b, c) & t.mask;
  while (load<i32>(t.slots + ((<usize>i) << 4), 12) != 0) i = (i + 1) & t.mask;
  const slot = t.slots + ((<usize>i) << 4);
  store<i32>(slot, a);
  store<i32>(slot, b, 4);
  store<i32>(slot, c, 8);
  store<i32>(slot, value, 12);
}

/** Two slots a tuple of the new capacity. */
function rehash(t: Tuples): void {
  const slots = t.slots;
  const mask = t.mask;
  t.mask = 2 * t.capacity - 1;
  t.slots = room(<usize>16 * 2 * t.capacity);
  for (let i: u32 = 0; i <= mask; i++) {
    const slot = slots + ((<usize>i) << 4);
    const n = load<i32>(slot, 12);
    if (n != 0) put(t, load<i32>(slot), load<i32>(slot, 4), load<i32>(slot, 8), n);
  }
}

/** The first (0), second or third number of tuple `n`. */
// @inline
export function part(t: Tuples, n: i32, which: i32): i32 {
  return load<i32>(t.list + <usize>12 * n + <usize>4 * which);
}
