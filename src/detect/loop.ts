/**
 * The same call over and over, far longer than learning ever saw and without a rest: a loop that spins. It is told by the run alone, so it
 * speaks also where the trace has no healthy beginning to compare with. The run is one invocation's: its cells have the
 * context of the run's first call (context/contexts.ts). O(rows).
 */
import type { DetectorInput, Finding, Item, Mark } from './finding.js';
import { ROWS_KEPT } from './finding.js';
import type { Scene } from './scene.js';

/** A run is a loop from so many calls on, if learning's longest is less than half of it, ... */
const LONG = 1000;
const BEYOND_LEARNED = 2;
/** ... and spins if a call comes every millisecond or sooner: nobody waits in it. */
const PERIOD_NS = 1e6;
/** Share of the window's calls from which the detector has its full say, and from which it alone is alarming. */
const FULL = 0.2;
const ALARMING = 0.2;

/** Equal calls in a row of a thread. */
interface Run {
  readonly thread: number;
  /** Of its first call among the thread's rows. */
  readonly position: number;
  /** Row of its last call. */
  readonly last: number;
  readonly length: number;
}

export function loop({ scene, cells }: DetectorInput): Finding {
  const { trace, rows, classOf, classes, contexts, decoder, firstRow, endRow } = scene;
  const { start } = trace.columns;
  const marks: Mark[] = [];
  const items: Item[] = [];
  let looped = 0;
  for (const { thread, position, last, length } of longRuns(scene)) {
    const from = rows.offsets[thread]! + position;
    const learned = decoder.longestRun(contexts.symbols[contexts.contexts.symbol[contexts.context[last]!]!]!);
    if (length < BEYOND_LEARNED * learned) continue;
    if (start[last]! - start[rows.order[from]!]! > PERIOD_NS * length) continue;
    looped += length;
    // All of the run is where its last call is.
    const cell = cells.ofRow[last]!;
    marks.push({ cell, weight: length, on: 'context' });
    const { call } = classes[classOf[last]!]!;
    const kept = Array.from(rows.order.subarray(from, from + Math.min(length, ROWS_KEPT)));
    const told = { rows: kept, episode: [call], cells: [cell], weight: length, count: length, expected: learned };
    items.push({ ...told, code: 'loop', args: {} });
  }
  items.sort((a, b) => b.weight - a.weight);
  const share = looped / Math.max(1, endRow - firstRow);
  return {
    detector: 'loop',
    share,
    strength: Math.min(1, share / FULL),
    alarming: share >= ALARMING,
    marks,
    items: items.slice(0, 10),
  };
}

/** Runs of at least LONG calls in the window, thread by thread in order of time. One pass in the order of the rows. */
function longRuns({ trace, classOf, classes, firstRow, endRow }: Scene): Run[] {
  const { thread } = trace.columns;
  const texts = new Map<string, number>();
  const callOf = Int32Array.from(classes, ({ call }) => {
    if (!texts.has(call)) texts.set(call, texts.size + 1);
    return texts.get(call)!;
  });
  const threads = trace.threads.length;
  const seen = new Uint32Array(threads);
  const running = new Int32Array(threads); // 0: nothing yet
  const begun = new Uint32Array(threads);
  const last = new Uint32Array(threads);
  const found: Run[] = [];
  const close = (t: number) => {
    const length = seen[t]! - begun[t]!;
    if (running[t]! > 0 && length >= LONG) found.push({ thread: t, position: begun[t]!, last: last[t]!, length });
  };
  for (let row = 0; row < endRow; row++) {
    const t = thread[row]!;
    if (row >= firstRow) {
      const call = callOf[classOf[row]!]!;
      if (call !== running[t]) {
        close(t);
        running[t] = call;
        begun[t] = seen[t]!;
      }
      last[t] = row;
    }
    seen[t]!++;
  }
  for (let t = 0; t < threads; t++) close(t);
  return found.sort((a, b) => a.thread - b.thread || a.position - b.position);
}
