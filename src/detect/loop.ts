/**
 * The same call over and over, far longer than learning ever saw and without a rest: a loop that spins. It is told by the run alone, so it
 * speaks also where the trace has no healthy beginning to compare with. The run is one invocation's: its cells have the
 * context of the run's first call (context/contexts.ts). O(rows).
 */
import type { DetectorInput, Finding, Item, Mark } from './finding.js';
import { ROWS_KEPT } from './finding.js';

/** A run is a loop from so many calls on, if learning's longest is less than half of it, ... */
const LONG = 1000;
const BEYOND_LEARNED = 2;
/** ... and spins if a call comes every millisecond or sooner: nobody waits in it. */
const PERIOD_NS = 1e6;
/** Share of the window's calls from which the detector has its full say, and from which it alone is alarming. */
const FULL = 0.2;
const ALARMING = 0.2;

/** Equal calls in a row: the first rows, the last, and how many. */
interface Run {
  readonly kept: number[];
  last: number;
  length: number;
}

export function loop({ scene, cells }: DetectorInput): Finding {
  const { trace, rows, classOf, classes, contexts, decoder, firstRow, endRow } = scene;
  const { start } = trace.columns;
  const marks: Mark[] = [];
  const items: Item[] = [];
  let looped = 0;
  const close = ({ kept, last, length }: Run) => {
    if (last < 0) return;
    const learned = decoder.longestRun(contexts.symbols[contexts.contexts.symbol[contexts.context[last]!]!]!);
    if (length < LONG || length < BEYOND_LEARNED * learned) return;
    if (start[last]! - start[kept[0]!]! > PERIOD_NS * length) return;
    looped += length;
    // All of the run is where its last call is.
    const cell = cells.ofRow[last]!;
    marks.push({ cell, weight: length, on: 'context' });
    const { call } = classes[classOf[last]!]!;
    const told = { rows: kept, episode: [call], cells: [cell], weight: length, count: length, expected: learned };
    items.push({ ...told, code: 'loop', args: {} });
  };
  for (let t = 0; t < trace.threads.length; t++) {
    let run: Run = { kept: [], last: -1, length: 0 };
    let call = '';
    for (let j = rows.offsets[t]!; j < rows.offsets[t + 1]!; j++) {
      const row = rows.order[j]!;
      if (row < firstRow) continue;
      if (row >= endRow) break;
      const now = classes[classOf[row]!]!.call;
      if (now !== call) {
        close(run);
        run = { kept: [], last: -1, length: 0 };
        call = now;
      }
      if (run.kept.length < ROWS_KEPT) run.kept.push(row);
      run.last = row;
      run.length++;
    }
    close(run);
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
