/**
 * The frequency and time vectors of the units of one cluster, put on a grid and folded: of a million units only the few
 * thousand distinct vectors are compared.
 *
 * - Frequency: calls of each type, as counted (the paper), or as shares of the unit.
 * - Time: mean duration of each type, on a logarithmic scale (time-cells.ts): what matters is a ratio, and one sleep
 *   of a second must not drown a thousandfold slower read. A type that does not occur is at 0.
 */
import { LEAST_COUNT, LEAST_TIME, MOST_COUNT, MOST_TIME, RANGE, type TypeRanges } from '../units/appearance.js';
import type { FeatureTable } from '../units/features.js';
import { TIME_CELLS_PER_OCTAVE } from '../units/time-cells.js';
import { outlierKernel } from './outlier-kernel.js';

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

/** Finest grids: one call, 1 % of a unit, a quarter of an octave. */
const FINEST = { counts: 1, shares: 0.01, times: 1 / TIME_CELLS_PER_OCTAVE } as const;

/** A group of units of a table. */
export interface GroupFeatures {
  readonly features: FeatureTable;
  readonly members: ArrayLike<number>;
  /** Call types of the group, numbered from 0 in rising order. */
  readonly dimensions: number;
  /** Per call type of the group: its number. */
  readonly dimension: Uint16Array;
  /** On the finest grids. */
  readonly counts: Extent;
  readonly times: Extent;
}

/** Per dimension: the least and the most of any unit; a unit without the type has 0. */
export interface Extent {
  readonly least: Uint32Array;
  readonly most: Uint32Array;
}

/** Units of a table that do the same work, in the order of the table, and the appearance vectors they have. */
export interface Cluster {
  readonly members: ArrayLike<number>;
  readonly vectors: ArrayLike<number>;
}

/** How many vectors of the group have a call type: kept where its ranges have the type. */
const VECTORS = 0;

/** The group of the units of a cluster. O(call types of its vectors). */
export function gatherGroup(features: FeatureTable, ranges: TypeRanges, { members, vectors }: Cluster): GroupFeatures {
  const { offsets, words } = ranges;
  const notes = new Uint32Array(features.calls * RANGE);
  const types: number[] = [];
  for (let v = 0; v < vectors.length; v++) {
    const end = RANGE * offsets[vectors[v]! + 1]!;
    for (let r = RANGE * offsets[vectors[v]!]!; r < end; r += RANGE) {
      const at = words[r]! * RANGE;
      if (notes[at + VECTORS]!++ === 0) {
        types.push(words[r]!);
        notes[at + LEAST_COUNT] = words[r + LEAST_COUNT]!;
        notes[at + LEAST_TIME] = words[r + LEAST_TIME]!;
      }
      for (const least of [LEAST_COUNT, LEAST_TIME])
        if (words[r + least]! < notes[at + least]!) notes[at + least] = words[r + least]!;
      for (const most of [MOST_COUNT, MOST_TIME])
        if (words[r + most]! > notes[at + most]!) notes[at + most] = words[r + most]!;
    }
  }
  types.sort((a, b) => a - b);
  const dimension = new Uint16Array(features.calls);
  types.forEach((type, d) => (dimension[type] = d));
  const everywhere = (type: number) => notes[type * RANGE + VECTORS] === vectors.length;
  const extent = (least: number, most: number): Extent => ({
    least: Uint32Array.from(types, (type) => (everywhere(type) ? notes[type * RANGE + least]! : 0)),
    most: Uint32Array.from(types, (type) => notes[type * RANGE + most]!),
  });
  return {
    ...{ features, members, dimensions: types.length, dimension },
    ...{ counts: extent(LEAST_COUNT, MOST_COUNT), times: extent(LEAST_TIME, MOST_TIME) },
  };
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
  const { least, most } = group[kind];
  for (let shift = 0; ; shift++) {
    let square = 0;
    let cells = 1;
    for (let d = 0; d < least.length; d++) {
      const apart = (most[d]! >>> shift) - (least[d]! >>> shift);
      square += apart * apart;
      cells *= apart + 1;
    }
    const step = FINEST[kind] * 2 ** shift;
    // A hair's breadth is left for rounding.
    if (Math.sqrt(square) * step > radius(step) * (1 - 1e-9)) return false;
    // As few vectors fit the table, so the grid is made no coarser.
    if (Math.min(cells, group.members.length) <= distinct || shift === 31) return true;
  }
}

/** Numbers of the kinds for src/outliers/kernel. */
const NUMBER: Readonly<Record<VectorKind, number>> = { counts: 0, times: 1, shares: 2 };

/**
 * Folds the vectors of a group. Whenever more than `distinct` different ones have come together the grid is made twice
 * as coarse, so that comparing all pairs stays cheap however large the cluster; what is far away stays far away.
 * Cells halve exactly, so the outcome does not depend on the order of the units, save for the numbering. O(entries).
 */
export function foldVectors(group: GroupFeatures, kind: VectorKind, distinct: number): FoldedVectors {
  const { members, dimension, dimensions, features } = group;
  const { length } = members;
  const wasm = outlierKernel();
  wasm.layOut(length, features.calls, dimensions, Math.min(distinct, length), NUMBER[kind]);
  const { buffer } = wasm.memory;
  new Uint16Array(buffer, wasm.DIMENSION.value, dimension.length).set(dimension);
  const lengths = new Uint32Array(buffer, wasm.LENGTHS.value, wasm.BLOCK.value);
  const entries = new Uint32Array(buffer, wasm.ENTRIES.value, 2 * wasm.entryRoom.value);
  for (let m = 0; m < length;) {
    const units = copyMembers(group, m, lengths, entries);
    wasm.fold(units);
    m += units;
  }
  const rows = wasm.rows.value;
  const step = FINEST[kind] * 2 ** wasm.shift.value;
  const values = wasm.vectors(step);
  const words = (address: number, count: number) => new Uint32Array(wasm.memory.buffer, address, count).slice();
  return {
    ...{ length: rows, dimensions, step },
    values: new Float32Array(wasm.memory.buffer, values, rows * dimensions).slice(),
    units: words(wasm.UNITS.value, rows),
    of: words(wasm.OF.value, length),
  };
}

/**
 * Copies the entries of the members from `first` on, of as many as there is room for. That brings them together from all over memory:
 * loads that nothing hangs on go on side by side.
 */
function copyMembers(
  { features: { offsets, ends, entries }, members }: GroupFeatures,
  first: number,
  lengths: Uint32Array,
  to: Uint32Array,
): number {
  const most = Math.min(lengths.length, members.length - first);
  let w = 0;
  for (let k = 0; k < most; k++) {
    const unit = members[first + k]!;
    const end = 2 * ends[unit]!;
    let from = 2 * offsets[unit]!;
    if (w + end - from > to.length) return k;
    lengths[k] = (end - from) / 2;
    while (from < end) to[w++] = entries[from++]!;
  }
  return most;
}
