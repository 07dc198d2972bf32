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

/**
 * Folds the vectors of `members` (units). While there are more than `distinct` different ones the grid is made twice as
 * coarse, so that comparing all pairs stays cheap however large the cluster; what is far away stays far away. O(entries) a grid.
 */
export function foldVectors(
  features: FeatureTable,
  members: ArrayLike<number>,
  kind: VectorKind,
  distinct: number,
): FoldedVectors {
  const { dimensionOf, dimensions } = callTypes(features, members);
  for (let step = FINEST[kind]; ; step *= 2) {
    const folded = fold(features, members, kind, step, dimensionOf, dimensions, distinct);
    if (folded !== null) return folded;
  }
}

/** Call types that occur in the group, in rising order, as dimensions. */
function callTypes(
  features: FeatureTable,
  members: ArrayLike<number>,
): { dimensionOf: Int32Array; dimensions: number } {
  const dimensionOf = new Int32Array(features.calls).fill(-1);
  for (let m = 0; m < members.length; m++) {
    const unit = members[m]!;
    for (let e = features.offsets[unit]!; e < features.offsets[unit + 1]!; e++) dimensionOf[features.call[e]!] = 0;
  }
  let dimensions = 0;
  for (let c = 0; c < dimensionOf.length; c++) if (dimensionOf[c] === 0) dimensionOf[c] = dimensions++;
  return { dimensionOf, dimensions };
}

/** Null when there are more than `distinct` vectors on this grid. */
function fold(
  features: FeatureTable,
  members: ArrayLike<number>,
  kind: VectorKind,
  step: number,
  dimensionOf: Int32Array,
  dimensions: number,
  distinct: number,
): FoldedVectors | null {
  const { offsets, call, count, mean } = features;
  const cells = new Int32Array((Math.min(distinct, members.length) + 1) * dimensions);
  const hashes = new Int32Array(distinct + 1);
  let size = 16;
  while (size < 2 * Math.min(distinct, members.length) + 2) size *= 2;
  const slots = new Int32Array(size).fill(-1);
  const units = new Uint32Array(Math.min(distinct, members.length) + 1);
  const of = new Uint32Array(members.length);
  let vectors = 0;
  for (let m = 0; m < members.length; m++) {
    const from = offsets[members[m]!]!;
    const to = offsets[members[m]! + 1]!;
    let total = 1;
    if (kind === 'shares') {
      total = 0;
      for (let e = from; e < to; e++) total += count[e]!;
    }
    // The vector is written behind those known; it stays there if it is new.
    const row = vectors * dimensions;
    let hash = 0;
    cells.fill(0, row, row + dimensions);
    for (let e = from; e < to; e++) {
      const value = kind === 'times' ? octaves(mean[e]!) : count[e]! / total;
      const dimension = dimensionOf[call[e]!]!;
      const cell = Math.round(value / step);
      cells[row + dimension] = cell;
      // A sum over dimensions, so that cells of 0 add nothing and vectors are equal whether a type is absent or tiny.
      hash = (hash + Math.imul(Math.imul(cell, 0x85ebca6b) ^ (cell >>> 13), 2 * dimension + 0x9e3779b1)) | 0;
    }
    let slot = (hash ^ (hash >>> 15)) & (size - 1);
    let found = slots[slot]!;
    while (found >= 0 && !(hashes[found] === hash && equalRows(cells, found * dimensions, row, dimensions))) {
      slot = (slot + 1) & (size - 1);
      found = slots[slot]!;
    }
    if (found < 0) {
      if (vectors === distinct) return null;
      found = vectors++;
      hashes[found] = hash;
      slots[slot] = found;
    }
    of[m] = found;
    units[found]!++;
  }
  const values = new Float32Array(vectors * dimensions);
  for (let i = 0; i < values.length; i++) values[i] = cells[i]! * step;
  return { length: vectors, dimensions, values, units: units.subarray(0, vectors), of, step };
}

function octaves(ns: number): number {
  return Math.log2(1 + ns / OCTAVE_ZERO_NS);
}

function equalRows(cells: Int32Array, a: number, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (cells[a + i] !== cells[b + i]) return false;
  return true;
}
