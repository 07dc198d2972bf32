/**
 * The frequency and time vectors of the units of one cluster, put on a grid and folded: of a million units only the few
 * thousand distinct vectors are compared.
 *
 * - Frequency: calls of each type, as counted (the paper), or as shares of the unit.
 * - Time: mean duration of each type, on a logarithmic scale (octaves above 1 µs): what matters is a ratio, and one sleep
 *   of a second must not drown a thousandfold slower read. A type that does not occur is at 0.
 */
import type { FeatureTable } from '../units/features.js';

export type VectorKind = 'counts' | 'shares' | 'times';

/** Distinct vectors of a group of units. */
export interface FoldedVectors {
  readonly length: number;
  readonly dimensions: number;
  /** Vector v is `values[v * dimensions ..]`, in the kind's own unit (calls, shares, octaves). */
  readonly values: Float32Array;
  /** Units that have it. */
  readonly units: Uint32Array;
  /** Per unit of the group: its vector. */
  readonly of: Uint32Array;
  /** Width of the grid in the end, in the kind's own unit. */
  readonly step: number;
}

/**
 * Finest grids: one call, 1 % of a unit, a quarter of an octave (a fifth more or less time, which two runs of the same
 * work differ by anyway).
 */
const FINEST = { counts: 1, shares: 0.01, times: 0.25 } as const;
const OCTAVE_ZERO_NS = 1000;

/** The features of a group of units, side by side. */
export interface GroupFeatures {
  /** Number of units. */
  readonly length: number;
  /** Entries of unit i: [offsets[i], offsets[i + 1]). */
  readonly offsets: Uint32Array;
  /** Call types of the group, numbered from 0 in rising order. */
  readonly dimensions: number;
  readonly dimension: Uint16Array;
  readonly count: Uint32Array;
  /** ns */
  readonly mean: Float32Array;
  /** Per dimension: the least and the most of any unit; a unit without the type has 0. */
  readonly counts: Extent;
  readonly means: Extent;
}

export interface Extent {
  readonly least: Float64Array;
  readonly most: Float64Array;
}

/** Takes together the entries of `members`, which lie far apart in the table: they are read twice. O(entries). */
export function gatherGroup(features: FeatureTable, members: ArrayLike<number>): GroupFeatures {
  const { offsets, ends, call, count, mean, calls } = features;
  const own = new Uint32Array(members.length + 1);
  for (let m = 0; m < members.length; m++) own[m + 1] = own[m]! + ends[members[m]!]! - offsets[members[m]!]!;
  const entries = own[members.length]!;
  const group = {
    ...{ length: members.length, offsets: own, dimension: new Uint16Array(entries) },
    ...{ count: new Uint32Array(entries), mean: new Float32Array(entries) },
  };
  const units = new Uint32Array(calls);
  const counts = new Extents(calls);
  const means = new Extents(calls);
  for (let m = 0, at = 0; m < members.length; m++) {
    for (let e = offsets[members[m]!]!, end = ends[members[m]!]!; e < end; e++, at++) {
      const type = call[e]!;
      group.dimension[at] = type;
      counts.add(type, (group.count[at] = count[e]!));
      means.add(type, (group.mean[at] = mean[e]!));
      units[type]!++;
    }
  }
  const types: number[] = [];
  const number = new Uint16Array(calls);
  for (let type = 0; type < calls; type++) if (units[type]! > 0) number[type] = types.push(type) - 1;
  for (let e = 0; e < entries; e++) group.dimension[e] = number[group.dimension[e]!]!;
  const everywhere = types.map((type) => units[type] === members.length);
  return {
    ...{ ...group, dimensions: types.length },
    ...{ counts: counts.of(types, everywhere), means: means.of(types, everywhere) },
  };
}

/** The least and the most by call type. */
class Extents {
  private readonly least: Float64Array;
  private readonly most: Float64Array;

  constructor(calls: number) {
    this.least = new Float64Array(calls).fill(Infinity);
    this.most = new Float64Array(calls);
  }

  add(type: number, value: number): void {
    if (value < this.least[type]!) this.least[type] = value;
    if (value > this.most[type]!) this.most[type] = value;
  }

  of(types: readonly number[], everywhere: readonly boolean[]): Extent {
    return {
      least: Float64Array.from(types, (type, d) => (everywhere[d]! ? this.least[type]! : 0)),
      most: Float64Array.from(types, (type) => this.most[type]!),
    };
  }
}

/**
 * Whether no two vectors of the group can be farther apart than `radius(step)` on any grid that folding may end with: a look at
 * the corners of the box they lie in. Distances by shares are not looked at.
 */
export function boxWithin(
  group: GroupFeatures,
  kind: VectorKind,
  distinct: number,
  radius: (step: number) => number,
): boolean {
  if (kind === 'shares') return false;
  const { least, most } = kind === 'times' ? group.means : group.counts;
  const low = least.map((value) => cellOf(value, kind));
  const high = most.map((value) => cellOf(value, kind));
  for (let shift = 0; ; shift++) {
    let square = 0;
    let cells = 1;
    for (let d = 0; d < low.length; d++) {
      const apart = (high[d]! >>> shift) - (low[d]! >>> shift);
      square += apart * apart;
      cells *= apart + 1;
    }
    const step = FINEST[kind] * 2 ** shift;
    // A hair's breadth is left for rounding.
    if (Math.sqrt(square) * step > radius(step) * (1 - 1e-9)) return false;
    // As few vectors fit the table, so the grid is made no coarser.
    if (Math.min(cells, group.length) <= distinct || shift === 31) return true;
  }
}

/**
 * Folds the vectors of a group. Whenever more than `distinct` different ones have come together the grid is made twice
 * as coarse, so that comparing all pairs stays cheap however large the cluster; what is far away stays far away.
 * Cells halve exactly, so the outcome does not depend on the order of the units, save for the numbering. O(entries).
 */
export function foldVectors(group: GroupFeatures, kind: VectorKind, distinct: number): FoldedVectors {
  const { offsets, dimension, count, mean, dimensions, length } = group;
  const cells = new CellTable(Math.min(distinct, length), dimensions);
  const of = new Uint32Array(length);
  let shift = 0;
  for (let m = 0; m < length; m++) {
    const from = offsets[m]!;
    const to = offsets[m + 1]!;
    let scale = 1 / FINEST[kind];
    if (kind === 'shares') {
      let total = 0;
      for (let e = from; e < to; e++) total += count[e]!;
      scale /= total;
    }
    let hash = 0;
    for (let e = from; e < to; e++) {
      const value = kind === 'times' ? octaves(mean[e]!) : count[e]!;
      hash = (hash + cells.set(dimension[e]!, Math.floor(value * scale + ROUNDING) >>> shift)) | 0;
    }
    const before = cells.length;
    let found = cells.put(hash);
    while (found < 0) {
      shift++;
      const moved = cells.halve();
      for (let i = 0; i < m; i++) of[i] = moved[of[i]!]!;
      found = cells.put(cells.hashOfPending());
    }
    // What was written for a unit that is like an earlier one is taken back.
    if (found < before) for (let e = from; e < to; e++) cells.set(dimension[e]!, 0);
    of[m] = found;
  }
  const step = FINEST[kind] * 2 ** shift;
  const units = new Uint32Array(cells.length);
  for (let m = 0; m < length; m++) units[of[m]!]!++;
  const values = Float32Array.from(cells.used());
  for (let i = 0; i < values.length; i++) values[i]! *= step;
  return { length: cells.length, dimensions, values, units, of, step };
}

/** Keeps 0.07 / 0.01 from falling into the cell of 6. */
const ROUNDING = 1e-6;

function cellOf(value: number, kind: 'counts' | 'times'): number {
  return Math.floor((kind === 'times' ? octaves(value) : value) * (1 / FINEST[kind]) + ROUNDING);
}

function octaves(ns: number): number {
  return Math.log2(1 + ns / OCTAVE_ZERO_NS);
}

/** Distinct rows of cells, found by hash. */
class CellTable {
  length = 0;
  /** Behind the rows one more, the pending one, which is written before it is known to be new. */
  private readonly cells: Int32Array;
  private readonly hashes: Int32Array;
  private readonly slots: Int32Array;

  constructor(
    private readonly capacity: number,
    private readonly dimensions: number,
  ) {
    this.cells = new Int32Array((capacity + 1) * dimensions);
    this.hashes = new Int32Array(capacity);
    let size = 16;
    while (size < 2 * capacity) size *= 2;
    this.slots = new Int32Array(size).fill(-1);
  }

  /** Writes a cell of the pending row, all 0 before; returns what it adds to the row's hash: nothing for 0. */
  set(dimension: number, cell: number): number {
    this.cells[this.length * this.dimensions + dimension] = cell;
    return cellHash(dimension, cell);
  }

  hashOfPending(): number {
    return this.hashOf(this.length);
  }

  /** Number of the row equal to the pending one, which becomes a row if there is none; -1 when there is no room for it. */
  put(hash: number): number {
    const { cells, hashes, slots, dimensions } = this;
    const row = this.length * dimensions;
    let slot = (hash ^ (hash >>> 15)) & (slots.length - 1);
    let found = slots[slot]!;
    while (found >= 0 && !(hashes[found] === hash && equalRows(cells, found * dimensions, row, dimensions))) {
      slot = (slot + 1) & (slots.length - 1);
      found = slots[slot]!;
    }
    if (found >= 0) return found;
    if (this.length === this.capacity) return -1;
    hashes[this.length] = hash;
    slots[slot] = this.length;
    return this.length++;
  }

  /** Puts every two neighbouring cells together, those of the pending row too; returns the new number of each row. */
  halve(): Uint32Array {
    const { cells, dimensions } = this;
    const before = this.length;
    const moved = new Uint32Array(before);
    for (let i = 0; i < (before + 1) * dimensions; i++) cells[i]! >>>= 1;
    this.length = 0;
    this.slots.fill(-1);
    for (let row = 0; row <= before; row++) {
      // A row never moves up, so nothing that is still to be read is overwritten.
      cells.copyWithin(this.length * dimensions, row * dimensions, (row + 1) * dimensions);
      if (row < before) moved[row] = this.put(this.hashOf(this.length));
    }
    cells.fill(0, (this.length + 1) * dimensions);
    return moved;
  }

  /** The cells of all rows. */
  used(): Int32Array {
    return this.cells.subarray(0, this.length * this.dimensions);
  }

  private hashOf(row: number): number {
    let hash = 0;
    for (let d = 0; d < this.dimensions; d++) hash = (hash + cellHash(d, this.cells[row * this.dimensions + d]!)) | 0;
    return hash;
  }
}

/** Hashes add up, so that cells may come in any order and those of 0 need not come at all. */
function cellHash(dimension: number, cell: number): number {
  const mixed = Math.imul(cell, 0x85ebca6b);
  return Math.imul(mixed ^ (mixed >>> 13), (2 * dimension + 1) * 0x9e3779b1);
}

function equalRows(cells: Int32Array, a: number, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (cells[a + i] !== cells[b + i]) return false;
  return true;
}
