/**
 * The same call over and over, far longer than learning ever saw and without a rest: a loop that spins. It is told by the run alone, so it
 * speaks also where the trace has no healthy beginning to compare with. The run is one invocation's: its cells have the
 * context of the run's first call (context/contexts.ts). O(rows).
 */
import { LONG_RUN, type Run } from '../../../context/places.js';
import type { DetectorInput, Finding, Item, Mark } from '../finding.js';
import { ROWS_KEPT } from '../finding.js';
import type { Scene } from '../scene/scene.js';

/** A run of LONG_RUN calls or more is a loop, if learning's longest is less than half of it, ... */
const BEYOND_LEARNED = 2;
/** ... and spins if a call comes every millisecond or sooner: nobody waits in it. */
const PERIOD_NS = 1e6;
/** Share of the window's calls from which the detector has its full say, and from which it alone is alarming. */
const FULL = 0.2;
const ALARMING = 0.2;
/** Runs that are told of at most. */
const ITEMS = 10;

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
    const cell = cells.ofRow[last]!;
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

/** Runs of at least LONG_RUN calls in the window, thread by thread in order of time. */
function longRuns(scene: Scene): Run[] {
  const { places, firstRow, endRow } = scene;
  const touching = places.longRuns.filter(({ first, last }) => last >= firstRow && first < endRow);
  const within = ({ first, last }: Run) => first >= firstRow && last < endRow;
  const cut = cutToWindow(
    scene,
    touching.filter((run) => !within(run)),
  );
  const found = [...touching.filter(within), ...cut.filter(({ length }) => length >= LONG_RUN)];
  return found.sort((a, b) => a.thread - b.thread || a.first - b.first);
}

/** What of the runs lies in the window: all rows of a thread from a run's first to its last are the run's. One pass, if there are any. */
function cutToWindow({ trace, firstRow, endRow }: Scene, runs: readonly Run[]): Run[] {
  if (runs.length === 0) return [];
  const { thread } = trace.columns;
  const cuts = runs.map((run) => ({ run, first: -1, last: -1, length: 0 }));
  /** Per thread: runs that the window's begin cuts, or its end: two at most. */
  const ofThread: (typeof cuts | undefined)[] = trace.threads.map(() => undefined);
  for (const cut of cuts) (ofThread[cut.run.thread] ??= []).push(cut);
  for (let row = firstRow; row < endRow; row++) {
    const own = ofThread[thread[row]!];
    if (own === undefined) continue;
    for (const cut of own) {
      if (row < cut.run.first || row > cut.run.last) continue;
      if (cut.length++ === 0) cut.first = row;
      cut.last = row;
    }
  }
  return cuts.map(({ run, first, last, length }) => ({ thread: run.thread, first, last, length }));
}
