/** Stretches of one thread's calls as people read them: equal calls in a row are one step. */
import { FLAG_UNFINISHED, type RowsByThread, type Trace } from '../trace/table.js';
import type { RowTexts } from './row-texts.js';
import type { Excerpt, Step } from './timeline.js';

/** Steps of an excerpt, and rows that are looked at for them. */
const STEPS = 16;
const ROWS = 20_000;
/** Calls shown before the first of which the evidence speaks. */
const LEAD = 2;

/** What of a trace's evidence is to be shown: a thread, the moment of the first call it speaks of, and how many calls it has. */
export interface Asked {
  readonly tid: number;
  readonly at: number;
  readonly episode: number;
}

export function excerptsOf(trace: Trace, rows: RowsByThread, asked: readonly Asked[], texts: RowTexts): Excerpt[] {
  const ofTid = new Map<number, number[]>();
  trace.threads.forEach(({ tid }, t) => ofTid.set(tid, [...(ofTid.get(tid) ?? []), t]));
  return asked.flatMap(({ tid, at, episode }) => {
    for (const t of ofTid.get(tid) ?? []) {
      const begin = positionAt(trace, rows, t, at * 1e9);
      if (begin < 0) continue;
      const from = Math.max(rows.offsets[t]!, begin - Math.max(0, episode - 1) - LEAD);
      return [{ ...excerpt(trace, rows, from, rows.offsets[t + 1]!, texts), at }];
    }
    return [];
  });
}

/** The rows `rows.order[from .. to)`, all of one thread, as far as an excerpt goes. */
export function excerpt(trace: Trace, rows: RowsByThread, from: number, to: number, texts: RowTexts): Excerpt {
  const { start, duration, flags, thread } = trace.columns;
  const steps: { -readonly [K in keyof Step]: Step[K] }[] = [];
  let last = -1;
  let p = from;
  for (; p < to && p < from + ROWS; p++) {
    const row = rows.order[p]!;
    const number = texts.numberOf(row);
    if (number !== last && steps.length === STEPS) break;
    const seconds = trace.hasDurations ? duration[row]! / 1e9 : null;
    const unfinished = (flags[row]! & FLAG_UNFINISHED) !== 0;
    const step = steps.at(-1);
    if (number === last && step !== undefined) {
      step.count++;
      if (step.seconds !== null && seconds !== null) step.seconds += seconds;
      step.unfinished ||= unfinished;
    } else steps.push({ call: texts.texts[number]!, count: 1, at: start[row]! / 1e9, seconds, unfinished });
    last = number;
  }
  const { tid } = trace.threads[thread[rows.order[from]!]!]!;
  return { tid, at: start[rows.order[from]!]! / 1e9, steps, more: to - p };
}

/** Seconds of the document are nanoseconds divided: the same call may come out a little earlier. */
const ROUNDING_NS = 1;

/** Position in `rows.order` of thread t's first call at `ns` or later, -1 where there is none. */
function positionAt(trace: Trace, { order, offsets }: RowsByThread, t: number, ns: number): number {
  const { start } = trace.columns;
  let [low, high] = [offsets[t]!, offsets[t + 1]!];
  const end = high;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (start[order[middle]!]! < ns - ROUNDING_NS) low = middle + 1;
    else high = middle;
  }
  return low < end ? low : -1;
}
