/** Units in the order in which they ended, and the entries of their features (units/features.ts), until the driver takes them. */
import { room } from '../../lib/kernel/room';
import { clear, sumsAt, sumsOf, typesIn } from './sums';
import { vectorOf } from './vectors';

const ROOM: i32 = 1 << 13;
const LEAST_ENTRIES: i32 = 1 << 16;

/** Five words a unit: its thread, row of its first call, how many calls, how many entries, and its appearance vector. */
const UNIT: usize = 20;
export const UNITS: usize = memory.data(ROOM * 20, 16);
export let units: i32 = 0;
/** Two words an entry. */
export let ENTRIES: usize = 0;
export let entries: i32 = 0;
let entryRoom: i32 = 0;
let calls: i32 = 0;

/** By the upper bits of a time's float: its cell, and the first float of the next cell (units/time-cells.ts). */
const LOWER_BITS: u32 = 19;
export const CELLS: usize = memory.data(2 << 12, 16);
export const NEXT_FROM: usize = memory.data(4 << 12, 16);

export function layOutFound(callCount: i32): void {
  calls = callCount;
  entryRoom = max(LEAST_ENTRIES, 2 * calls);
  ENTRIES = room(<usize>8 * entryRoom);
}

/** Whether two more units may find no room. */
// @inline
export function full(): bool {
  return units + 2 > ROOM || entries + 2 * calls > entryRoom;
}

/** The driver has taken what was found. */
export function taken(): void {
  units = entries = 0;
}

/** Up to so many types are put in order by insertion. */
const FEW: i32 = 32;

/** The unit in `slot` is over. */
export function push(thread: i32, first: i32, callCount: i32, slot: usize): void {
  const types = typesIn(slot);
  const from = ENTRIES + ((<usize>entries) << 3);
  if (types <= FEW) {
    for (let k = 0; k < types; k++) {
      const sums = sumsAt(slot, k);
      const type = <u32>load<i32>(sums);
      let at = from + ((<usize>k) << 3);
      for (; at > from && <u32>load<u16>(at - 8) > type; at -= 8) store<u64>(at, load<u64>(at - 8));
      writeEntry(at, sums);
    }
  } else {
    let at = from;
    for (let type = 0; type < calls; type++) {
      const sums = sumsOf(slot, type);
      if (sums == 0) continue;
      writeEntry(at, sums);
      at += 8;
    }
  }
  const unit = UNITS + UNIT * units;
  store<i32>(unit, thread);
  store<i32>(unit, first, 4);
  store<i32>(unit, callCount, 8);
  store<i32>(unit, types, 12);
  store<i32>(unit, vectorOf(from, types), 16);
  units++;
  entries += types;
  clear(slot);
}

// @inline
function writeEntry(at: usize, sums: usize): void {
  const count = load<u32>(sums, 4);
  const time = timeCell(load<f64>(sums, 8) / <f64>count);
  store<u32>(at, (<u32>load<i32>(sums)) | (time << 16));
  store<u32>(at, count, 4);
}

// @inline
function timeCell(ns: f64): u32 {
  const float = reinterpret<u32>(<f32>ns);
  const upper: usize = float >> LOWER_BITS;
  const cell = <u32>load<u16>(CELLS + (upper << 1));
  return float < load<u32>(NEXT_FROM + (upper << 2)) ? cell : cell + 1;
}
