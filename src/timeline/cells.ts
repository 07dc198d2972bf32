/** A window cut into equal cells, and lengths of time laid upon them. */
import type { Window } from '../units/unit-table.js';

export interface CellGrid extends Window {
  readonly cells: number;
  readonly widthNs: number;
}

export function gridOf({ fromNs, toNs }: Window, cells: number): CellGrid {
  return { fromNs, toNs, cells, widthNs: (toNs - fromNs) / cells };
}

/** The cell of a moment; moments outside the window belong to the nearest cell. */
export function cellAt({ fromNs, widthNs, cells }: CellGrid, ns: number): number {
  return Math.min(cells - 1, Math.max(0, Math.floor((ns - fromNs) / widthNs)));
}

/** Adds to `sums[offset + cell]` the nanoseconds that [fromNs, toNs) shares with each cell. */
export function addSpan(grid: CellGrid, fromNs: number, toNs: number, sums: Float64Array, offset = 0): void {
  const from = Math.max(fromNs, grid.fromNs);
  const to = Math.min(toNs, grid.toNs);
  if (!(to > from)) return;
  const first = cellAt(grid, from);
  const last = cellAt(grid, to);
  if (first === last) {
    sums[offset + first]! += to - from;
    return;
  }
  const edge = (cell: number) => grid.fromNs + cell * grid.widthNs;
  sums[offset + first]! += edge(first + 1) - from;
  for (let cell = first + 1; cell < last; cell++) sums[offset + cell]! += grid.widthNs;
  sums[offset + last]! += to - edge(last);
}
