/**
 * Distinct rows of cells, found by hash. A unit has few of its cluster's call types (of hundreds, in a large cluster), so a row is
 * the list of its cells that are not 0, in rising order of dimension.
 */
import { room, zeros } from './memory';

/** A cell: its dimension, and what it holds. */
const CELL: usize = 8;

export let rows: i32 = 0;
let capacity: i32 = 0;
/** Cells of row r: [OFFSETS[r], OFFSETS[r + 1]). */
let CELLS: usize = 0;
let OFFSETS: usize = 0;
let HASHES: usize = 0;
/** Per row: how many units it stands for. */
export let UNITS: usize = 0;
/** By hash: number of the row + 1; at least two slots a row. */
let SLOTS: usize = 0;
let mask: i32 = 0;
/** Per row: its number in the table before the last halving. */
let MOVED: usize = 0;

/** The row that is looked for: it lies behind those of the table, where it will stay if it is new. */
let end: usize = 0;
let hash: u32 = 0;

export function layOutRows(most: i32, dimensions: i32): void {
  capacity = most;
  rows = 0;
  CELLS = room(CELL * (most + 1) * dimensions);
  OFFSETS = zeros(<usize>4 * (most + 1));
  HASHES = room(<usize>4 * most);
  UNITS = zeros(<usize>4 * most);
  MOVED = room(<usize>4 * most);
  let slots = 16;
  while (slots < 2 * most) slots *= 2;
  mask = slots - 1;
  SLOTS = zeros(<usize>4 * slots);
}

// @inline
function cellsOf(row: i32): usize {
  return CELLS + CELL * load<u32>(OFFSETS + ((<usize>row) << 2));
}

/** Begins a row, all 0. */
// @inline
export function begin(): void {
  end = cellsOf(rows);
  hash = 0;
}

/** Sets a cell of the row; dimensions come in rising order. */
// @inline
export function set(dimension: u32, cell: u32): void {
  if (cell == 0) return;
  store<u32>(end, dimension);
  store<u32>(end, cell, 4);
  end += CELL;
  const mixed = cell * 0x85ebca6b;
  hash += (mixed ^ (mixed >> 13)) * ((2 * dimension + 1) * 0x9e3779b1);
}

/** Number of the row that is equal to the one begun, which is put into the table if there is none; -1 when there is no room for it. */
export function put(units: u32): i32 {
  let slot: i32 = (<i32>(hash ^ (hash >> 15))) & mask;
  let found = rowIn(slot);
  while (found >= 0 && !(load<u32>(HASHES + ((<usize>found) << 2)) == hash && isBegun(found))) {
    slot = (slot + 1) & mask;
    found = rowIn(slot);
  }
  if (found < 0) {
    if (rows == capacity) return -1;
    found = rows++;
    store<i32>(SLOTS + ((<usize>slot) << 2), rows);
    store<u32>(HASHES + ((<usize>found) << 2), hash);
    store<u32>(UNITS + ((<usize>found) << 2), 0);
    store<u32>(OFFSETS + ((<usize>rows) << 2), <u32>((end - CELLS) / CELL));
  }
  const count = UNITS + ((<usize>found) << 2);
  store<u32>(count, load<u32>(count) + units);
  return found;
}

/** -1: none. */
// @inline
function rowIn(slot: i32): i32 {
  return load<i32>(SLOTS + ((<usize>slot) << 2)) - 1;
}

// @inline
function isBegun(row: i32): bool {
  const begun = cellsOf(rows);
  const cells = cellsOf(row);
  const bytes = end - begun;
  if (cellsOf(row + 1) - cells != bytes) return false;
  for (let at: usize = 0; at < bytes; at += CELL) if (load<u64>(cells + at) != load<u64>(begun + at)) return false;
  return true;
}

/** Puts every two neighbouring cells together. The row that was begun is lost. */
export function halve(): void {
  const before = rows;
  rows = 0;
  memory.fill(SLOTS, 0, <usize>4 * (mask + 1));
  let from = CELLS;
  for (let row = 0; row < before; row++) {
    // A row never moves up, so it comes to a place that has been read.
    const to = CELLS + CELL * load<u32>(OFFSETS + ((<usize>(row + 1)) << 2));
    const units = load<u32>(UNITS + ((<usize>row) << 2));
    begin();
    for (; from < to; from += CELL) set(load<u32>(from), load<u32>(from, 4) >> 1);
    store<i32>(MOVED + ((<usize>row) << 2), put(units));
  }
}

/** What has become of a row. */
// @inline
export function moved(row: i32): i32 {
  return load<i32>(MOVED + ((<usize>row) << 2));
}

/** The rows, all their cells, as numbers of width `step`. */
export function dense(dimensions: i32, step: f64): usize {
  const all = zeros(<usize>4 * rows * dimensions);
  for (let row = 0; row < rows; row++) {
    const own = all + <usize>4 * row * dimensions;
    const to = cellsOf(row + 1);
    for (let at = cellsOf(row); at < to; at += CELL)
      store<f32>(own + <usize>4 * load<u32>(at), <f32>(<f64>(<f32>load<i32>(at, 4)) * step));
  }
  return all;
}
