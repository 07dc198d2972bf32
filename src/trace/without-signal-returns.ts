/**
 * A trace without the returns of signal handlers. The kernel lets a handler return by a system call (sigreturn(2)) at whatever place the
 * signal came: nobody issued it. Runtimes that preempt their threads by signals (Go, every 10 ms) make a computing thread look like one
 * that calls.
 */
import type { Columns, Trace } from './table.js';

const RETURNS: ReadonlySet<string> = new Set(['rt_sigreturn', 'sigreturn']);

/** The trace itself if it has none, else one with columns of its own. O(rows): what lies between two of them is copied as one. */
export function withoutSignalReturns(trace: Trace): Trace {
  const returns = trace.calls.map((name) => RETURNS.has(name));
  if (!returns.includes(true)) return trace;
  const { call } = trace.columns;
  /** Stretches of rows, their first and the row behind their last in turns. */
  const kept: number[] = [];
  let length = 0;
  for (let i = 0, from = 0; i <= trace.length; i++) {
    if (i < trace.length && !returns[call[i]!]) continue;
    if (i > from) kept.push(from, i);
    length += i - from;
    from = i + 1;
  }
  return length === trace.length ? trace : { ...trace, length, columns: stretchesOf(trace.columns, kept, length) };
}

type Column = Exclude<Columns[keyof Columns], null>;

function stretchesOf(columns: Columns, kept: readonly number[], length: number): Columns {
  const copied = Object.entries(columns).map(([name, column]: [string, Column | null]) => {
    if (column === null) return [name, null];
    const values = new (column.constructor as new (length: number) => Column)(length);
    for (let k = 0, at = 0; k < kept.length; k += 2) {
      values.set(column.subarray(kept[k], kept[k + 1]), at);
      at += kept[k + 1]! - kept[k]!;
    }
    return [name, values];
  });
  return Object.fromEntries(copied) as unknown as Columns;
}
