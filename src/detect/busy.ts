/**
 * Too long between calls: a thread that computes (or waits for a CPU) between two calls far longer than it ever did there before the
 * onset. System calls do not show the work itself, but the code that does it lies between the functions that issued the call
 * before and the call after, so both are marked, half each. A thread that stops calling altogether, without having ended and with
 * its last call returned, computes to the end of the window: then only the call before is known.
 */
import { FLAG_UNFINISHED } from '../trace/table.js';
import { NANOSECONDS_PER_SECOND } from '../trace/units-of-measure.js';
import type { DetectorInput, Finding, Mark } from './finding.js';
import { isExitCall } from '../trace/call-traits.js';
import type { Scene } from './scene.js';
import { type Pause, References, itemsOf, worstThread } from './pauses.js';

/** Shorter pauses are scheduling. */
const SHORTEST_NS = 0.02 * NANOSECONDS_PER_SECOND;
/** The reference is the longest pause but one in two hundred before the onset. */
const QUANTILE = 0.995;
const LEAST_REFERENCE_NS = 0.005 * NANOSECONDS_PER_SECOND;
/** Share of a thread's time from which the detector has its full say. */
const FULL = 0.2;
/** The tracer may be late with a thread's last calls; a computation that long is not. */
const LONGEST_HARMLESS_NS = 2 * NANOSECONDS_PER_SECOND;
/** Fewer pauses may be anything, unless one is as long as a silence. */
const FEWEST = 3;

export function busy({ scene, cells, onset, parameters }: DetectorInput): Finding {
  const { trace, toNs } = scene;
  const { start, duration } = trace.columns;
  const long = longGaps(scene, onset.ns);
  const references = new References(
    scene,
    onset.ns,
    LEAST_REFERENCE_NS,
    (row, before) =>
      before < 0 || Number.isNaN(duration[before]!) ? NaN : start[row]! - start[before]! - duration[before]!,
    long.map(({ row }) => row),
  );
  const pauses: Pause[] = [];
  for (let t = 0, g = 0; t < trace.threads.length; t++) {
    const silent = silence(scene, t, onset.ns, parameters.busyFactor);
    if (silent !== null) pauses.push(silent);
    for (; g < long.length && long[g]!.thread === t; g++) {
      const { row, before, ns } = long[g]!;
      const reference = references.of(row, QUANTILE);
      if (ns > parameters.busyFactor * reference)
        pauses.push({ row, before, ns: ns - reference, reference, unfinished: false });
    }
  }
  const share = worstThread(scene, pauses) / (toNs - onset.ns);
  const marks: Mark[] = pauses.flatMap(({ row, before, ns }) => [
    { cell: cells.ofRow[before < 0 ? row : before]!, weight: ns / 2, on: 'context' as const },
    { cell: cells.ofRow[row]!, weight: ns / 2, on: 'context' as const },
  ]);
  const enough = pauses.length >= FEWEST || pauses.some((p) => p.unfinished || p.ns >= LONGEST_HARMLESS_NS);
  return {
    detector: 'busy',
    share,
    strength: enough ? Math.min(1, share / FULL) : 0,
    alarming: enough && share >= parameters.busyAlarm,
    marks,
    items: itemsOf(scene, cells, pauses, 'busy-between'),
  };
}

interface Gap {
  readonly thread: number;
  readonly row: number;
  readonly before: number;
  readonly ns: number;
}

/** Pauses after the onset that are no scheduling, by thread, each thread's in order of time. */
function longGaps({ trace, firstRow, endRow }: Scene, onsetNs: number): Gap[] {
  const { start, duration, flags, thread } = trace.columns;
  const last = new Int32Array(trace.threads.length).fill(-1);
  const gaps: Gap[] = [];
  for (let row = 0; row < endRow; row++) {
    const t = thread[row]!;
    const before = last[t]!;
    last[t] = row;
    const at = start[row]!;
    if (before < 0 || at < onsetNs || row < firstRow) continue;
    const ns = at - Math.max(start[before]! + duration[before]!, onsetNs);
    if (ns > SHORTEST_NS && (flags[before]! & FLAG_UNFINISHED) === 0) gaps.push({ thread: t, row, before, ns });
  }
  return gaps.sort((a, b) => a.thread - b.thread || a.row - b.row);
}

/** A thread that went silent after the onset, though it never paused so long before; null where it did not. */
function silence(
  { trace, rows, fromNs, toNs, endRow }: Scene,
  t: number,
  onsetNs: number,
  factor: number,
): Pause | null {
  const { start, duration, flags, call } = trace.columns;
  const [from, to] = [rows.offsets[t]!, rows.offsets[t + 1]!];
  let end = to;
  while (end > from && rows.order[end - 1]! >= endRow) end--;
  if (end === from || end < to) return null;
  const row = rows.order[end - 1]!;
  const since = start[row]! + duration[row]!;
  if ((flags[row]! & FLAG_UNFINISHED) !== 0 || !(since < toNs) || isExitCall(trace.calls[call[row]!]!)) return null;
  // A thread that was killed computed until then.
  const ns = Math.min(toNs, trace.threads[t]!.exitNs ?? toNs) - Math.max(since, onsetNs);
  if (ns < LONGEST_HARMLESS_NS) return null;
  let longest = 0;
  for (let j = from + 1; j < end; j++) {
    const [before, next] = [rows.order[j - 1]!, rows.order[j]!];
    if (start[next]! >= fromNs) longest = Math.max(longest, start[next]! - start[before]! - (duration[before]! || 0));
  }
  if (ns < factor * longest) return null;
  return { row, before: -1, ns: ns - longest, reference: longest, unfinished: true };
}
