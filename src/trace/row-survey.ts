/** What the rows of all chunks are like together, put together from what is known of each: in the order of the input. */
import type { GrowableColumns } from './growable-columns.js';
import { type PlacedRows, placeTimes } from './place-rows.js';
import { FLAG_ENTRY_UNSEEN } from './table.js';

export class RowSurvey {
  /** Earliest entry seen; where only exits were seen, the earliest of them. Infinity without rows. ns. */
  first = Infinity;
  /** Latest start or end. */
  last = -Infinity;
  /** Earliest start, of calls under way before the trace too. */
  earliestStart = Infinity;
  /** False where rows may not stand in order of time. */
  sorted = true;
  /** First row of each thread. */
  private firstOfThread: number[] = [];
  private latestOfThread: number[] = [];
  private ordered = 0;
  /** Some thread went back in time from one chunk to the next: what is out of order cannot be told from the chunks. */
  private turnedBack = false;
  private previous = -Infinity;

  /** `threads`: the chunk's numbers to the trace's. */
  add(placed: PlacedRows, threads: Int32Array): void {
    if (placed.first < this.first) this.first = placed.first;
    if (placed.earliestStart < this.earliestStart) this.earliestStart = placed.earliestStart;
    this.seeEnd(placed.last);
    if (!placed.sorted || placed.startOfFirst < this.previous) this.sorted = false;
    // A chunk may have no rows.
    if (placed.startOfLast > -Infinity) this.previous = placed.startOfLast;
    this.ordered += placed.outOfOrder;
    for (let local = 0; local < threads.length; local++) {
      const thread = threads[local]!;
      this.seeThread(thread, placed.firstOfThread[local]!);
      const latest = this.latestOfThread[thread] ?? -Infinity;
      if (placed.lowestOfThread[local]! < latest) this.turnedBack = true;
      if (placed.latestOfThread[local]! > latest) this.latestOfThread[thread] = placed.latestOfThread[local]!;
    }
  }

  /** A row that was put between those of a chunk: an exit, at `end`, of a call whose entry nobody saw. */
  addUnseen(thread: number, start: number, end: number): void {
    this.sorted = false;
    if (end < this.first) this.first = end;
    if (start < this.earliestStart) this.earliestStart = start;
    this.seeEnd(end);
    this.seeThread(thread, start);
  }

  /** A call of an earlier chunk ended then. */
  seeEnd(ns: number): void {
    if (ns > this.last) this.last = ns;
  }

  /** First row of a thread, Infinity when it has none. */
  firstOf(thread: number): number {
    return this.firstOfThread[thread] ?? Infinity;
  }

  /** Rows that start before a row of the same thread that the input had first; exits without entry do not count. */
  outOfOrder(rows: GrowableColumns): number {
    return this.turnedBack ? countOutOfOrder(rows) : this.ordered;
  }

  private seeThread(thread: number, ns: number): void {
    if (ns < this.firstOf(thread)) this.firstOfThread[thread] = ns;
  }
}

/** Of all rows as they are now, in one pass. */
export function surveyOf(rows: GrowableColumns, threads: number): RowSurvey {
  const columns = rows.views();
  const numbers = Int32Array.from({ length: threads }, (_, i) => i);
  const stretches = [{ from: 0, to: rows.length, at: 0 }];
  const survey = new RowSurvey();
  survey.add(placeTimes({ from: columns, to: columns, stretches, base: 0, threads: numbers }), numbers);
  return survey;
}

/** The count over all rows, in the order of the input. */
function countOutOfOrder(rows: GrowableColumns): number {
  const start = rows.view('start');
  const flags = rows.view('flags');
  const thread = rows.view('thread');
  const latest: number[] = [];
  let count = 0;
  for (let i = 0; i < rows.length; i++) {
    if (flags[i]! & FLAG_ENTRY_UNSEEN) continue;
    const at = start[i]!;
    const t = thread[i]!;
    if (at < (latest[t] ?? -Infinity)) count++;
    else latest[t] = at;
  }
  return count;
}
