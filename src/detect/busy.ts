/**
 * Too long between calls: a thread that computes (or waits for a CPU) between two calls far longer than it ever did there before the
 * onset. System calls do not show the work itself, but the code that does it lies between the functions that issued the call
 * before and the call after, so both are marked, half each.
 */
import { FLAG_UNFINISHED } from '../trace/table.js';
import { NANOSECONDS_PER_SECOND } from '../trace/units-of-measure.js';
import type { DetectorInput, Finding, Mark } from './finding.js';
import { type Pause, References, itemsOf, worstThread } from './pauses.js';

/** Shorter pauses are scheduling. */
const SHORTEST_NS = 0.02 * NANOSECONDS_PER_SECOND;
/** A pause is odd from so many times the reference on: the longest but one in two hundred before the onset. */
const FACTOR = 4;
const QUANTILE = 0.995;
const LEAST_REFERENCE_NS = 0.005 * NANOSECONDS_PER_SECOND;
/** Share of a thread's time from which the detector has its full say, and from which it is alarming. */
const FULL = 0.2;
const ALARMING = 0.15;
/** One pause may be anything. */
const FEWEST = 3;

export function busy({ scene, cells, onset }: DetectorInput): Finding {
  const { trace, rows, toNs } = scene;
  const { start, duration, flags } = trace.columns;
  const references = new References(scene, onset.ns, LEAST_REFERENCE_NS, (row, before) =>
    before < 0 || Number.isNaN(duration[before]!) ? NaN : start[row]! - start[before]! - duration[before]!,
  );
  const pauses: Pause[] = [];
  for (let t = 0; t < trace.threads.length; t++) {
    for (let j = rows.offsets[t]! + 1; j < rows.offsets[t + 1]!; j++) {
      const [before, row] = [rows.order[j - 1]!, rows.order[j]!];
      if (row < scene.firstRow || row >= scene.endRow || start[row]! < onset.ns) continue;
      if ((flags[before]! & FLAG_UNFINISHED) !== 0) continue;
      const gap = start[row]! - Math.max(start[before]! + duration[before]!, onset.ns);
      if (!(gap > SHORTEST_NS)) continue;
      const reference = references.of(row, QUANTILE);
      if (gap > FACTOR * reference) pauses.push({ row, before, ns: gap - reference, reference, unfinished: false });
    }
  }
  const share = worstThread(scene, pauses) / (toNs - onset.ns);
  const marks: Mark[] = pauses.flatMap(({ row, before, ns }) => [
    { cell: cells.ofRow[before]!, weight: ns / 2, on: 'context' as const },
    { cell: cells.ofRow[row]!, weight: ns / 2, on: 'context' as const },
  ]);
  const enough = pauses.length >= FEWEST;
  return {
    detector: 'busy',
    share,
    strength: enough ? Math.min(1, share / FULL) : 0,
    alarming: enough && share >= ALARMING,
    marks,
    items: itemsOf(scene, cells, pauses, 'busy-between'),
  };
}
