/**
 * A thread makes one call after the other: none of its calls begins before the one before has ended. Where the clock says less than
 * that, durations say more: a clock of whole seconds, differences that were taken between the files of `strace -ff -r`, or no clock
 * at all. Then a call begins at the later of the two, max(clock, end of the thread's call before): the least that is certainly true.
 */
import type { GrowableColumns } from './growable-columns.js';
import { FINE_STEP_NS } from './line-returns.js';
import { FLAG_ENTRY_UNSEEN, FLAG_UNFINISHED } from './table.js';
import type { LifeEvent } from './thread-lives.js';

export interface SerialInput {
  /** In the order of the input, their open calls' outcomes written. */
  readonly rows: GrowableColumns;
  /** `ns` is set. */
  readonly events: readonly LifeEvent[];
  /** Rows of calls that were under way before the input, in order; `end` is set. */
  readonly underWay: readonly { readonly row: number; end: number }[];
  /** tid of each thread. */
  readonly tids: readonly number[];
}

/** Moment of the last record, ns, and by how much calls were moved behind what the clock said. */
export interface SerialTimes {
  readonly lastNs: number;
  readonly movedNs: number;
}

/** What the order of the lines tells beyond that of the rows. */
export interface LineOrder {
  /** Pairs of a row whose second half had a line of its own, and the number of that record; with times, that of the row behind it. In order. */
  readonly returns: readonly number[];
  /** Rows of calls that had not returned when the input ended. */
  readonly open: readonly number[];
  /** Whether a call (its number) never returns, rightly so. */
  isExit(call: number): boolean;
}

/** Whether durations can tell more of the times than the clock does. `stepNs`: what its times are multiples of. */
export function isCoarse(clock: string, stepNs: number): boolean {
  return clock === 'none' || clock === 'relative' || (stepNs > FINE_STEP_NS && stepNs < Infinity);
}

/** Times of day or of the wall clock in steps of `stepNs`: the true moment lies within the step. */
export function withinSteps(input: SerialInput, stepNs: number, lastNs: number): SerialTimes {
  const start = input.rows.view('start');
  const duration = input.rows.view('duration');
  const flags = input.rows.view('flags');
  const thread = input.rows.view('thread');
  const free = new Float64Array(input.tids.length).fill(-Infinity);
  let movedNs = 0;
  for (let i = 0; i < input.rows.length; i++) {
    const t = thread[i]!;
    const late = free[t]! - start[i]!;
    // More than a step: the clock was set, or this is another recording.
    if (late > 0 && late <= stepNs && !(flags[i]! & FLAG_ENTRY_UNSEEN)) {
      start[i] = free[t]!;
      movedNs += late;
    }
    free[t] = start[i]! + Math.max(0, duration[i]! || 0);
  }
  endThreads(input.events, free);
  return { lastNs, movedNs };
}

/** Times that are sums of differences between lines: what one call is moved by moves all that follow. */
export function afterDifferences(input: SerialInput, lastNs: number): SerialTimes {
  const { rows, underWay } = input;
  const start = rows.view('start');
  const duration = rows.view('duration');
  const flags = rows.view('flags');
  const thread = rows.view('thread');
  const events = inOrder(input.events);
  const free = new Float64Array(input.tids.length).fill(-Infinity);
  let movedNs = 0;
  let next = 0;
  let nextUnderWay = 0;
  for (let i = 0; i < rows.length; i++) {
    const t = thread[i]!;
    const took = Math.max(0, duration[i]! || 0);
    const unseen = (flags[i]! & FLAG_ENTRY_UNSEEN) !== 0;
    if (underWay[nextUnderWay]?.row === i) {
      underWay[nextUnderWay]!.end += movedNs;
      free[t] = underWay[nextUnderWay++]!.end;
      continue;
    }
    const at = unseen ? start[i]! + took : start[i]!;
    for (; next < events.length && events[next]!.ns <= at; next++) events[next]!.ns += movedNs;
    if (!unseen) movedNs += Math.max(0, free[t]! - (at + movedNs));
    start[i]! += movedNs;
    free[t] = start[i]! + took;
  }
  for (; next < events.length; next++) events[next]!.ns += movedNs;
  endThreads(events, free);
  return { lastNs: lastNs + movedNs, movedNs };
}

/**
 * No times at all, but durations, and no call whose halves stand on two lines (for these: by-lines.ts): `start` counts records. Each thread goes
 * through its calls; an end, and the beginning of a call that never returned, tie the threads together: what stands before has happened before.
 */
export function byDurations(input: SerialInput, { open, isExit }: Omit<LineOrder, 'returns'>): SerialTimes {
  const { rows, underWay } = input;
  const start = rows.view('start');
  const duration = rows.view('duration');
  const flags = rows.view('flags');
  const thread = rows.view('thread');
  const call = rows.view('call');
  const events = inOrder(input.events);
  const isOpen = new Uint8Array(rows.length);
  for (const row of open) isOpen[row] = 1;
  const threads = input.tids.length;
  /** Per thread: when its last call ended, when it began, and the row of one that never returned, -1 when it did. */
  const free = new Float64Array(threads).fill(-Infinity);
  const current = new Float64Array(threads);
  const hanging = new Int32Array(threads).fill(-1);
  const births = new Map<number, number>();
  /** The latest end of all, and the moment before which no line that follows can have been. */
  let latest = 0;
  let floor = 0;
  let nextEvent = 0;
  let nextUnderWay = 0;

  const happen = (event: LifeEvent) => {
    const t = event.thread;
    if (event.what === 'exit') event.ns = goOn(t, Math.max(free[t]!, floor));
    else event.ns = current[t]!;
    if (event.what === 'clone') births.set(event.childTid, event.ns);
  };
  /** The thread does something else at `ns`: a call of it that has no end lasted until then. */
  const goOn = (t: number, ns: number): number => {
    const row = hanging[t]!;
    if (row >= 0) duration[row] = ns - start[row]!;
    hanging[t] = -1;
    return ns;
  };
  /** All that stands in lines before the record `tick`. */
  const before = (tick: number) => {
    while ((events[nextEvent]?.ns ?? Infinity) < tick) happen(events[nextEvent++]!);
  };

  for (let i = 0; i < rows.length; i++) {
    const t = thread[i]!;
    const took = Math.max(0, duration[i]! || 0);
    const known = underWay[nextUnderWay]?.row === i ? underWay[nextUnderWay++]! : null;
    before(known === null ? start[i]! : known.end);
    if (free[t] === -Infinity) free[t] = births.get(input.tids[t]!) ?? 0;
    if (flags[i]! & FLAG_ENTRY_UNSEEN) {
      const end = Math.max(latest, free[t]! + took);
      if (known !== null) known.end = end;
      else start[i] = end - took;
      current[t] = floor = latest = free[t] = end;
      continue;
    }
    const never = (flags[i]! & FLAG_UNFINISHED) !== 0;
    const alone = isOpen[i] === 1 || never;
    const at = goOn(t, Math.max(free[t]!, alone ? latest : floor));
    start[i] = current[t] = at;
    if (never || isExit(call[i]!)) hanging[t] = i;
    free[t] = alone ? at : at + took;
    if (alone) floor = latest = at;
    else if (free[t]! > latest) latest = free[t]!;
  }
  before(Infinity);
  endThreads(events, free);
  return { lastNs: latest, movedNs: 0 };
}

export function inOrder(events: readonly LifeEvent[]): LifeEvent[] {
  return [...events].sort((a, b) => a.ns - b.ns);
}

/** A thread ends behind its last call. */
export function endThreads(events: readonly LifeEvent[], free: Float64Array): void {
  for (const event of events)
    if (event.what === 'exit' && free[event.thread]! > event.ns) event.ns = free[event.thread]!;
}
