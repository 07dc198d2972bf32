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
  const add = (early: Float64Array, late: Float64Array, cell: number, from: number, to: number) => {
    const earlyNs = Math.min(to, onsetNs) - Math.max(from, fromNs);
    if (earlyNs > 0) early[cell]! += earlyNs;
    const lateNs = Math.min(to, toNs) - Math.max(from, onsetNs);
    if (lateNs > 0) late[cell]! += lateNs;
  };
  inBlocks(0, endRow, (first, last) => {
    for (let i = first; i < last; i++) {
      const t = thread[i]!;
      const cell = ofRow[i]!;
      const begin = start[i]!;
      const took = duration[i]!;
      const end = took > 0 ? begin + took : begin;
      if (begin > endNs[t]!) add(before.between, after.between, cell, endNs[t]!, begin);
      if (end > begin) add(before.inside, after.inside, cell, begin, end);
      endNs[t] = end;
      lastCell[t] = cell;
    }
  });
  return { before, after, endNs, lastCell };
}
