/**
 * Sums by call type of the units that are under way. A unit has few of the types, so its sums lie side by side: those of all
 * threads stay in the nearest cache.
 *
 * A slot holds one unit: how many types it has (or, while it is free, the next free slot); 16 bytes a type, in the order in which
 * they came: type, calls, time; and by call type its place among those, which is left as it is when a unit ends: that it still
 * holds shows in the type at the place.
 */
import { room } from '../../lib/kernel/room';

const HEAD: usize = 16;
let places: usize = 0;
let calls: i32 = 0;
let free: usize = 0;

export function layOutSums(callCount: i32): void {
  calls = callCount;
  places = HEAD + <usize>16 * calls;
}

export function takeSlot(): usize {
  const slot = free;
  if (slot == 0) return room(places + <usize>2 * calls);
  free = load<u32>(slot);
  store<i32>(slot, 0);
  return slot;
}

export function giveSlot(slot: usize): void {
  store<u32>(slot, <u32>free);
  free = slot;
}

/** The sums of a call type, all 0 if it is new to the unit. */
export function sumsFor(slot: usize, type: i32): usize {
  const place = slot + places + ((<usize>type) << 1);
  const k = <i32>load<u16>(place);
  const types = load<i32>(slot);
  const own = sumsAt(slot, k);
  if (k < types && load<i32>(own) == type) return own;
  const next = sumsAt(slot, types);
  store<i32>(next, type);
  store<i32>(next, 0, 4);
  store<f64>(next, 0, 8);
  store<u16>(place, <u16>types);
  store<i32>(slot, types + 1);
  return next;
}

/** Adds a call that took `time` ns; NaN, where durations were not recorded, adds nothing. */
// @inline
export function add(sums: usize, time: f64): void {
  store<i32>(sums, load<i32>(sums, 4) + 1, 4);
  if (time > 0) store<f64>(sums, load<f64>(sums, 8) + time, 8);
}

/** Types of the unit in a slot. */
// @inline
export function typesIn(slot: usize): i32 {
  return load<i32>(slot);
}

/** The sums of the k-th type that came. */
// @inline
export function sumsAt(slot: usize, k: i32): usize {
  return slot + HEAD + ((<usize>k) << 4);
}

/** The sums of a call type, 0 if the unit has none. */
export function sumsOf(slot: usize, type: i32): usize {
  const k = <i32>load<u16>(slot + places + ((<usize>type) << 1));
  const own = sumsAt(slot, k);
  return k < load<i32>(slot) && load<i32>(own) == type ? own : 0;
}

// @inline
export function clear(slot: usize): void {
  store<i32>(slot, 0);
}
