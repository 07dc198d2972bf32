/** Calls by cell of a window: as little as a sparkline needs. O(cells log rows), so that every result may have it. */
import type { Trace } from '../trace/table.js';
import type { Window } from '../units/unit-table.js';

/** As many as the widest sparkline has characters. */
export const ACTIVITY_CELLS = 120;

export function activityOf({ columns, length }: Pick<Trace, 'columns' | 'length'>, { fromNs, toNs }: Window): number[] {
  const firstAt = (ns: number) => {
    let [low, high] = [0, length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (columns.start[middle]! < ns) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const edges = Array.from({ length: ACTIVITY_CELLS + 1 }, (_, c) =>
    firstAt(c === ACTIVITY_CELLS ? toNs : fromNs + ((toNs - fromNs) * c) / ACTIVITY_CELLS),
  );
  return edges.slice(1).map((edge, c) => edge - edges[c]!);
}
