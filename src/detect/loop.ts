/**
 * The same call over and over, far longer than learning ever saw and without a rest: a loop that spins. It is told by the run alone, so it
 * speaks also where the trace has no healthy beginning to compare with. The run is one invocation's: its cells have the
 * context of the run's first call (context/contexts.ts). O(rows).
 */
import { LONG_RUN } from '../context/places.js';
import type { DetectorInput, Finding, Item, Mark } from './finding.js';
import { ROWS_KEPT } from './finding.js';
import type { Scene } from './scene.js';

/** A run of LONG_RUN calls or more is a loop, if learning's longest is less than half of it, ... */
const BEYOND_LEARNED = 2;
/** ... and spins if a call comes every millisecond or sooner: nobody waits in it. */
const PERIOD_NS = 1e6;
/** Share of the window's calls from which the detector has its full say, and from which it alone is alarming. */
const FULL = 0.2;
const ALARMING = 0.2;
/** Runs that are told of at most. */
const ITEMS = 10;

/** Equal calls in a row of a thread: its first row, its last, and how many. */
interface Run {
  readonly thread: number;
  readonly first: number;
  readonly last: number;
  readonly length: number;
}

export function loop({ scene, cells }: DetectorInput): Finding {
  const { trace, places, decoder, firstRow, endRow } = scene;
  const { start } = trace.columns;
  const marks: Mark[] = [];
  const found: (Run & { readonly learned: number; readonly cell: number })[] = [];
  let looped = 0;
  for (const run of longRuns(scene)) {
    const { first, last, length } = run;
    const context = places.contextOf[places.ofRow[last]!]!;
    const learned = decoder.longestRun(places.symbols[places.contexts.symbol[context]!]!);
    if (length < BEYOND_LEARNED * learned) continue;
    if (start[last]! - start[first]! > PERIOD_NS * length) continue;
    looped += length;
    // All of the run is where its last call is.
    const cell = cells.ofRow(last);
    marks.push({ cell, weight: length, on: 'context' });
    found.push({ ...run, learned, cell });
  }
  found.sort((a, b) => b.length - a.length);
  const items = found.slice(0, ITEMS).map(({ thread, first, last, length, learned, cell }): Item => {
    const { call } = places.classes[places.classOf[places.ofRow[last]!]!]!;
    const rows: number[] = [];
    for (let i = first; rows.length < Math.min(length, ROWS_KEPT); i++)
      if (trace.columns.thread[i] === thread) rows.push(i);
    const told = { rows, episode: [call], cells: [cell], weight: length, count: length, expected: learned };
    return { ...told, code: 'loop', args: {} };
  });
  const share = looped / Math.max(1, endRow - firstRow);
  return {
    detector: 'loop',
    share,
    strength: Math.min(1, share / FULL),
    alarming: share >= ALARMING,
    marks,
    items,
  };
}

/** Runs of at least LONG calls in the window, thread by thread in order of time. One pass in the order of the rows, if there are any. */
function longRuns({ trace, places, firstRow, endRow }: Scene): Run[] {
  const { ofRow, classOf, classes } = places;
  if (places.longRuns === null) return [];
  const { thread } = trace.columns;
  const texts = new Map<string, number>();
  const callOfClass = classes.map(({ call }) => {
    if (!texts.has(call)) texts.set(call, texts.size + 1);
    return texts.get(call)!;
  });
  const callOf = classOf.map((k) => callOfClass[k]!);
  const threads = trace.threads.length;
  const running = new Int32Array(threads); // 0: nothing yet
  const first = new Uint32Array(threads);
  const last = new Uint32Array(threads);
  const length = new Uint32Array(threads);
  const found: Run[] = [];
  const close = (t: number) => {
    if (length[t]! >= LONG_RUN) found.push({ thread: t, first: first[t]!, last: last[t]!, length: length[t]! });
  };
  const end = Math.min(endRow, places.longRuns.to);
  for (let row = Math.max(firstRow, places.longRuns.from); row < end; row++) {
    const t = thread[row]!;
    const call = callOf[ofRow[row]!]!;
    if (call !== running[t]) {
      close(t);
      running[t] = call;
      first[t] = row;
      length[t] = 0;
    }
    last[t] = row;
    length[t]!++;
  }
  for (let t = 0; t < threads; t++) close(t);
  return found.sort((a, b) => a.thread - b.thread || a.first - b.first);
}
