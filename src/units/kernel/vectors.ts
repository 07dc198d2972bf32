/**
 * Distinct appearance vectors of units (units/appearance.ts), found by hash while the entries of a unit are at hand, and the ranges of
 * their counts and times.
 */
import { room, twice } from '../../lib/kernel/room';

/** Bytes of a call type of a vector: the type; the least and the most of its counts, and of the cells of its times. */
const RANGE: usize = 20;
const LEAST_COUNT: usize = 4;
const MOST_COUNT: usize = 8;
const LEAST_TIME: usize = 12;
const MOST_TIME: usize = 16;

export let vectors: i32 = 0;
let capacity: i32 = 512;
/** Call types of vector v: [v-th, v + 1-th offset) of RANGES. */
export let OFFSETS: usize = 0;
export let RANGES: usize = 0;
let rangeRoom: i32 = 2048;
let HASHES: usize = 0;
/** By hash: number of the vector + 1; two slots a vector there is room for. */
let SLOTS: usize = 0;

export function layOutVectors(): void {
  OFFSETS = room(<usize>4 * (capacity + 1));
  HASHES = room(<usize>4 * capacity);
  SLOTS = room(<usize>8 * capacity);
  RANGES = room(RANGE * rangeRoom);
}

// @inline
function offsetOf(vector: i32): i32 {
  return load<i32>(OFFSETS + ((<usize>vector) << 2));
}

/** Vector of a unit with `types` entries from the address `from` on, in rising order of type. */
export function vectorOf(from: usize, types: i32): i32 {
  const to = from + ((<usize>types) << 3);
  let hash: u32 = types;
  for (let at = from; at < to; at += 8) hash = ((hash ^ (<u32>load<u16>(at))) * 0x9e3779b1) ^ (hash >> 15);
  hash ^= hash >> 16;
  const mask = 2 * capacity - 1;
  let slot: i32 = (<i32>hash) & mask;
  let found = vectorIn(slot);
  while (found >= 0 && !(hashOf(found) == hash && widened(found, from, types))) {
    slot = (slot + 1) & mask;
    found = vectorIn(slot);
  }
  return found < 0 ? begin(hash, slot, from, types) : found;
}

/** -1: none. */
// @inline
function vectorIn(slot: i32): i32 {
  return load<i32>(SLOTS + ((<usize>slot) << 2)) - 1;
}

/** Whether the vector has the types of the entries; if so, its ranges now hold them. */
// @inline
function widened(vector: i32, from: usize, types: i32): bool {
  const first = offsetOf(vector);
  if (offsetOf(vector + 1) - first != types) return false;
  const ranges = RANGES + RANGE * first;
  for (let k = 0; k < types; k++)
    if (<i32>load<u16>(from + ((<usize>k) << 3)) != load<i32>(ranges + RANGE * k)) return false;
  for (let k = 0; k < types; k++) {
    const entry = from + ((<usize>k) << 3);
    const range = ranges + RANGE * k;
    const time = <u32>load<u16>(entry, 2);
    const count = load<u32>(entry, 4);
    store<u32>(range, min(load<u32>(range, LEAST_COUNT), count), LEAST_COUNT);
    store<u32>(range, max(load<u32>(range, MOST_COUNT), count), MOST_COUNT);
    store<u32>(range, min(load<u32>(range, LEAST_TIME), time), LEAST_TIME);
    store<u32>(range, max(load<u32>(range, MOST_TIME), time), MOST_TIME);
  }
  return true;
}

function begin(hash: u32, free: i32, from: usize, types: i32): i32 {
  let slot = free;
  if (vectors == capacity) {
    OFFSETS = twice(OFFSETS, <usize>4 * (capacity + 1));
    HASHES = twice(HASHES, <usize>4 * capacity);
    capacity *= 2;
    SLOTS = room(<usize>8 * capacity);
    for (let v = 0; v < vectors; v++) store<i32>(SLOTS + ((<usize>freeSlot(hashOf(v))) << 2), v + 1);
    slot = freeSlot(hash);
  }
  const first = offsetOf(vectors);
  while (first + types > rangeRoom) {
    RANGES = twice(RANGES, RANGE * rangeRoom);
    rangeRoom *= 2;
  }
  for (let k = 0; k < types; k++) {
    const entry = from + ((<usize>k) << 3);
    const range = RANGES + RANGE * (first + k);
    const time = <u32>load<u16>(entry, 2);
    const count = load<u32>(entry, 4);
    store<u32>(range, <u32>load<u16>(entry));
    store<u32>(range, count, LEAST_COUNT);
    store<u32>(range, count, MOST_COUNT);
    store<u32>(range, time, LEAST_TIME);
    store<u32>(range, time, MOST_TIME);
  }
  store<u32>(HASHES + ((<usize>vectors) << 2), hash);
  store<i32>(OFFSETS + ((<usize>(vectors + 1)) << 2), first + types);
  store<i32>(SLOTS + ((<usize>slot) << 2), ++vectors);
  return vectors - 1;
}

// @inline
function hashOf(vector: i32): u32 {
  return load<u32>(HASHES + ((<usize>vector) << 2));
}

function freeSlot(hash: u32): i32 {
  const mask = 2 * capacity - 1;
  let slot: i32 = (<i32>hash) & mask;
  while (vectorIn(slot) >= 0) slot = (slot + 1) & mask;
  return slot;
}
