/**
 * The few rows that `busy` and `blocked` look at more closely: calls that last long, and calls that come long after the one before
 * in their thread. The pass that finds the units (units/one-pass.ts) notes them.
 */
import { FLAG_UNFINISHED } from '../../../trace/table.js';
import { NANOSECONDS_PER_SECOND } from '../../../trace/units-of-measure.js';
import type { UnitsWithFeatures } from '../../../units/one-pass.js';
import { type Scene, lowerBound } from '../scene/scene.js';

/** Shorter calls hurt nobody. */
export const LONG_CALL_NS = 0.1 * NANOSECONDS_PER_SECOND;
/** Shorter pauses are scheduling. */
const LONG_GAP_NS = 0.02 * NANOSECONDS_PER_SECOND;

type Noted = Pick<UnitsWithFeatures, 'longRows' | 'lastRow'>;

export interface LongCall {
  readonly row: number;
  /** Row before it in its thread, -1 at the thread's first. */
  readonly before: number;
}

export interface Gap {
  readonly thread: number;
  readonly row: number;
  readonly before: number;
  /** On its side of the onset. */
  readonly ns: number;
}

export interface LongRows {
  /** Calls up to the end of the window, in order of time. */
  readonly calls: readonly LongCall[];
  /** Pauses of the window after the onset, by thread, each thread's in order of time. */
  readonly gaps: readonly Gap[];
  /** Those before it. */
  readonly earlyGaps: readonly Gap[];
  /** Per thread: its last row before the end of the window, -1 where it has none. */
  readonly lastRow: Int32Array;
}

/** What the pass over all rows is to note for `longRows`. */
export const LONGER_THAN = { callNs: LONG_CALL_NS, gapNs: LONG_GAP_NS };

/** `noted`: what the pass over all rows noted. */
export function longRows({ trace, firstRow }: Scene, onsetNs: number, noted: Noted): LongRows {
  const { start, duration, flags, thread } = trace.columns;
  const onsetRow = Math.max(firstRow, lowerBound(trace, onsetNs));
  const [gaps, earlyGaps]: [Gap[], Gap[]] = [[], []];
  for (const { row, before } of noted.longRows) {
    if (before < 0 || row < firstRow || (flags[before]! & FLAG_UNFINISHED) !== 0) continue;
    const late = row >= onsetRow;
    const end = start[before]! + duration[before]!;
    const ns = start[row]! - (late ? Math.max(end, onsetNs) : end);
    if (ns > LONG_GAP_NS) (late ? gaps : earlyGaps).push({ thread: thread[row]!, row, before, ns });
  }
  gaps.sort((a, b) => a.thread - b.thread || a.row - b.row);
  const calls = noted.longRows.filter(({ row }) => duration[row]! > LONG_CALL_NS);
  return { calls, gaps, earlyGaps, lastRow: noted.lastRow };
}
