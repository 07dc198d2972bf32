/**
 * Lanes: threads that take each other's places. Where each connection or request has a thread or process of its own, none of them lives long
 * enough to have much time to lose; what the one does after the other is what a thread of a pool would do.
 */
import type { Trace } from '../../../trace/table.js';

/**
 * Per thread: number of its lane. A thread takes the place of one that the same thread had made, and that had ended by then; of several, the one
 * that ended last. Others have a lane to themselves. O(threads x lanes that are free at once).
 */
export function lanesOf({ threads }: Pick<Trace, 'threads'>): Int32Array {
  const lanes = new Int32Array(threads.length);
  /** By maker: lanes and when their last thread ended. */
  const byMaker = new Map<number, { lane: number; endNs: number }[]>();
  const order = threads.map((_, t) => t).sort((a, b) => threads[a]!.firstNs - threads[b]!.firstNs || a - b);
  let count = 0;
  for (const t of order) {
    const { parent, firstNs, exitNs } = threads[t]!;
    const made = parent < 0 ? [] : (byMaker.get(parent) ?? []);
    if (parent >= 0) byMaker.set(parent, made);
    let best = -1;
    made.forEach(({ endNs }, k) => {
      if (endNs <= firstNs && (best < 0 || endNs > made[best]!.endNs)) best = k;
    });
    if (best >= 0) {
      lanes[t] = made[best]!.lane;
      made[best]!.endNs = exitNs ?? Infinity;
    } else {
      lanes[t] = count++;
      if (parent >= 0) made.push({ lane: lanes[t]!, endNs: exitNs ?? Infinity });
    }
  }
  return lanes;
}
