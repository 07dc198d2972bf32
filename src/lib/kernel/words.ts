/** Tables of words of at most 15 bytes (names of calls, of errors): the word, zeros behind it, is compared as one vector. */

const SLOTS: i32 = 512;
const MOST_WORDS: i32 = 256;
/** A slot: the word (16 bytes), its number, three traits, and 1 when it is taken. */
const SLOT: i32 = 32;

/** A word that the driver adds. */
export const NEW_WORD: usize = memory.data(16, 16);
/** 16 bytes of ones, 16 of zeros: n bytes of ones begin at 16 - n. */
const ONES: usize = memory.data<u64>([-1, -1, 0, 0], 16);

const CALLS: usize = memory.data(SLOTS * SLOT, 16);
const ERRORS: usize = memory.data(SLOTS * SLOT, 16);
let calls: i32 = 0;

export function forgetCalls(): void {
  memory.fill(CALLS, 0, SLOTS * SLOT);
  calls = 0;
}

/** The call whose name stands at NEW_WORD has this number and these traits. */
export function addCall(number: i32, first: i32, kind: i32, role: i32): void {
  if (calls == MOST_WORDS) return;
  calls++;
  const slot = add(CALLS, number);
  store<u8>(slot, first, 20);
  store<i8>(slot, kind, 21);
  store<u8>(slot, role, 22);
}

/** The error whose name stands at NEW_WORD. */
export function addError(code: i32): void {
  add(ERRORS, code);
}

function add(table: usize, number: i32): usize {
  const word = v128.load(NEW_WORD);
  let slot = table + hashOf(word) * SLOT;
  while (load<u8>(slot, 23) != 0) slot = next(table, slot);
  v128.store(slot, word);
  store<i32>(slot, number, 16);
  store<u8>(slot, 1, 23);
  return slot;
}

// @inline
function hashOf(word: v128): u32 {
  const hash = i64x2.extract_lane(word, 0) * 0x9e3779b97f4a7c15 + i64x2.extract_lane(word, 1) * 0xc2b2ae3d27d4eb4f;
  return <u32>(hash >>> 55);
}

// @inline
function next(table: usize, slot: usize): usize {
  return slot + SLOT == table + SLOTS * SLOT ? table : slot + SLOT;
}

/** The `length` bytes at `p`, zeros behind them. */
// @inline
export function wordAt(p: usize, length: i32): v128 {
  return v128.and(v128.load(p), v128.load(ONES + 16 - length));
}

// @inline
function find(table: usize, p: usize, length: i32): usize {
  const word = wordAt(p, length);
  let slot = table + hashOf(word) * SLOT;
  while (load<u8>(slot, 23) != 0) {
    if (!v128.any_true(v128.xor(v128.load(slot), word))) return slot;
    slot = next(table, slot);
  }
  return 0;
}

/** Slot of the call named by `length` bytes at `p`, 0 when it is not known. */
export function findCall(p: usize, length: i32): usize {
  return find(CALLS, p, length);
}

/** errno of the error whose name stands at `p` and ends before a space, -1 when it is not known. */
export function errorAt(p: usize): i32 {
  return errorNamed(p, lengthTo(p, 32));
}

/** errno of the error named by `length` bytes at `p`, -1 when it is not known. */
export function errorNamed(p: usize, length: i32): i32 {
  const slot: usize = length < 0 ? 0 : find(ERRORS, p, length);
  return slot == 0 ? -1 : numberOf(slot);
}

/** Bytes before the first `end` at `p`, -1 when there are more than 15. */
// @inline
export function lengthTo(p: usize, end: i32): i32 {
  const mask = i8x16.bitmask(i8x16.eq(v128.load(p), i8x16.splat(<i8>end)));
  return mask == 0 ? -1 : <i32>ctz(mask);
}

// @inline
export function numberOf(slot: usize): i32 {
  return load<i32>(slot, 16);
}
// @inline
export function firstOf(slot: usize): i32 {
  return load<u8>(slot, 20);
}
// @inline
export function kindOf(slot: usize): i32 {
  return load<i8>(slot, 21);
}
// @inline
export function roleOf(slot: usize): i32 {
  return load<u8>(slot, 22);
}
