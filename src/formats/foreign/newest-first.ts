/** Lines that a log viewer exported with the newest first: second halves of calls, exits and frames would stand before what they belong to. */
import { BEHIND_TIME, THREAD_SHOWN } from '../strace/shown.js';
import type { ForeignTracer } from './sign.js';

/** The time of a record of strace: of day, or since the epoch. Differences (-r) tell no order. */
const OF_STRACE = new RegExp(
  String.raw`^${THREAD_SHOWN}?(?:(\d\d):(\d\d):(\d\d(?:\.\d+)?)|(\d{9,}(?:\.\d+)?)) ${BEHIND_TIME}(?=[a-z_]\w*\(|<\.\.\. |--- |\+\+\+ )`,
);
const OF_PERF = /\s(\d+\.\d{6,9}): +\w+:\w+:? /;
/** So many steps back are no chance, if there are so few onwards: threads print their lines a little apart. */
const LEAST_STEPS = 8;
const FEW = 0.1;

/** A half of a call: its thread, its name where it is the first half, or the second. */
const HALF = new RegExp(
  String.raw`^ *(?=(?:\[pid +)?(\d+))${THREAD_SHOWN}(?:[\d:.]+ +)?${BEHIND_TIME}(?:([a-z_]\w*)\(.* <unfinished \.\.\.>$|<\.\.\. (\w+) resumed>)?`,
);
/** So many calls that were left open by their thread are no chance, if there are so few others. */
const LEAST_HALVES = 5;

export function newestFirst(lines: readonly string[]): ForeignTracer | null {
  return byTimes(lines) || byHalves(lines)
    ? {
        what: 'a trace whose newest lines stand first',
        advice: 'Turn it round: tac FILE | perfscope analyze -',
      }
    : null;
}

function byTimes(lines: readonly string[]): boolean {
  let [back, on] = [0, 0];
  let last = NaN;
  for (const line of lines) {
    const time = timeOf(line);
    if (Number.isNaN(time)) continue;
    if (time < last) back++;
    else if (time > last) on++;
    last = time;
  }
  return back >= LEAST_STEPS && on <= back * FEW;
}

/** Nothing of a thread stands between the halves of a call, nearly always something between two calls: so where their order is another, that of the lines is. */
function byHalves(lines: readonly string[]): boolean {
  let [turned, right] = [0, 0];
  /** By thread: the half that stood in its last line, with the mark of which it was. */
  const last = new Map<string, string>();
  for (const line of lines) {
    const [, tid, first, second] = HALF.exec(line) ?? [];
    if (tid === undefined) continue;
    const before = last.get(tid) ?? '';
    if (first !== undefined && before === `>${first}`) turned++;
    if (second !== undefined && before === `<${second}`) right++;
    last.set(tid, first !== undefined ? `<${first}` : second !== undefined ? `>${second}` : '');
  }
  return turned >= LEAST_HALVES && right <= turned * FEW;
}

/** Seconds; NaN where the line tells no time. */
function timeOf(line: string): number {
  const [, hours, minutes, seconds, epoch] = OF_STRACE.exec(line) ?? [];
  if (epoch !== undefined) return Number(epoch);
  if (seconds !== undefined) return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return Number(OF_PERF.exec(line)?.[1] ?? NaN);
}
