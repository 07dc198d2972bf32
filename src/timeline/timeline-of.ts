/** Puts the timeline of a window together. Pure; some passes over the rows, so it is made only where a report needs it. */
import { oddUnits } from '../methods/fused/detectors/unit.js';
import type { Parameters } from '../parameters.js';
import { type Trace, rowsByThread } from '../trace/table.js';
import type { Window } from '../units/unit-table.js';
import { callTotals } from './call-totals.js';
import { gridOf } from './cells.js';
import { type Asked, excerptsOf } from './excerpts.js';
import { callsByThread, overTime, shownThreads } from './over-time.js';
import { RowTexts } from './row-texts.js';
import { CELLS, THREADS, type Timeline } from './timeline.js';
import { unitMarks } from './unit-marks.js';

export interface TimelineInput extends Window {
  readonly trace: Trace;
  readonly parameters: Parameters;
  /** Seconds since the trace's first event; null: nothing changed. */
  readonly splitAt: number | null;
  /** What the suspects' evidence names, most important first. */
  readonly tids: readonly number[];
  readonly calls: readonly string[];
  readonly excerpts: readonly Asked[];
}

export function timelineOf(input: TimelineInput): Timeline {
  const { trace, fromNs, toNs, splitAt } = input;
  const grid = gridOf(input, CELLS);
  const texts = new RowTexts(trace);
  const rows = rowsByThread(trace);
  const shown = shownThreads(trace, callsByThread(trace, grid), input.tids, THREADS);
  const splitNs = splitAt === null ? fromNs : Math.min(toNs, Math.max(fromNs, splitAt * 1e9));
  return {
    from: fromNs / 1e9,
    to: toNs / 1e9,
    cells: CELLS,
    splitAt,
    ...overTime(trace, grid, shown, texts),
    ...unitMarks(trace, grid, rows, oddUnits(input), texts),
    ...callTotals(trace, input, splitNs, input.calls, texts),
    excerpts: excerptsOf(trace, rows, input.excerpts, texts),
  };
}
