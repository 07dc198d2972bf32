/** The end of a recording, which a text of calls does not tell: tracers write a call when it begins or ends, and nothing of who computes. */
import { type Columns, FLAG_UNFINISHED, type Thread, type Trace } from './table.js';

/** Calls that had not returned when the text ended last to the given end, or to that of their thread. O(rows). */
export function extendUnfinished(
  { flags, start, duration, thread }: Pick<Columns, 'flags' | 'start' | 'duration' | 'thread'>,
  rows: number,
  threads: readonly Thread[],
  endNs: number,
): void {
  // The last row of each thread: only that one can still have been running.
  const last = new Int32Array(threads.length).fill(-1);
  for (let row = 0; row < rows; row++) {
    const t = thread[row]!;
    if (last[t]! < 0 || start[row]! >= start[last[t]!]!) last[t] = row;
  }
  for (const [t, row] of last.entries()) {
    if (row < 0 || !(flags[row]! & FLAG_UNFINISHED) || threads[t]!.exitNs !== null) continue;
    duration[row] = endNs - start[row]!;
  }
}

/** The trace as one that lasts to `endNs`, ns since its first event: what is silent at its end was so until then. Its durations are changed in place. */
export function lastingUntil(trace: Trace, endNs: number): Trace {
  extendUnfinished(trace.columns, trace.length, trace.threads, endNs);
  return { ...trace, endNs };
}

/**
 * Whether the text ends with every living thread outside of its calls: as it does when it was cut, when all happen to be in code, and when they
 * compute since and the recording went on. O(rows) at worst, mostly O(threads).
 */
export function endsInCode({ threads, columns, length }: Trace): boolean {
  const seen = Uint8Array.from(threads, ({ exitNs }) => (exitNs === null ? 0 : 1));
  const living = seen.reduce((n, ended) => n + 1 - ended, 0);
  for (let row = length - 1, left = living; row >= 0 && left > 0; row--) {
    const t = columns.thread[row]!;
    if (seen[t] === 1) continue;
    if ((columns.flags[row]! & FLAG_UNFINISHED) !== 0) return false;
    seen[t] = 1;
    left--;
  }
  return living > 0;
}
