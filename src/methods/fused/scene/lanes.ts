/**
 * Lanes: threads that take each other's places. Where each connection or request has a thread or process of its own, none of them lives long
 * enough to have much time to lose; what the one does after the other is what a thread of a pool would do.
 */
import { oncePer } from '../../../lib/once.js';
import type { Trace } from '../../../trace/table.js';

/**
 * Per thread: number of its lane. A thread takes the place of one that the same thread had made, and that had ended by then; of several, the one
 * that ended last. Others have a lane to themselves. O(threads x those of one maker that live at once).
 */
export const lanesOf = oncePer(({ threads }: Pick<Trace, 'threads'>): Int32Array => {
  const lanes = new Int32Array(threads.length);
  /** By maker: the last threads of lanes, as far as it is known when they ended. */
  const byMaker = new Map<number, number[]>();
  const order = threads.map((_, t) => t).sort((a, b) => threads[a]!.firstNs - threads[b]!.firstNs || a - b);
  let count = 0;
  for (const t of order) {
    const { parent, firstNs, exitNs } = threads[t]!;
    const made = byMaker.get(parent) ?? [];
    const before = lastEnded(threads, made, firstNs);
    lanes[t] = before < 0 ? count++ : lanes[made[before]!]!;
    if (before >= 0) made.splice(before, 1);
    if (parent >= 0 && exitNs !== null) byMaker.set(parent, made).get(parent)!.push(t);
  }
  return lanes;
});

/** Place in `made` of the thread that ended last by then; -1: none had. */
function lastEnded(threads: Trace['threads'], made: readonly number[], byNs: number): number {
  const endOf = (k: number) => threads[made[k]!]!.exitNs!;
  return made.reduce((best, _, k) => (endOf(k) <= byNs && (best < 0 || endOf(k) > endOf(best)) ? k : best), -1);
}
