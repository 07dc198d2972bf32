/**
 * Too long inside a call: waits far longer than learning and the rest of the window know them there, and calls that never returned.
 * The place where a thread is when it has nothing to do is left out: waits of any length are innocent there. Who waits
 * for a lock is the victim; where the trace shows who woke it, the one who held the lock is marked with twice the weight.
 */
import { kindCode, variantCode } from '../trace/kinds.js';
import { FLAG_ENTRY_UNSEEN, FLAG_UNFINISHED, type Trace } from '../trace/table.js';
import { NANOSECONDS_PER_SECOND } from '../trace/units-of-measure.js';
import type { DetectorInput, Finding, Mark } from './finding.js';
import { type Pause, References, itemsOf, worstThread } from './pauses.js';
import type { Scene } from './scene.js';

/** Waits for whatever comes next: their length tells of the load, not of a defect. */
const IDLE_CALLS =
  /^(?:epoll_p?wait2?|_?newselect|p?select6?|accept4?|wait4|waitid|waitpid|restart_syscall|rt_sigtimedwait|rt_sigsuspend|pause|io_getevents|exit|exit_group)$/;
/** Shorter waits hurt nobody. */
const SHORTEST_NS = 0.1 * NANOSECONDS_PER_SECOND;
/** Usual is what 19 of 20 waits of the class in the window stay below, if it has this many. */
const QUANTILE = 0.95;
const ENOUGH = 20;
const LEAST_REFERENCE_NS = 0.005 * NANOSECONDS_PER_SECOND;
/** A thread that waits since this early part of the window, and for ever, has simply nothing to do. */
const SINCE_START = 0.1;
/** A waker is who called futex wake this shortly before the sleeper returned (scheduling), ns. */
const WAKE_LEAD_NS = 5e6;
const WAKE_LAG_NS = 1e6;
const FULL = 0.2;
/** Alarming is only what is more than a lost packet costs: the first retransmission comes after 1 s, the second 2 s later (RFC 6298). */
const LEAST_TOTAL_NS = 3 * NANOSECONDS_PER_SECOND;

export function blocked(input: DetectorInput): Finding {
  const { scene, cells, parameters } = input;
  const pauses = longWaits(input);
  const since = pauses.reduce((first, p) => Math.min(first, scene.trace.columns.start[p.row]!), scene.toNs);
  const worst = worstThread(scene, pauses);
  const share = worst === 0 ? 0 : Math.min(1, worst / (scene.toNs - Math.max(since, scene.fromNs)));
  const wakers = new Wakers(scene);
  const marks: Mark[] = [];
  for (const p of pauses) {
    marks.push({ cell: cells.ofRow[p.row]!, weight: p.ns, on: 'context' });
    const waker = p.unfinished ? -1 : wakers.of(p.row);
    if (waker >= 0) marks.push({ cell: cells.ofRow[waker]!, weight: parameters.wakerWeight * p.ns, on: 'context' });
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
  const { scene, onset, parameters } = input;
  const { trace, classOf, classes, fromNs, toNs } = scene;
  const { start, duration, flags } = trace.columns;
  const count = new Uint32Array(classes.length);
  for (let i = scene.firstRow; i < scene.endRow; i++) count[classOf[i]!]!++;
  const learned = learnedWaits(scene, parameters.restShare);
  const resting = restingPlaces(input, onset.ns);
  const waits: Omit<Pause, 'reference'>[] = [];
  for (const { row, before } of longCalls(scene)) {
    const ns = Math.min(start[row]! + duration[row]!, toNs) - Math.max(start[row]!, fromNs);
    const unfinished = (flags[row]! & FLAG_UNFINISHED) !== 0 || start[row]! + duration[row]! > toNs;
    if (unfinished && start[row]! - fromNs < SINCE_START * (toNs - fromNs)) continue;
    if (!learned(classOf[row]!).resting && !resting(row)) waits.push({ row, before, ns, unfinished });
  }
  const often = ({ row }: { readonly row: number }) => count[classOf[row]!]! >= ENOUGH;
  const rows = (list: typeof waits) => list.map(({ row }) => row);
  const usual = new References(scene, toNs, 0, (r) => finished(trace, r, toNs), rows(waits.filter(often)), false);
  const seldom = waits.filter((w) => !often(w) && start[w.row]! >= onset.ns);
  const before = new References(scene, onset.ns, 0, (r) => finished(trace, r, onset.ns), rows(seldom), false);
  const pauses: Pause[] = [];
  for (const wait of waits) {
    const { row, ns } = wait;
    const here = often(wait) ? usual.of(row, QUANTILE) : start[row]! >= onset.ns ? before.of(row, 1) : 0;
    const reference = Math.max(here, learned(classOf[row]!).longestNs, LEAST_REFERENCE_NS);
    if (ns > parameters.blockedFactor * reference) pauses.push({ ...wait, ns: ns - reference, reference });
  }
  return pauses;
}

/** Calls of the window that last long, with the row before in their thread, and were not made to wait for whatever comes. */
function longCalls({ trace, fromNs, toNs, endRow }: Scene): { readonly row: number; readonly before: number }[] {
  const { start, duration, flags, thread, call } = trace.columns;
  const idle = Uint8Array.from(trace.calls, (name) => (IDLE_CALLS.test(name) ? 1 : 0));
  const last = new Int32Array(trace.threads.length).fill(-1);
  const found: { row: number; before: number }[] = [];
  for (let row = 0; row < endRow; row++) {
    const before = last[thread[row]!]!;
    last[thread[row]!] = row;
    if (!(duration[row]! > SHORTEST_NS)) continue;
    if (idle[call[row]!] === 1 || before < 0 || (flags[row]! & FLAG_ENTRY_UNSEEN) !== 0) continue;
    const ns = Math.min(start[row]! + duration[row]!, toNs) - Math.max(start[row]!, fromNs);
    if (ns > SHORTEST_NS) found.push({ row, before });
  }
  return found;
}

/** Duration of a call that returned by then, else NaN: what is still going on is no measure of what is usual. */
function finished(trace: Trace, row: number, untilNs: number): number {
  const { duration, flags, start } = trace.columns;
  return (flags[row]! & FLAG_UNFINISHED) !== 0 || start[row]! + duration[row]! > untilNs ? NaN : duration[row]!;
}

function clipped(trace: Trace, row: number, untilNs: number): number {
  return Math.min(trace.columns.duration[row]!, untilNs - trace.columns.start[row]!);
}

/** Per class: the longest such wait in learning, and whether learned threads rest there. */
function learnedWaits(
  { decoder, classes }: Scene,
  restShare: number,
): (k: number) => { longestNs: number; resting: boolean } {
  const byPair = new Map(decoder.model.waits.map((w) => [`${w[0]}>${w[1]}`, w]));
  const done: { longestNs: number; resting: boolean }[] = [];
  return (k) =>
    (done[k] ??= (() => {
      const { before, call } = classes[k]!;
      const w = byPair.get(`${before.replace(/=.*/, '')}>${call.replace(/=.*/, '')}`);
      if (w === undefined) return { longestNs: 0, resting: false };
      return { longestNs: w[3] * 1000, resting: w[4] >= restShare * w[5] };
    })());
}

/**
 * Whether a wait is where threads of that role spend much of their time before the onset: in the same calls after the same, or in
 * the same call of the same function. (A pool's threads sleep on a condition and may block on a lock by the same futex call.)
 */
function restingPlaces({ scene, cells, parameters }: DetectorInput, untilNs: number): (row: number) => boolean {
  const { trace, classOf, classes, fromNs } = scene;
  const { start, duration, thread } = trace.columns;
  const { roleOfThread, roles } = cells;
  const byPlace = new Map<string, number>();
  const byClass = new Map<number, number>();
  const lives = new Float64Array(roles.length);
  const kind = classes.map(({ call }) => call.replace(/=.*/, ''));
  const place = (row: number) => {
    const node = cells.decode(cells.ofRow[row]!).nodes[0];
    return node === undefined || node === 0 ? '' : `${roleOfThread[thread[row]!]!} ${node} ${kind[classOf[row]!]!}`;
  };
  trace.threads.forEach(({ firstNs, exitNs }, t) => {
    lives[roleOfThread[t]!]! += Math.max(0, Math.min(exitNs ?? untilNs, untilNs) - Math.max(firstNs, fromNs));
  });
  for (let i = 0; i < scene.endRow && start[i]! < untilNs; i++) {
    // What most calls are: too short, however they are cut.
    if (!(duration[i]! > SHORTEST_NS)) continue;
    const ns = Math.min(clipped(trace, i, untilNs), start[i]! + clipped(trace, i, untilNs) - fromNs);
    if (!(ns > SHORTEST_NS)) continue;
    const k = roleOfThread[thread[i]!]! * classes.length + classOf[i]!;
    byClass.set(k, (byClass.get(k) ?? 0) + ns);
    const p = place(i);
    byPlace.set(p, (byPlace.get(p) ?? 0) + ns);
  }
  return (row) => {
    const role = roleOfThread[thread[row]!]!;
    const least = parameters.restShare * lives[role]!;
    if ((byClass.get(role * classes.length + classOf[row]!) ?? 0) >= least) return true;
    const p = place(row);
    return p !== '' && (byPlace.get(p) ?? 0) >= least;
  };
}

const WAKE = variantCode('wake');
const WAIT = variantCode('wait');
const NO_KIND = kindCode('none');

/** Who woke whom, as far as times tell: futex wakes that woke somebody, in order of time. */
class Wakers {
  private readonly rows: number[] = [];

  constructor(private readonly scene: Scene) {
    const { variant, kind, result, call } = scene.trace.columns;
    const futex = scene.trace.calls.indexOf('futex');
    for (let i = 0; i < scene.endRow; i++)
      if (call[i] === futex && variant[i] === WAKE && kind[i] === NO_KIND && result[i]! > 0) this.rows.push(i);
  }

  /** Row of the futex wake of another thread of the process just before the wait of `row` ended; -1: none. */
  of(row: number): number {
    const { start, duration, variant, thread } = this.scene.trace.columns;
    const { threads } = this.scene.trace;
    if (variant[row] !== WAIT) return -1;
    const end = start[row]! + duration[row]!;
    let [low, high] = [0, this.rows.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (start[this.rows[middle]!]! <= end + WAKE_LAG_NS) low = middle + 1;
      else high = middle;
    }
    for (let k = low - 1; k >= 0 && start[this.rows[k]!]! > end - WAKE_LEAD_NS; k--) {
      const waker = this.rows[k]!;
      const [a, b] = [thread[waker]!, thread[row]!];
      if (a !== b && threads[a]!.pid === threads[b]!.pid) return waker;
    }
    return -1;
  }
}
