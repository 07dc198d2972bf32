/**
 * What can only be done once every row is there: the trace's first moment becomes 0, calls still open last to the end of
 * their thread or of the trace, rows stand in order of time, calls are numbered by first use.
 */
import type { GrowableColumns } from './growable-columns.js';
import { sortingPermutation } from './sort-rows.js';
import { FLAG_ENTRY_UNSEEN } from './table.js';

/** Earliest entry seen, ns; where only exits were seen, the earliest of them. 0 without rows. */
export function firstMoment(rows: GrowableColumns): number {
  const start = rows.view('start');
  const duration = rows.view('duration');
  const flags = rows.view('flags');
  let first = Infinity;
  for (let i = 0; i < rows.length; i++) {
    const at = flags[i]! & FLAG_ENTRY_UNSEEN ? start[i]! + (duration[i]! || 0) : start[i]!;
    if (at < first) first = at;
  }
  return first === Infinity ? 0 : first;
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

/** Latest start or end of a row, ns. */
export function lastMoment(rows: GrowableColumns): number {
  const start = rows.view('start');
  const duration = rows.view('duration');
  let last = 0;
  for (let i = 0; i < rows.length; i++) {
    const d = duration[i]!;
    const end = start[i]! + (d > 0 ? d : 0);
    if (end > last) last = end;
  }
  return last;
}

/** First row of each thread, ns; NaN where it has none. */
export function firstOfThreads(rows: GrowableColumns, threads: number): Float64Array {
  const start = rows.view('start');
  const thread = rows.view('thread');
  const first = new Float64Array(threads).fill(NaN);
  for (let i = 0; i < rows.length; i++) {
    const t = thread[i]!;
    if (!(first[t]! <= start[i]!)) first[t] = start[i]!;
  }
  return first;
}

/** Rows that start before a row of the same thread that the input had first; exits without entry do not count. */
export function rowsOutOfOrder(rows: GrowableColumns, threads: number): number {
  const latest = new Float64Array(threads).fill(-Infinity);
  const start = rows.view('start');
  const thread = rows.view('thread');
  const flags = rows.view('flags');
  let n = 0;
  for (let i = 0; i < rows.length; i++) {
    if ((flags[i]! & FLAG_ENTRY_UNSEEN) !== 0) continue;
    const t = thread[i]!;
    if (start[i]! < latest[t]!) n++;
    else latest[t] = start[i]!;
  }
  return n;
}

/** Puts the rows in order of time; rows of one moment stay in the order of the input. */
export function sortRows(rows: GrowableColumns): void {
  const permutation = sortingPermutation(rows.view('start'), rows.length);
  if (permutation !== null) rows.permute(permutation);
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
