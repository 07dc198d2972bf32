/**
 * Too long between calls: a thread that computes (or waits for a CPU) between two calls far longer than it ever did there before the
 * onset. System calls do not show the work itself, but the code that does it lies between the functions that issued the call
 * before and the call after, so both are marked, half each. A thread that stops calling altogether, without having ended and with
 * its last call returned, computes to the end of the window: then only the call before is known.
 */
import { inBlocks } from '../../../lib/in-blocks.js';
import { isExitCall } from '../../../trace/call-traits.js';
import { FLAG_UNFINISHED } from '../../../trace/table.js';
import { NANOSECONDS_PER_SECOND } from '../../../trace/units-of-measure.js';
import type { DetectorInput, Finding, Mark } from '../finding.js';
import { lanesOf } from '../scene/lanes.js';
import { type Scene, lowerBound } from '../scene/scene.js';
import { Hardship } from './hardship.js';
import { type Pause, References, itemsOf, worstLane } from './pauses.js';

/** The reference is what 19 of 20 pauses before the onset stay below; longer ones that came by then are hardship (hardship.ts). */
const QUANTILE = 0.95;
const LEAST_REFERENCE_NS = 0.005 * NANOSECONDS_PER_SECOND;
/** Share of a thread's time from which the detector has its full say. */
const FULL = 0.2;
/** The tracer may be late with a thread's last calls; a computation that long is not. */
const LONGEST_HARMLESS_NS = 2 * NANOSECONDS_PER_SECOND;
/** Fewer pauses may be anything, unless one is as long as a silence. */
const FEWEST = 3;

export function busy({ scene, cells, onset, long, parameters }: DetectorInput): Finding {
  const { trace, toNs } = scene;
  const { start, duration } = trace.columns;
  const { gaps } = long;
  const silences = silencesOf(scene, long.lastRow, onset.ns, parameters.busyFactor);
  const references = new References(
    scene,
    onset.ns,
    QUANTILE,
    LEAST_REFERENCE_NS,
    {
      after: (row, before) =>
        before < 0 || Number.isNaN(duration[before]!) ? NaN : start[row]! - start[before]! - duration[before]!,
    },
    gaps.map(({ row }) => row),
  );
  const pauses: Pause[] = [];
  for (let t = 0, g = 0; t < trace.threads.length; t++) {
    const silence = silences[t];
    if (silence !== undefined) pauses.push(silence);
    for (; g < gaps.length && gaps[g]!.thread === t; g++) {
      const { row, before, ns } = gaps[g]!;
      const reference = references.of(row);
      if (ns > parameters.busyFactor * reference)
        pauses.push({ row, before, ns: ns - reference, reference, unfinished: false });
    }
  }
  const lanes = lanesOf(trace);
  const endured = Hardship.before(scene, onset, long).byLane(scene, lanes, lowerBound(trace, onset.ns));
  const share = worstLane(scene, pauses, lanes, endured) / (toNs - onset.ns);
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

/** By thread: those that went silent after the onset, though they never paused so long before. `lastRow`: of each thread. */
function silencesOf(scene: Scene, lastRow: Int32Array, onsetNs: number, factor: number): (Pause | undefined)[] {
  const { trace, toNs, endRow } = scene;
  const { start, duration, flags, call, thread } = trace.columns;
  const later = new Uint8Array(lastRow.length);
  for (let i = endRow; i < trace.length; i++) later[thread[i]!] = 1;
  const silent = trace.threads.map(({ exitNs }, t): number => {
    const row = lastRow[t]!;
    if (row < 0 || later[t] === 1) return 0;
    const since = start[row]! + duration[row]!;
    if ((flags[row]! & FLAG_UNFINISHED) !== 0 || !(since < toNs) || isExitCall(trace.calls[call[row]!]!)) return 0;
    // A thread that was killed computed until then.
    const ns = Math.min(toNs, exitNs ?? toNs) - Math.max(since, onsetNs);
    return ns < LONGEST_HARMLESS_NS ? 0 : ns;
  });
  const longest = longestPauses(scene, silent);
  return silent.map((ns, t) =>
    ns === 0 || ns < factor * longest[t]!
      ? undefined
      : { row: lastRow[t]!, before: -1, ns: ns - longest[t]!, reference: longest[t]!, unfinished: true },
  );
}

/** The longest pause in the window of each thread that is `asked` for (not 0). */
function longestPauses({ trace, fromNs, endRow }: Scene, asked: readonly number[]): Float64Array {
  const { start, duration, thread } = trace.columns;
  const longest = new Float64Array(asked.length);
  if (asked.every((ns) => ns === 0)) return longest;
  const last = new Int32Array(asked.length).fill(-1);
  inBlocks(0, endRow, (first, end) => {
    for (let i = first; i < end; i++) {
      const t = thread[i]!;
      if (asked[t] === 0) continue;
      const before = last[t]!;
      last[t] = i;
      if (before < 0 || start[i]! < fromNs) continue;
      longest[t] = Math.max(longest[t]!, start[i]! - start[before]! - (duration[before]! || 0));
    }
  });
  return longest;
}
