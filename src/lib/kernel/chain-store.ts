/**
 * Call chains by their bytes, each with a number. Nearly all are like one before, byte for byte; what is new JavaScript reads, and adds. A thread's
 * chains may mean other frames than those of another process, so they have a tag that differs with it.
 */

/** Bytes of the chains that are known, in multiples of 16. When there is no more room all are forgotten: what comes often is soon back. */
const ROOM: i32 = 1 << 20;
const STORE: usize = memory.data(ROOM, 16);
/** Longer ones are not kept. */
export const LONGEST_CHAIN: i32 = 1 << 15;
let used: i32 = 0;

/** A chain: where it lies, its hash, length in bytes, lines number and tag. */
const CHAIN: i32 = 32;
const MOST: i32 = 4096;
const CHAINS: usize = memory.data(MOST * CHAIN, 16);
let chains: i32 = 0;
/** Open addressing by hash: index + 1, 0 where free. */
const SLOTS: i32 = 2 * MOST;
const TABLE: usize = memory.data(SLOTS * 2, 16);

/** Rows with the numbers of their chains, in order. A window of text has fewer. */
const MOST_OWNED: i32 = 8192;
export const OWNER_ROWS: usize = memory.data(MOST_OWNED * 4, 16);
export const OWNER_CHAINS: usize = memory.data(MOST_OWNED * 4, 16);
let owned: i32 = 0;

/** 16 bytes of ones, 16 of zeros: n bytes of ones begin at 16 - n. */
const ONES: usize = memory.data<u64>([-1, -1, 0, 0], 16);

/** Set by `hashOf`. */
let hash: u64 = 0;
/** Set by `findChain`. */
export let chainLines: i32 = 0;
export let chainNumber: i32 = 0;

export function ownedOf(): i32 {
  return owned;
}
export function beginOwned(): void {
  owned = 0;
}
/** The chain of this number belongs to `row`. */
export function own(row: i32, chain: i32): void {
  store<i32>(OWNER_ROWS + (owned << 2), row);
  store<i32>(OWNER_CHAINS + (owned << 2), chain);
  owned++;
}
// @inline
export function hasRoom(): bool {
  return owned < MOST_OWNED;
}

export function forgetChains(): void {
  if (chains > 0) memory.fill(TABLE, 0, SLOTS * 2);
  chains = 0;
  used = 0;
}

/** Where the next chain is to be put, with room for the longest. */
export function newChain(): usize {
  if (used + LONGEST_CHAIN > ROOM || chains == MOST) forgetChains();
  return STORE + used;
}

/** The chain of `length` bytes at newChain() has so many lines, this number and this tag. */
export function addChain(length: i32, lines: i32, number: i32, tag: i32): void {
  const at = STORE + used;
  hashOf(at, at + length, tag);
  const slot = slotOf(at, length, tag);
  if (load<u16>(slot) != 0) return;
  const chain = CHAINS + chains * CHAIN;
  store<u32>(chain, at);
  store<i32>(chain, length, 4);
  store<u64>(chain, hash, 8);
  store<i32>(chain, lines, 16);
  store<i32>(chain, number, 20);
  store<i32>(chain, tag, 24);
  chains++;
  store<u16>(slot, chains);
  used += (length + 15) & ~15;
}

/** Whether the chain of `length` bytes at `start` is known; sets its number and lines. */
// @inline
export function findChain(start: usize, length: i32, tag: i32): bool {
  hashOf(start, start + length, tag);
  const index = load<u16>(slotOf(start, length, tag));
  if (index == 0) return false;
  const chain = CHAINS + (index - 1) * CHAIN;
  chainLines = load<i32>(chain, 16);
  chainNumber = load<i32>(chain, 20);
  return true;
}

// @inline
function hashOf(start: usize, end: usize, tag: i32): void {
  let sum = i64x2.splat(0);
  let p = start;
  for (; p + 16 <= end; p += 16) sum = v128.xor(rotated(sum), v128.load(p));
  sum = v128.xor(rotated(sum), v128.and(v128.load(p), v128.load(ONES + 16 - (end - p))));
  const one = (i64x2.extract_lane(sum, 0) + <u64>(end - start) + ((<u64>tag) << 32)) * 0x9e3779b97f4a7c15;
  hash = (one ^ (one >>> 29) ^ i64x2.extract_lane(sum, 1)) * 0xc2b2ae3d27d4eb4f;
}

// @inline
function rotated(sum: v128): v128 {
  return v128.or(i64x2.shl(sum, 11), i64x2.shr_u(sum, 53));
}

/** Slot of the chain of `length` bytes at `start` with this tag, whose hash is `hash`, or the free one where it would be. */
// @inline
function slotOf(start: usize, length: i32, tag: i32): usize {
  let slot = <i32>(hash >>> 51);
  for (;;) {
    const index = load<u16>(TABLE + (slot << 1));
    if (index == 0) break;
    const chain = CHAINS + (index - 1) * CHAIN;
    if (
      load<u64>(chain, 8) == hash &&
      load<i32>(chain, 4) == length &&
      load<i32>(chain, 24) == tag &&
      isSame(start, load<u32>(chain), length)
    )
      break;
    slot = (slot + 1) & (SLOTS - 1);
  }
  return TABLE + (slot << 1);
}

// @inline
function isSame(a: usize, b: usize, length: i32): bool {
  let i = 0;
  for (; i + 16 <= length; i += 16) if (v128.any_true(v128.xor(v128.load(a + i), v128.load(b + i)))) return false;
  const rest = v128.and(v128.xor(v128.load(a + i), v128.load(b + i)), v128.load(ONES + 16 - (length - i)));
  return !v128.any_true(rest);
}
