/** Lines that a log viewer exported with the newest first: second halves of calls, exits and frames would stand before what they belong to. */
import type { ForeignTracer } from './sign.js';

/** The time of a record of strace: of day, or since the epoch. Differences (-r) tell no order. */
const OF_STRACE =
  /^(?:\[pid +\d+\] |\d+(?:<[^>]*>)? +)?(?:(\d\d):(\d\d):(\d\d(?:\.\d+)?)|(\d{9,}(?:\.\d+)?)) (?=[a-z_]\w*\(|<\.\.\. |--- |\+\+\+ )/;
const OF_PERF = /\s(\d+\.\d{6,9}): +\w+:\w+:? /;
/** So many steps back are no chance, if there are so few onwards: threads print their lines a little apart. */
const LEAST_STEPS = 8;
const FEW = 0.1;

export function newestFirst(lines: readonly string[]): ForeignTracer | null {
  let [back, on] = [0, 0];
  let last = NaN;
  for (const line of lines) {
    const time = timeOf(line);
    if (Number.isNaN(time)) continue;
    if (time < last) back++;
    else if (time > last) on++;
    last = time;
  }
  if (back < LEAST_STEPS || on > back * FEW) return null;
  return {
    what: 'a trace whose newest lines stand first',
    advice: 'Turn it round: tac FILE | perfscope analyze -',
  };
}

/** Seconds; NaN where the line tells no time. */
function timeOf(line: string): number {
  const [, hours, minutes, seconds, epoch] = OF_STRACE.exec(line) ?? [];
  if (epoch !== undefined) return Number(epoch);
  if (seconds !== undefined) return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return Number(OF_PERF.exec(line)?.[1] ?? NaN);
}
