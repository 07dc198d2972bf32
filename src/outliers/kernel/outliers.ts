/**
 * The vectors of a group of units on a grid, folded (outliers/vectors.ts), and how far apart they are (outliers/neighbors.ts): both drive
 * this. In WebAssembly because it is done for every unit, and for many pairs of vectors: as JavaScript it takes twice as long, and
 * a tenth of a second to be compiled.
 * Compiled by AssemblyScript, https://www.assemblyscript.org/, by scripts/build-wasm.js.
 */
import { freeAll, room } from './memory';
import {
  ALONG,
  DISTANCES,
  VALUES,
  WEIGHTS,
  allWithin,
  distancesTo,
  layOutVectors,
  neighborDistances,
} from './neighbors';
import { UNITS, begin, dense, halve, layOutRows, moved, put, rows, set } from './rows';

export { ALONG, DISTANCES, VALUES, WEIGHTS, allWithin, distancesTo, layOutVectors, neighborDistances };
export { UNITS, rows };

/** What cells are made of: the numbers of outliers/vectors.ts. */
const TIMES: i32 = 1;
const SHARES: i32 = 2;
/** Shares are in cells of one in so many. */
const PARTS: f64 = 1 / 0.01;
/** Keeps 0.07 / 0.01 from falling into the cell of 6. */
const ROUNDING: f64 = 1e-6;

/** Units that the driver hands over at a time, and entries: there is room for a unit of all call types. */
export const BLOCK: i32 = 1 << 10;
export let entryRoom: i32 = 0;
/** Per unit of the block: how many entries it has. The entries (units/features.ts), one unit's after the other's. */
export const LENGTHS: usize = memory.data(BLOCK * 4, 16);
export let ENTRIES: usize = 0;
/** Per call type of the group: its number, in rising order. */
export let DIMENSION: usize = 0;
/** Per unit of the group: its row. */
export let OF: usize = 0;
/** The grid is so many times twice as coarse as the finest. */
export let shift: i32 = 0;

let folded: i32 = 0;
let kind: i32 = 0;
let dimensions: i32 = 0;

export function layOut(units: i32, calls: i32, dimensionCount: i32, distinct: i32, kindOfCells: i32): void {
  freeAll();
  entryRoom = max(8 * BLOCK, calls);
  ENTRIES = room(<usize>8 * entryRoom);
  DIMENSION = room(<usize>2 * calls);
  OF = room(<usize>4 * units);
  layOutRows(distinct, dimensionCount);
  shift = folded = 0;
  kind = kindOfCells;
  dimensions = dimensionCount;
}

/** Folds the units of the block. */
export function fold(units: i32): void {
  let from = ENTRIES;
  for (let u = 0; u < units; u++) {
    const to = from + ((<usize>load<i32>(LENGTHS + ((<usize>u) << 2))) << 3);
    let found = rowOf(from, to);
    while (found < 0) {
      shift++;
      halve();
      for (let i = 0; i < folded; i++) {
        const at = OF + ((<usize>i) << 2);
        store<i32>(at, moved(load<i32>(at)));
      }
      found = rowOf(from, to);
    }
    store<i32>(OF + ((<usize>folded) << 2), found);
    folded++;
    from = to;
  }
}

// @inline
function rowOf(from: usize, to: usize): i32 {
  begin();
  if (kind == TIMES) for (let at = from; at < to; at += 8) setCell(at, load<u16>(at, 2));
  else if (kind == SHARES) setShares(from, to);
  else for (let at = from; at < to; at += 8) setCell(at, load<u32>(at, 4));
  return put(1);
}

function setShares(from: usize, to: usize): void {
  let total: f64 = 0;
  for (let at = from; at < to; at += 8) total += <f64>load<u32>(at, 4);
  const scale = PARTS / total;
  for (let at = from; at < to; at += 8) setCell(at, <u32>(<f64>load<u32>(at, 4) * scale + ROUNDING));
}

// @inline
function setCell(entry: usize, cell: u32): void {
  set(load<u16>(DIMENSION + ((<usize>load<u16>(entry)) << 1)), cell >> shift);
}

/** The rows as vectors, a 32-bit float a dimension, in which a cell is `step` wide. */
export function vectors(step: f64): usize {
  return dense(dimensions, step);
}
