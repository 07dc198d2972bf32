/**
 * What can only be done once every row is there: the trace's first moment becomes 0, calls still open last to the end of
 * their thread or of the trace, rows stand in order of time, calls are numbered by first use.
 */
import type { GrowableColumns } from './growable-columns.js';
import { rowsToMove, sortingPermutation, unsortedRange } from './sort-rows.js';

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
  const few = rowsToMove(start, from, to);
  if (few !== null) rows.moveUp(few, to);
  else rows.permute(sortingPermutation(start.subarray(from, to), to - from)!, from);
}

/** Numbers calls in order of first use and drops names that no row uses; gives the names. */
export function renumberCalls(rows: GrowableColumns, names: readonly string[]): string[] {
  const call = rows.view('call');
  const number = new Int32Array(names.length).fill(-1);
  const used: string[] = [];
  for (let i = 0; i < rows.length && used.length < names.length; i++) {
    const old = call[i]!;
    if (number[old]! < 0) number[old] = used.push(names[old]!) - 1;
  }
  if (number.some((renumbered, old) => renumbered >= 0 && renumbered !== old)) {
    for (let i = 0; i < rows.length; i++) call[i] = number[call[i]!]!;
  }
  return used;
}
