/** Where the time of threads goes, by the cell of their calls: inside the calls, and between a call before and one of the cell. */
import { inBlocks } from '../../../lib/in-blocks.js';
import type { Cells, Scene } from './scene.js';

/** Time in one part of the window by the cell of the calls, ns. */
export class Times {
  readonly between: Float64Array;
  readonly inside: Float64Array;
  constructor(cells: number) {
    this.between = new Float64Array(cells);
    this.inside = new Float64Array(cells);
  }
}

export interface ThreadTimes {
  /** Before the onset and after it, within the window. */
  readonly before: Times;
  readonly after: Times;
  /** Per thread, how its last call before the end of the window left it: when that returned, ns; NaN where there is none. */
  readonly endNs: Float64Array;
  /** And its cell; -1 where there is none. */
  readonly lastCell: Int32Array;
}

/** O(rows). */
export function threadTimes(
  { trace, fromNs, toNs, endRow }: Scene,
  { size, ofRow }: Cells,
  onsetNs: number,
): ThreadTimes {
  const { start, duration, thread } = trace.columns;
  const [before, after] = [new Times(size), new Times(size)];
  const endNs = new Float64Array(trace.threads.length).fill(NaN);
  const lastCell = new Int32Array(trace.threads.length).fill(-1);
  inBlocks(0, endRow, (first, last) => {
    for (let i = first; i < last; i++) {
      const t = thread[i]!;
      const cell = ofRow[i]!;
      const begin = start[i]!;
      const took = duration[i]!;
      const end = took > 0 ? begin + took : begin;
      const since = endNs[t]!;
      // Not by a function: moments handed over would be objects, two an addition.
      if (begin > since) {
        const early = Math.min(begin, onsetNs) - Math.max(since, fromNs);
        if (early > 0) before.between[cell]! += early;
        const late = Math.min(begin, toNs) - Math.max(since, onsetNs);
        if (late > 0) after.between[cell]! += late;
      }
      if (end > begin) {
        const early = Math.min(end, onsetNs) - Math.max(begin, fromNs);
        if (early > 0) before.inside[cell]! += early;
        const late = Math.min(end, toNs) - Math.max(begin, onsetNs);
        if (late > 0) after.inside[cell]! += late;
      }
      endNs[t] = end;
      lastCell[t] = cell;
    }
  });
  return { before, after, endNs, lastCell };
}
