/** Where the time of threads goes: inside their calls, and between them. */
import { inBlocks } from '../../../lib/in-blocks.js';
import type { Cells, Scene } from './scene.js';

/** How each thread's last call before the end of the window left it. */
export interface LastCalls {
  /** Per thread: when it returned, ns; NaN where there is none. */
  readonly endNs: Float64Array;
  /** Per thread: its cell; -1 where there is none. */
  readonly cell: Int32Array;
}

/** A stretch [from, to) of a thread's time, ns: inside a call of the cell, or between the call before and one of the cell. */
export type SeeTime = (which: 'between' | 'inside', cell: number, from: number, to: number) => void;

/** Tells all stretches of threads up to the end of the window, in the order of the calls. O(rows). */
export function eachThreadTime({ trace, endRow }: Scene, cells: Cells, see: SeeTime): LastCalls {
  const { start, duration, thread } = trace.columns;
  const endNs = new Float64Array(trace.threads.length).fill(NaN);
  const lastCell = new Int32Array(trace.threads.length).fill(-1);
  inBlocks(0, endRow, (first, last) => {
    for (let i = first; i < last; i++) {
      const t = thread[i]!;
      const cell = cells.ofRow[i]!;
      const begin = start[i]!;
      const took = duration[i]!;
      const end = took > 0 ? begin + took : begin;
      if (begin > endNs[t]!) see('between', cell, endNs[t]!, begin);
      if (end > begin) see('inside', cell, begin, end);
      endNs[t] = end;
      lastCell[t] = cell;
    }
  });
  return { endNs, cell: lastCell };
}
