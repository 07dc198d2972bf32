/** Rows on the clock of their lines (line-clock.ts). */
import { LineClock } from './line-clock.js';
import { type LineOrder, type SerialInput, type SerialTimes, endThreads, inOrder } from './one-after-another.js';
import { FLAG_ENTRY_UNSEEN, FLAG_UNFINISHED } from './table.js';
import type { LifeEvent } from './thread-lives.js';

/** What the lines show of the time: multiples of a step, up to `lastNs`. */
export interface ShownTimes {
  readonly stepNs: number;
  readonly lastNs: number;
}

/**
 * Durations, and no times at all or coarse ones, of a recording whose lines are in order of time: where the halves of a call stand on two
 * lines, strace wrote them as they happened. Without times `start` counts records.
 */
export function byLines(
  input: SerialInput,
  { returns, isExit }: LineOrder,
  times: ShownTimes | null = null,
): SerialTimes {
  const { rows, underWay, tids } = input;
  const start = rows.view('start');
  const duration = rows.view('duration');
  const flags = rows.view('flags');
  const thread = rows.view('thread');
  const call = rows.view('call');
  // What coarse times tell of events is near enough.
  const events = times === null ? inOrder(input.events) : [];
  const halves = returnsOf(returns);
  const clock = new LineClock(times?.stepNs);
  /** Per row: the line that begins it, and the one in which it ends if that is another; per event its line. */
  const begins = new Uint32Array(rows.length);
  const ends = new Uint32Array(rows.length);
  const happens = new Uint32Array(events.length);
  /** Per thread: the row that it is at, and one that never returned; -1: none. */
  const current = new Int32Array(tids.length).fill(-1);
  const hanging = new Int32Array(tids.length).fill(-1);
  const isHalf = new Uint8Array(rows.length);
  for (const { row } of halves) isHalf[row] = 1;
  let [nextReturn, nextEvent, nextUnderWay] = [0, 0, 0];

  const neverReturns = (row: number) => (flags[row]! & FLAG_UNFINISHED) !== 0 || isExit(call[row]!);
  const comeBack = (row: number) => {
    ends[row] = clock.next();
    // Of what did not return the parser knows only how far coarse times were apart.
    if (duration[row]! >= 0 && !neverReturns(row)) clock.lasted(begins[row]!, duration[row]!);
  };
  const goOn = (t: number, line: number) => {
    if (hanging[t]! >= 0) ends[hanging[t]!] = line;
    hanging[t] = -1;
  };
  const happen = ({ what, thread: t }: LifeEvent, k: number) => {
    if (what === 'exit') goOn(t, (happens[k] = clock.next()));
    else happens[k] = current[t]! < 0 ? 0 : begins[current[t]!]!;
  };
  const before = (tick: number) => {
    for (;;) {
      const returned = halves[nextReturn]?.tick ?? Infinity;
      const happened = events[nextEvent]?.ns ?? Infinity;
      if (Math.min(returned, happened) >= tick) return;
      if (returned <= happened) comeBack(halves[nextReturn++]!.row);
      else happen(events[nextEvent]!, nextEvent++);
    }
  };
  for (let i = 0; i < rows.length; i++) {
    const t = thread[i]!;
    const took = Math.max(0, duration[i]! || 0);
    const known = underWay[nextUnderWay]?.row === i ? underWay[nextUnderWay++]! : null;
    const unseen = (flags[i]! & FLAG_ENTRY_UNSEEN) !== 0;
    const shown = known === null ? start[i]! : known.end;
    before(times === null ? shown : i + 1);
    const line = (begins[i] = clock.next(times === null ? NaN : unseen && known === null ? shown + took : shown));
    goOn(t, line);
    if (unseen) {
      ends[i] = line;
      // It began after the thread's call before, or after the recording did.
      clock.lasted(current[t]! < 0 ? 0 : Math.max(begins[current[t]!]!, ends[current[t]!]!), took);
    } else if (neverReturns(i)) hanging[t] = i;
    else if (isHalf[i] !== 1) clock.pass(took);
    current[t] = i;
  }
  before(Infinity);
  clock.next();

  const moments = clock.moments();
  const free = new Float64Array(tids.length);
  for (let i = 0; i < rows.length; i++) {
    const t = thread[i]!;
    const took = Math.max(0, duration[i]! || 0);
    const never = neverReturns(i);
    const at = never || ends[i] === 0 ? moments[begins[i]!]! : moments[ends[i]!]! - took;
    start[i] = Math.max(at, free[t]!);
    if (never && ends[i] !== 0) duration[i] = moments[ends[i]!]! - start[i]!;
    free[t] = start[i]! + (never ? 0 : took);
  }
  events.forEach((event, k) => (event.ns = moments[happens[k]!]!));
  for (const known of underWay) known.end = moments[ends[known.row]!]!;
  endThreads(input.events, free);
  return { lastNs: Math.max(times?.lastNs ?? 0, moments.at(-1)!), movedNs: 0 };
}

/** In the order of the records. */
function returnsOf(returns: readonly number[]): { row: number; tick: number }[] {
  const pairs = Array.from({ length: returns.length / 2 }, (_, i) => ({
    row: returns[2 * i]!,
    tick: returns[2 * i + 1]!,
  }));
  return pairs.sort((a, b) => a.tick - b.tick);
}
