/** Cutting a row of items into ranges of about equal work. */

export interface IndexRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Ranges over `length` items, in order, each of at least `leastItems` items and `leastWork` work (the last may be less).
 * `workBefore(i)` is the work of the items before i, rising.
 */
export function ranges(
  length: number,
  workBefore: (item: number) => number,
  leastItems: number,
  leastWork: number,
): IndexRange[] {
  const out: IndexRange[] = [];
  let from = 0;
  for (let to = 1; to <= length; to++) {
    const enough = to - from >= leastItems && workBefore(to) - workBefore(from) >= leastWork;
    if (enough || to === length) {
      out.push({ from, to });
      from = to;
    }
  }
  return out;
}
