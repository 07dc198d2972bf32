/** How long execution units take. */
import type { RowsByThread, Trace } from '../trace/table.js';
import type { FoundUnits, UnitTable } from '../units/unit-table.js';

/** Per unit: ns from its first call to the end of its last, within the window. */
export function unitLengths(
  { columns: { start, duration } }: Trace,
  units: FoundUnits,
  { order }: RowsByThread,
  { to }: UnitTable,
  toNs: number,
): Float64Array {
  return Float64Array.from({ length: units.length }, (_, u) => {
    const last = order[to[u]! - 1]!;
    const end = start[last]! + (duration[last]! > 0 ? duration[last]! : 0);
    return Math.max(0, Math.min(end, toNs) - start[units.first[u]!]!);
  });
}
