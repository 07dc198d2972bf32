/**
 * Tables of words (names of calls, of errors). Those of at most 15 bytes, nearly all, are compared as one vector, zeros behind the word;
 * longer ones, of at most 31, lie in a table of their own, which compares two.
 */

const SLOTS: i32 = 512;
const MOST_WORDS: i32 = 256;
/** A slot: the word's first 16 bytes, its number, three traits, 1 when it is taken; of a long word the other 16. */
const SLOT: i32 = 32;
const LONG_SLOT: i32 = 48;
const LONG_SLOTS: i32 = 128;
const MOST_LONG_WORDS: i32 = 64;

/** Instead of a number. */
export const NO_NUMBER: i32 = -1;

/** A word that the driver adds. */
export const NEW_WORD: usize = memory.data(32, 16);
/** 16 bytes of ones, 16 of zeros: n bytes of ones begin at 16 - n. */
const ONES: usize = memory.data<u64>([-1, -1, 0, 0], 16);

const CALLS: usize = memory.data(SLOTS * SLOT, 16);
const LONG_CALLS: usize = memory.data(LONG_SLOTS * LONG_SLOT, 16);
const ERRORS: usize = memory.data(SLOTS * SLOT, 16);
let calls: i32 = 0;
let longCalls: i32 = 0;

export function forgetCalls(): void {
  memory.fill(CALLS, 0, SLOTS * SLOT);
  memory.fill(LONG_CALLS, 0, LONG_SLOTS * LONG_SLOT);
  calls = 0;
  longCalls = 0;
}

/** Knows what the calls are still, but no longer their numbers. */
export function forgetNumbers(): void {
  for (let n = 0; n < SLOTS; n++) store<i32>(CALLS + n * SLOT, NO_NUMBER, 16);
  for (let n = 0; n < LONG_SLOTS; n++) store<i32>(LONG_CALLS + n * LONG_SLOT, NO_NUMBER, 16);
}

/** The call whose name stands at NEW_WORD has this number and these traits. */
export function addCall(number: i32, first: i32, kind: i32, role: i32): void {
  const word = v128.load(NEW_WORD);
  let slot: usize;
  if (load<u8>(NEW_WORD, 15) == 0) {
    slot = slotOf(CALLS, word);
    if (load<u8>(slot, 23) == 0) {
      if (calls == MOST_WORDS) return;
      calls++;
    }
  } else {
    const rest = v128.load(NEW_WORD, 16);
    slot = longSlot(word, rest);
    if (load<u8>(slot, 23) == 0) {
      if (longCalls == MOST_LONG_WORDS) return;
      longCalls++;
      v128.store(slot, rest, 32);
    }
  }
  take(slot, word, number);
  store<u8>(slot, first, 20);
  store<i8>(slot, kind, 21);
  store<u8>(slot, role, 22);
}

/** The error whose name, of at most 15 bytes, stands at NEW_WORD. */
export function addError(code: i32): void {
  const word = v128.load(NEW_WORD);
  take(slotOf(ERRORS, word), word, code);
}

function take(slot: usize, word: v128, number: i32): void {
  v128.store(slot, word);
  store<i32>(slot, number, 16);
  store<u8>(slot, 1, 23);
}

/** Slot of the word, or the free one where it would be. */
// @inline
function slotOf(table: usize, word: v128): usize {
  let slot = table + hashOf(word) * SLOT;
  while (load<u8>(slot, 23) != 0 && v128.any_true(v128.xor(v128.load(slot), word))) slot = next(table, slot);
  return slot;
}

/** Slot of the long word of these two vectors, or the free one where it would be. */
function longSlot(word: v128, rest: v128): usize {
  let slot = LONG_CALLS + ((hashOf(word) ^ hashOf(rest)) & (LONG_SLOTS - 1)) * LONG_SLOT;
  while (load<u8>(slot, 23) != 0) {
    const differ = v128.or(v128.xor(v128.load(slot), word), v128.xor(v128.load(slot, 32), rest));
    if (!v128.any_true(differ)) break;
    slot += LONG_SLOT;
    if (slot == LONG_CALLS + LONG_SLOTS * LONG_SLOT) slot = LONG_CALLS;
  }
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

/** Where the name that `callAt` found ends. */
export let callEnd: usize = 0;

/** Slot of the call whose name stands at `p`, behind it this byte; 0 when it is not known. */
// @inline
export function callAt(p: usize, end: i32): usize {
  const length = lengthTo(p, end);
  if (length < 0) return longCallAt(p, end);
  callEnd = p + length;
  return find(CALLS, p, length);
}

function longCallAt(p: usize, end: i32): usize {
  const length = lengthTo(p + 16, end);
  if (length < 0) return 0;
  callEnd = p + 16 + length;
  const slot = longSlot(v128.load(p), wordAt(p + 16, length));
  return load<u8>(slot, 23) == 0 ? 0 : slot;
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

/** NO_NUMBER: none was given since they were forgotten. */
// @inline
export function numberOf(slot: usize): i32 {
  return load<i32>(slot, 16);
}
export function setNumber(slot: usize, number: i32): void {
  store<i32>(slot, number, 16);
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
