/**
 * What can only be done once every row is there: the trace's first moment becomes 0, calls still open last to the end of
 * their thread or of the trace, rows stand in order of time, calls are numbered by first use.
 */
import type { GrowableColumns } from './growable-columns.js';
import { sortingPermutation, unsortedRange } from './sort-rows.js';
import { FLAG_ENTRY_UNSEEN } from './table.js';

/** What one pass over all rows finds out. Times on the builder's clock, ns. */
export interface RowSurvey {
  /** Earliest entry seen; where only exits were seen, the earliest of them. 0 without rows. */
  readonly first: number;
  /** Latest start or end. */
  readonly last: number;
  /** Earliest start, of calls under way before the trace too. */
  readonly earliestStart: number;
  readonly sorted: boolean;
  /** Rows that start before a row of the same thread that the input had first; exits without entry do not count. */
  readonly outOfOrder: number;
  /** First row of each thread; Infinity where it has none. */
  readonly firstOfThread: Float64Array;
}

export function surveyRows(rows: GrowableColumns, threads: number): RowSurvey {
  const start = rows.view('start');
  const duration = rows.view('duration');
  const flags = rows.view('flags');
  const thread = rows.view('thread');
  const firstOfThread = new Float64Array(threads).fill(Infinity);
  const latestOfThread = new Float64Array(threads).fill(-Infinity);
  let outOfOrder = 0;
  let first = Infinity;
  let last = -Infinity;
  let earliestStart = Infinity;
  let previous = -Infinity;
  let sorted = true;
  for (let i = 0; i < rows.length; i++) {
    const at = start[i]!;
    const d = duration[i]!;
    const end = d > 0 ? at + d : at;
    if (end > last) last = end;
    if (at < previous) sorted = false;
    previous = at;
    if (at < earliestStart) earliestStart = at;
    const t = thread[i]!;
    if (at < firstOfThread[t]!) firstOfThread[t] = at;
    if (flags[i]! & FLAG_ENTRY_UNSEEN) {
      if (end < first) first = end;
      continue;
    }
    if (at < first) first = at;
    if (at < latestOfThread[t]!) outOfOrder++;
    else latestOfThread[t] = at;
  }
  return rows.length === 0
    ? { first: 0, last: 0, earliestStart: 0, sorted, outOfOrder, firstOfThread }
    : { first, last, earliestStart, sorted, outOfOrder, firstOfThread };
}

/** Takes `shift` off every start; calls that began before the trace begin with it. */
export function rebase(rows: GrowableColumns, shift: number): void {
  const start = rows.view('start');
  const duration = rows.view('duration');
  for (let i = 0; i < rows.length; i++) {
    let at = start[i]! - shift;
    if (at < 0) {
      duration[i]! += at;
      at = 0;
    }
    start[i] = at;
  }
}

/** Puts the rows in order of time; rows of one moment stay in the order of the input. */
export function sortRows(rows: GrowableColumns): void {
  const start = rows.view('start');
  const range = unsortedRange(start, rows.length);
  if (range === null) return;
  const { from, to } = range;
  rows.permute(sortingPermutation(start.subarray(from, to), to - from)!, from);
}

/** Numbers calls in order of first use and drops names that no row uses; gives the names. */
export function renumberCalls(rows: GrowableColumns, names: readonly string[]): string[] {
  const call = rows.view('call');
  const number = new Int32Array(names.length).fill(-1);
  const used: string[] = [];
  for (let i = 0; i < rows.length; i++) {
    const old = call[i]!;
    if (number[old]! < 0) number[old] = used.push(names[old]!) - 1;
  }
  if (number.some((renumbered, old) => renumbered >= 0 && renumbered !== old)) {
    for (let i = 0; i < rows.length; i++) call[i] = number[call[i]!]!;
  }
  return used;
}
