import type { Scene } from '../scene/scene.js';

/** So many times what was usual is more than noise. */
const MORE = 3;
const WAITS_FOR_MANY = /^(?:epoll_p?wait2?|_?newselect|p?select6?)$/;

/**
 * Time that threads which wait for many descriptors at once spend inside other calls, beyond before: share of the time, summed over
 * threads. Who serves many must not wait for one, however late its answer is.
 */
export function waitsForOne({ trace, fromNs, toNs, firstRow, endRow }: Scene, onsetNs: number): number {
  const { call, start, duration, thread } = trace.columns;
  const many = trace.calls.map((name) => WAITS_FOR_MANY.test(name));
  const waits = trace.threads.map(() => ({ forMany: 0, longest: 0, before: 0, after: 0 }));
  const byCall = new Map<number, number>();
  for (let i = firstRow; i < endRow; i++) {
    const took = duration[i]!;
    if (!(took > 0)) continue;
    const of = waits[thread[i]!]!;
    if (many[call[i]!]!) {
      of.forMany += took;
      continue;
    }
    const key = thread[i]! * trace.calls.length + call[i]!;
    const sum = (byCall.get(key) ?? 0) + took;
    byCall.set(key, sum);
    of.longest = Math.max(of.longest, sum);
    of.before += Math.max(0, Math.min(start[i]! + took, onsetNs) - start[i]!);
    of.after += Math.max(0, Math.min(start[i]! + took, toNs) - Math.max(start[i]!, onsetNs));
  }
  let share = 0;
  for (const { forMany, longest, before, after } of waits)
    if (forMany > longest)
      share += Math.max(0, after / (toNs - onsetNs) - (MORE * before) / Math.max(1, onsetNs - fromNs));
  return share;
}
