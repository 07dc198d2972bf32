/**
 * Too long inside a call: waits far longer than learning and the rest of the window know them there, and calls that never returned.
 * The place where a thread is when it has nothing to do is left out: waits of any length are innocent there. Who waits
 * for a lock is the victim; where the trace shows who woke it, the one who held the lock is marked with twice the weight.
 */
import { FIRST_COUNT } from '../../../context/decoder.js';
import { inBlocks } from '../../../lib/in-blocks.js';
import { kindCode, variantCode } from '../../../trace/kinds.js';
import { FLAG_ENTRY_UNSEEN, FLAG_UNFINISHED, type Trace } from '../../../trace/table.js';
import { NANOSECONDS_PER_SECOND } from '../../../trace/units-of-measure.js';
import { countPlaces, folded } from '../scene/counts.js';
import type { DetectorInput, Finding, Mark } from '../finding.js';
import { LONG_CALL_NS, type LongCall } from './long.js';
import { type Pause, References, itemsOf, worstLane } from './pauses.js';
import { lanesOf } from '../scene/lanes.js';
import { ownThreads } from '../scene/own-threads.js';
import { type Cells, type Scene, lowerBound } from '../scene/scene.js';
import { Hardship } from './hardship.js';

/** Waits for whatever comes next: their length tells of the load, not of a defect. */
const IDLE_CALLS =
  /^(?:epoll_p?wait2?|_?newselect|p?select6?|accept4?|wait4|waitid|waitpid|restart_syscall|rt_sigtimedwait|rt_sigsuspend|pause|io_getevents|exit|exit_group)$/;
/** Usual is what 19 of 20 waits of the class in the window stay below, if it came this often before the onset. */
const QUANTILE = 0.95;
const ENOUGH = 20;
const LEAST_REFERENCE_NS = 0.005 * NANOSECONDS_PER_SECOND;
/** A thread that waits since this early part of the window, and for ever, has simply nothing to do. */
const SINCE_START = 0.1;
/** A waker is who called futex wake this shortly before the sleeper returned (scheduling), ns. */
const WAKE_LEAD_NS = 5e6;
const WAKE_LAG_NS = 1e6;
const FULL = 0.2;
/** From this probability on that no function of the program was on the stack, a wait is nobody's. */
const NOBODYS = 0.95;
/** Alarming is only what is more than a lost packet costs: the first retransmission comes after 1 s, the second 2 s later (RFC 6298). */
const LEAST_TOTAL_NS = 3 * NANOSECONDS_PER_SECOND;

export function blocked(input: DetectorInput): Finding {
  const { scene, cells, parameters } = input;
  const pauses = longWaits(input);
  const since = pauses.reduce((first, p) => Math.min(first, scene.trace.columns.start[p.row]!), scene.toNs);
  const lanes = lanesOf(scene.trace);
  const endured = Hardship.before(scene, input.onset, input.long).byLane(scene, lanes, lowerBound(scene.trace, since));
  const worst = worstLane(scene, pauses, lanes, endured);
  const share = worst === 0 ? 0 : Math.min(1, worst / (scene.toNs - Math.max(since, scene.fromNs)));
  const wakers = new Wakers(scene);
  const marks: Mark[] = [];
  for (const p of pauses) {
    marks.push({ cell: cells.ofRow[p.row]!, weight: p.ns, on: 'context' });
    const waker = p.unfinished ? -1 : wakers.of(p.row);
    if (waker >= 0) marks.push({ cell: cells.ofRow[waker]!, weight: p.ns, on: 'context' });
  }
  return {
    detector: 'blocked',
    share,
    strength: Math.min(1, share / FULL),
    alarming: share >= parameters.blockedAlarm && worst >= LEAST_TOTAL_NS,
    marks,
    items: itemsOf(scene, cells, pauses, 'blocked'),
  };
}

function longWaits(input: DetectorInput): Pause[] {
  const { scene, cells, onset, parameters, long } = input;
  const { trace, places, fromNs, toNs } = scene;
  const { start, duration, flags } = trace.columns;
  const classOf = (row: number) => places.classOf[places.ofRow[row]!]!;
  const learned = learnedWaits(scene, parameters.restShare);
  // Where stacks were learned at all: else that no function was on them says nothing.
  const told = scene.decoder.model.contexts.some((c) => c.some((n, i) => i >= FIRST_COUNT && i % 2 === 0 && n > 0));
  let own: Uint8Array | undefined;
  const runtimes = (row: number) => (own ??= ownThreads(scene, cells))[trace.columns.thread[row]!] === 0;
  const nobodys = (row: number) => told && (learned(classOf(row)).unowned || isNobodys(scene, cells, row, runtimes));
  const resting = restingPlaces(input, onset.ns, nobodys);
  const waits: Omit<Pause, 'reference'>[] = [];
  for (const { row, before } of waitingCalls(scene, long.calls)) {
    const ns = Math.min(start[row]! + duration[row]!, toNs) - Math.max(start[row]!, fromNs);
    const unfinished = (flags[row]! & FLAG_UNFINISHED) !== 0 || start[row]! + duration[row]! > toNs;
    if (unfinished && start[row]! - fromNs < SINCE_START * (toNs - fromNs)) continue;
    if (!learned(classOf(row)).resting && !nobodys(row) && !resting(row)) waits.push({ row, before, ns, unfinished });
  }
  if (waits.length === 0) return [];
  const onsetRow = Math.max(scene.firstRow, lowerBound(trace, onset.ns));
  const count = folded(countPlaces(places, scene.firstRow, onsetRow), places.classOf, places.classes.length);
  const often = ({ row }: { readonly row: number }) => count[classOf(row)]! >= ENOUGH;
  const rows = (list: typeof waits) => list.map(({ row }) => row);
  const usual = new References(
    scene,
    toNs,
    QUANTILE,
    0,
    { of: (r) => finished(trace, r, toNs) },
    rows(waits.filter(often)),
    false,
  );
  const seldom = waits.filter((w) => !often(w) && start[w.row]! >= onset.ns);
  const before = new References(
    scene,
    onset.ns,
    1,
    0,
    { of: (r) => finished(trace, r, onset.ns) },
    rows(seldom),
    false,
  );
  const pauses: Pause[] = [];
  for (const wait of waits) {
    const { row, ns } = wait;
    const here = often(wait) ? usual.of(row) : start[row]! >= onset.ns ? before.of(row) : 0;
    const reference = Math.max(here, learned(classOf(row)).longestNs, LEAST_REFERENCE_NS);
    if (ns > parameters.blockedFactor * reference) pauses.push({ ...wait, ns: ns - reference, reference });
  }
  return pauses;
}

/**
 * Whether learning only ever saw such a call, or such a thread, with none of the program's functions on the stack: a scheduler's or a pool's
 * thread that has no work sleeps for however long, and so do those of a virtual machine. Where learning lost the stacks of such calls, it is the
 * thread that tells: one that works for the program is known by its other calls.
 */
function isNobodys(scene: Scene, cells: Cells, row: number, runtimes: (row: number) => boolean): boolean {
  if (cells.lost[cells.ofRow[row]!]! > 0 && runtimes(row)) return true;
  const { probability, best } = cells.roles[cells.roleOfThread[scene.trace.columns.thread[row]!]!]!;
  if (probability[best]! >= NOBODYS && scene.decoder.model.roles[best]!.entries.length === 0) return true;
  const { nodes, weights } = cells.decode(cells.ofRow[row]!);
  const none = nodes.indexOf(0);
  return none >= 0 && weights[none]! >= NOBODYS;
}

/** Long calls that are long within the window, and were not made to wait for whatever comes. */
function waitingCalls({ trace, fromNs, toNs }: Scene, long: readonly LongCall[]): LongCall[] {
  const { start, duration, flags, call } = trace.columns;
  const idle = trace.calls.map((name) => IDLE_CALLS.test(name));
  return long.filter(({ row, before }) => {
    if (idle[call[row]!]! || before < 0 || (flags[row]! & FLAG_ENTRY_UNSEEN) !== 0) return false;
    return Math.min(start[row]! + duration[row]!, toNs) - Math.max(start[row]!, fromNs) > LONG_CALL_NS;
  });
}

/** Duration of a call that returned by then, else NaN: what is still going on is no measure of what is usual. */
function finished(trace: Trace, row: number, untilNs: number): number {
  const { duration, flags, start } = trace.columns;
  return (flags[row]! & FLAG_UNFINISHED) !== 0 || start[row]! + duration[row]! > untilNs ? NaN : duration[row]!;
}

function clipped(trace: Trace, row: number, untilNs: number): number {
  return Math.min(trace.columns.duration[row]!, untilNs - trace.columns.start[row]!);
}

interface LearnedWait {
  readonly longestNs: number;
  /** Learned threads rest there. */
  readonly resting: boolean;
  /** In a runtime, never seen with one of the program's functions on the stack. */
  readonly unowned: boolean;
}

/** Per class: what learning knows of such waits. */
function learnedWaits({ decoder, places }: Scene, restShare: number): (k: number) => LearnedWait {
  const byPair = new Map(decoder.model.waits.map((w) => [`${w[0]}>${w[1]}`, w]));
  const nobodys = new Set((decoder.model.unowned ?? []).map((pair) => pair.join('>')));
  const done: LearnedWait[] = [];
  return (k) =>
    (done[k] ??= (() => {
      const { before, call } = places.classes[k]!;
      const pair = `${before.replace(/=.*/, '')}>${call.replace(/=.*/, '')}`;
      const w = byPair.get(pair);
      if (w === undefined) return { longestNs: 0, resting: false, unowned: false };
      return { longestNs: w[3] * 1000, resting: w[4] >= restShare * w[5], unowned: nobodys.has(pair) };
    })());
}

/**
 * Whether a wait is where threads of that role spend much of their time before the onset: in the same calls after the same, or in
 * the same call of the same function. (A pool's threads sleep on a condition and may block on a lock by the same futex call.)
 */
function restingPlaces(
  { scene, cells, parameters, long }: DetectorInput,
  untilNs: number,
  nobodys: (row: number) => boolean,
): (row: number) => boolean {
  const { trace, fromNs } = scene;
  const { classOf, classes, ofRow } = scene.places;
  const { start, thread } = trace.columns;
  const runtime = scene.decoder.model.unowned !== undefined;
  const { roleOfThread, roles } = cells;
  const byPlace = new Map<string, number>();
  const byClass = new Map<number, number>();
  const lives = new Float64Array(roles.length);
  const kind = classes.map(({ call }) => call.replace(/=.*/, ''));
  /** By cell: all rows of one are of one role, and the same call. */
  const placeOf: string[] = [];
  const place = (row: number) => {
    const cell = cells.ofRow[row]!;
    const node = cells.decode(cell).nodes[0];
    return (placeOf[cell] ??=
      node === undefined || node === 0 ? '' : `${cells.role[cell]!} ${node} ${kind[classOf[ofRow[row]!]!]!}`);
  };
  trace.threads.forEach(({ firstNs, exitNs }, t) => {
    lives[roleOfThread[t]!]! += Math.max(0, Math.min(exitNs ?? untilNs, untilNs) - Math.max(firstNs, fromNs));
  });
  for (const { row: i, before } of long.calls) {
    if (start[i]! >= untilNs) break;
    const ns = Math.min(clipped(trace, i, untilNs), start[i]! + clipped(trace, i, untilNs) - fromNs);
    if (!(ns > LONG_CALL_NS)) continue;
    const k = roleOfThread[thread[i]!]! * classes.length + classOf[ofRow[i]!]!;
    byClass.set(k, (byClass.get(k) ?? 0) + ns);
    // Nor does a thread's first call tell whose it is where a runtime parks threads of its own.
    if ((before < 0 && runtime) || nobodys(i)) continue;
    const p = place(i);
    byPlace.set(p, (byPlace.get(p) ?? 0) + ns);
  }
  return (row) => {
    const role = roleOfThread[thread[row]!]!;
    const least = parameters.restShare * lives[role]!;
    if ((byClass.get(role * classes.length + classOf[ofRow[row]!]!) ?? 0) >= least) return true;
    const p = place(row);
    return p !== '' && (byPlace.get(p) ?? 0) >= least;
  };
}

const WAKE = variantCode('wake');
const WAIT = variantCode('wait');
const NO_KIND = kindCode('none');

/** Who woke whom, as far as times tell: futex wakes that woke somebody, in order of time; looked for when first asked for. */
class Wakers {
  private rows: number[] | undefined;

  constructor(private readonly scene: Scene) {}

  /** Row of the futex wake of another thread of the process just before the wait of `row` ended; -1: none. */
  of(row: number): number {
    const { start, duration, variant, thread } = this.scene.trace.columns;
    const { threads } = this.scene.trace;
    if (variant[row] !== WAIT) return -1;
    const rows = (this.rows ??= this.find());
    const end = start[row]! + duration[row]!;
    let [low, high] = [0, rows.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (start[rows[middle]!]! <= end + WAKE_LAG_NS) low = middle + 1;
      else high = middle;
    }
    for (let k = low - 1; k >= 0 && start[rows[k]!]! > end - WAKE_LEAD_NS; k--) {
      const waker = rows[k]!;
      const [a, b] = [thread[waker]!, thread[row]!];
      if (a !== b && threads[a]!.pid === threads[b]!.pid) return waker;
    }
    return -1;
  }

  private find(): number[] {
    const { variant, kind, result, call } = this.scene.trace.columns;
    const futex = this.scene.trace.calls.indexOf('futex');
    const rows: number[] = [];
    inBlocks(0, this.scene.endRow, (first, end) => {
      for (let i = first; i < end; i++)
        if (call[i] === futex && variant[i] === WAKE && kind[i] === NO_KIND && result[i]! > 0) rows.push(i);
    });
    return rows;
  }
}
