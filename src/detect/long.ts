/**
 * The few rows that `busy` and `blocked` look at more closely: calls that last long, and calls that come long after the one before
 * in their thread. One pass.
 */
import { FLAG_UNFINISHED } from '../trace/table.js';
import { NANOSECONDS_PER_SECOND } from '../trace/units-of-measure.js';
import { inBlocks } from './counts.js';
import { type Scene, lowerBound } from './scene.js';

/** Shorter calls hurt nobody. */
export const LONG_CALL_NS = 0.1 * NANOSECONDS_PER_SECOND;
/** Shorter pauses are scheduling. */
const LONG_GAP_NS = 0.02 * NANOSECONDS_PER_SECOND;

export interface LongCall {
  readonly row: number;
  /** Row before it in its thread, -1 at the thread's first. */
  readonly before: number;
}

export interface Gap {
  readonly thread: number;
  readonly row: number;
  readonly before: number;
  /** After the onset. */
  readonly ns: number;
}

export interface LongRows {
  /** Calls up to the end of the window, in order of time. */
  readonly calls: readonly LongCall[];
  /** Pauses of the window after the onset, by thread, each thread's in order of time. */
  readonly gaps: readonly Gap[];
  /** Per thread: its last row before the end of the window, -1 where it has none. */
  readonly lastRow: Int32Array;
}

export function longRows({ trace, firstRow, endRow }: Scene, onsetNs: number): LongRows {
  const { start, duration, flags, thread } = trace.columns;
  const lastRow = new Int32Array(trace.threads.length).fill(-1);
  /** Per thread: end of its last call. */
  const ended = new Float64Array(trace.threads.length);
  const calls: LongCall[] = [];
  const gaps: Gap[] = [];
  const gapsFrom = Math.max(firstRow, lowerBound(trace, onsetNs));
  const keepGap = (row: number, t: number, at: number) => {
    const before = lastRow[t]!;
    const ns = at - Math.max(ended[t]!, onsetNs);
    if (before >= 0 && ns > LONG_GAP_NS && (flags[before]! & FLAG_UNFINISHED) === 0)
      gaps.push({ thread: t, row, before, ns });
  };
  inBlocks(0, endRow, (first, end) => {
    for (let row = first; row < end; row++) {
      const t = thread[row]!;
      const at = start[row]!;
      const took = duration[row]!;
      // NaN, where durations were not recorded, is longer than nothing.
      if (took > LONG_CALL_NS) calls.push({ row, before: lastRow[t]! });
      if (at - ended[t]! > LONG_GAP_NS && row >= gapsFrom) keepGap(row, t, at);
      lastRow[t] = row;
      ended[t] = at + took;
    }
  });
  gaps.sort((a, b) => a.thread - b.thread || a.row - b.row);
  return { calls, gaps, lastRow };
}
