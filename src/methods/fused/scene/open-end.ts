/**
 * The end that a recording does not tell. Tracers write a call when it begins or ends, and nothing of a thread that computes: of one that never
 * calls again the last call is all there is, and the text ends with it, however long the recording went on. But a recording that ends finds
 * most threads in some call, which then has begun and not ended. One in which each thread is outside of its calls is what a healthy server
 * leaves as seldom as its threads are all in code at once, and a server that computes without end leaves always.
 */
import { inBlocks } from '../../../lib/in-blocks.js';
import { FLAG_UNFINISHED } from '../../../trace/table.js';
import { endOf } from './courses.js';
import type { Scene } from './scene.js';

/** Recordings that end while all threads compute, and go on doing so. Half or twice as many rank alike. */
const SILENT = 0.02;
/** How long it then went on, in windows. */
const AS_LONG = 0.5;

/**
 * How long the threads may have computed on after all that was written, ns: as long as that is to be expected of an unseen end. 0 where the window
 * ends before the trace, or one thread is in a call. O(rows).
 */
export function unseenEnd(scene: Scene, onsetNs: number): number {
  const { trace, fromNs, toNs, endRow } = scene;
  const living = endRow < trace.length ? [] : livingInCode(scene);
  if (living.length === 0) return 0;
  const usual = Math.max(allInCode(scene, living, fromNs, onsetNs), allInCode(scene, living, onsetNs, toNs));
  return (toNs - fromNs) * AS_LONG * (SILENT / (SILENT + (1 - SILENT) * usual));
}

/** Threads that did not end; none if one of them is in a call. */
function livingInCode({ trace: { threads, columns }, endRow }: Scene): number[] {
  const living: number[] = [];
  const seen = Uint8Array.from(threads, ({ exitNs }) => (exitNs === null ? 0 : 1));
  let left = seen.reduce((n, ended) => n + 1 - ended, 0);
  for (let row = endRow - 1; row >= 0 && left > 0; row--) {
    const t = columns.thread[row]!;
    if (seen[t] === 1) continue;
    if ((columns.flags[row]! & FLAG_UNFINISHED) !== 0) return [];
    seen[t] = 1;
    left--;
    living.push(t);
  }
  return living;
}

/** Probability that at some moment of a time all these threads are outside of calls, each on its own. */
function allInCode({ trace, endRow }: Scene, threads: readonly number[], fromNs: number, toNs: number): number {
  const { thread, start } = trace.columns;
  const since = new Float64Array(trace.threads.length).fill(NaN);
  const began = since.slice();
  const inCode = new Float64Array(trace.threads.length);
  inBlocks(0, endRow, (first, end) => {
    for (let i = first; i < end; i++) {
      const t = thread[i]!;
      const begin = start[i]!;
      if (Number.isNaN(began[t]!)) began[t] = begin;
      const ns = Math.min(begin, toNs) - Math.max(since[t]!, fromNs);
      if (ns > 0) inCode[t]! += ns;
      since[t] = endOf(trace, i);
    }
  });
  return threads.reduce((p, t) => p * Math.min(1, inCode[t]! / Math.max(1, toNs - Math.max(fromNs, began[t]!))), 1);
}
