/** A trace whose times are worth nothing: only the order of its calls is kept, as in a recording without times. */
import { FLAG_UNFINISHED, type Trace } from './table.js';

/** The same calls, a nanosecond apart, of no known duration. Writes to the columns of `trace`, which holds no longer. */
export function untimed(trace: Trace): Trace {
  const { columns, length } = trace;
  const { start, duration, flags, thread } = columns;
  const first = new Float64Array(trace.threads.length).fill(length);
  for (let i = 0; i < length; i++) {
    start[i] = i;
    duration[i] = flags[i]! & FLAG_UNFINISHED ? length - i : NaN;
    if (i < first[thread[i]!]!) first[thread[i]!] = i;
  }
  const threads = trace.threads.map((t, i) => ({
    ...t,
    firstNs: first[i]!,
    exitNs: t.exitNs === null ? null : length,
  }));
  return { ...trace, threads, clock: 'none', clockStepNs: 0, lostNs: 0, hasDurations: false, endNs: length };
}
