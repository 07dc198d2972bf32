import { inBlocks } from '../../../lib/in-blocks.js';
import type { Scene } from '../scene/scene.js';

/** So many times what was usual is more than noise. */
const MORE = 3;
const WAITS_FOR_MANY = /^(?:epoll_p?wait2?|_?newselect|p?select6?)$/;

/**
 * Time that threads which wait for many descriptors at once spend inside other calls, beyond before: share of the time, summed over
 * threads. Who serves many must not wait for one, however late its answer is.
 */
export function waitsForOne(scene: Scene, onsetNs: number): number {
  const { trace, fromNs, toNs, firstRow, endRow } = scene;
  const { call, start, duration, thread } = trace.columns;
  const calls = trace.calls.length;
  const many = Uint8Array.from(trace.calls, (name) => (WAITS_FOR_MANY.test(name) ? 1 : 0));
  const threads = trace.threads.length;
  /** Per thread: its number among those that wait for many, -1 for others. */
  const numbers = waiters(scene, many);
  const forMany = new Float64Array(threads);
  const [before, after] = [new Float64Array(threads), new Float64Array(threads)];
  /** Per thread that waits for many, and call: time inside. */
  const byCall = new Float64Array(calls * (1 + numbers.reduce((most, n) => Math.max(most, n), -1)));
  const longest = new Float64Array(threads);
  inBlocks(firstRow, endRow, (first, end) => {
    for (let i = first; i < end; i++) {
      const t = thread[i]!;
      const took = duration[i]!;
      if (numbers[t]! < 0 || !(took > 0)) continue;
      const begin = start[i]!;
      if (many[call[i]!] === 1) {
        forMany[t]! += took;
        continue;
      }
      const sum = (byCall[numbers[t]! * calls + call[i]!]! += took);
      longest[t] = Math.max(longest[t]!, sum);
      before[t]! += Math.max(0, Math.min(begin + took, onsetNs) - begin);
      after[t]! += Math.max(0, Math.min(begin + took, toNs) - Math.max(begin, onsetNs));
    }
  });
  let share = 0;
  for (let t = 0; t < threads; t++)
    if (forMany[t]! > longest[t]!)
      share += Math.max(0, after[t]! / (toNs - onsetNs) - (MORE * before[t]!) / Math.max(1, onsetNs - fromNs));
  return share;
}

/** Numbers, from 0, of the threads of the window that wait for many descriptors at some time; -1 for others. */
function waiters({ trace, firstRow, endRow }: Scene, many: Uint8Array): Int32Array {
  const { call, thread } = trace.columns;
  const numbers = new Int32Array(trace.threads.length).fill(-1);
  let found = 0;
  inBlocks(firstRow, endRow, (first, end) => {
    for (let i = first; i < end; i++)
      if (many[call[i]!] === 1 && numbers[thread[i]!] === -1) numbers[thread[i]!] = found++;
  });
  return numbers;
}
