/** What the beginning of a `perf script` text tells of the whole: which events were recorded, on which architecture. */
import { LF, SPACE, isDigit, startsWith, text } from '../../lib/bytes.js';
import { isPagerLine } from '../pager.js';
import * as perf from './line.js';
import { type Architecture, architectureOf, likelyArchitecture } from '../syscalls/index.js';

/** What a parser of perf script text must know that its stretch may not show. Plain data. */
export interface PerfLayout {
  /** Whose numbers the calls are. */
  readonly architecture: Architecture;
  /** Calls are told by raw_syscalls events; syscalls:sys_* events, if any, repeat them. */
  readonly raw: boolean;
  /** Exits of calls were recorded too. */
  readonly exits: boolean;
  /** The times are differences to the event before (perf script --deltatime). */
  readonly deltas?: boolean;
  /** Each line tells one number, the thread's or the process's. */
  readonly oneId?: boolean;
  /** An empty line stands behind each line, so none ends a call chain. */
  readonly doubled?: boolean;
}

export interface PerfSurvey extends PerfLayout {
  /** Lines that are no frame, comment or empty. */
  readonly lines: number;
  /** Lines with a time and an event. */
  readonly events: number;
  /** Entries and exits of calls. */
  readonly calls: number;
  /** Lines of events in which no time could be found. */
  readonly untimed: number;
  /** Name of the most frequent event that tells of no call, '' when there is none. */
  readonly otherEvent: string;
}

/** `java  3244 cpu-clock:`, `redis 12/12 [000] raw_syscalls:sys_enter: NR 0 (...`. */
const UNTIMED =
  /(?:^|\s)\d+(?:\/\d+)?\s+(?:\[\d+\]\s+)?(?:(?:raw_)?syscalls:sys_\w+:|sched:sched_\w+:|[a-z][\w:-]*:\s*$)/;
const TAB = 9;
const HASH = 35;
const DASH = 45;

/** Looks at the whole lines of `sample`. */
export function surveyPerf(sample: Uint8Array): PerfSurvey {
  const line = new perf.PerfLine();
  const counts = new Int32Array(perf.EVENT_PROCESS_EXEC + 1);
  const others = new Map<string, number>();
  const numbers = new Map<number, number>();
  let machine: Architecture | null = null;
  let lines = 0;
  let events = 0;
  let untimed = 0;
  let pairs = 0;
  let first = -1;
  let previous = 0;
  let back = 0;
  let apart = 0;
  let together = 0;
  let frame: 'none' | 'above' | 'further' = 'none';
  for (let p = 0, end: number; p < sample.length && (end = sample.indexOf(LF, p)) >= 0; p = end + 1) {
    if (end === p || sample[p] === 13) {
      if (frame === 'above') frame = 'further';
      continue;
    }
    if (sample[p] === HASH) {
      machine ??= machineOf(text(sample, p, end));
      continue;
    }
    if (sample[p] === DASH && isPagerLine(sample, p, end)) continue;
    const isEvent = sample[p] !== TAB && line.read(sample, p);
    // Tabs may have been expanded.
    const isFrame = !isEvent && sample[p]! <= SPACE;
    if (isFrame && frame === 'above') together++;
    if (isFrame && frame === 'further') apart++;
    frame = isFrame ? 'above' : 'none';
    if (sample[p] === TAB) continue;
    // What is indented and tells of no event is of the stack above: frames whose tabs were expanded, lines of the source.
    if (isEvent || sample[p] !== SPACE || UNTIMED.test(text(sample, p, end))) lines++;
    if (!isEvent) {
      if (UNTIMED.test(text(sample, p, end))) untimed++;
      continue;
    }
    events++;
    if (line.pid >= 0) pairs++;
    const time = line.seconds + line.nanoseconds / 1e9;
    if (first < 0) first = time;
    if (time < previous) back++;
    previous = time;
    counts[line.event]!++;
    if (line.event === perf.EVENT_OTHER) {
      const name = eventName(sample, line.eventStart);
      others.set(name, (others.get(name) ?? 0) + 1);
    } else if (line.event === perf.EVENT_RAW_ENTER && startsWith(sample, line.rest, 'NR ')) {
      let number = 0;
      for (let q = line.rest + 3; isDigit(sample[q]!); q++) number = number * 10 + (sample[q]! - 48);
      numbers.set(number, (numbers.get(number) ?? 0) + 1);
    }
  }
  const rawCalls = counts[perf.EVENT_RAW_ENTER]! + counts[perf.EVENT_RAW_EXIT]!;
  const enters = counts[perf.EVENT_RAW_ENTER]! + counts[perf.EVENT_NAMED_ENTER]!;
  const exits = counts[perf.EVENT_RAW_EXIT]! + counts[perf.EVENT_NAMED_EXIT]!;
  return {
    architecture: machine ?? likelyArchitecture(numbers),
    raw: rawCalls > 0,
    // A few entries may all be of calls that did not return.
    exits: exits > 0 || enters < ENTRIES_WITHOUT_EXIT,
    // perf sorts its events: times that begin at 0 and go back all the time are none.
    deltas: first === 0 && back > events * OFTEN_BACK,
    oneId: pairs === 0,
    doubled: apart > 0 && together === 0,
    lines,
    events,
    calls: enters + exits,
    untimed,
    otherEvent: [...others].sort((a, b) => b[1] - a[1])[0]?.[0] ?? '',
  };
}

/** Share of differences that are smaller than the one before: half of them, of a few somewhat less. */
const OFTEN_BACK = 0.1;
/** So many entries without any exit mean that exits were not recorded. */
const ENTRIES_WITHOUT_EXIT = 50;

/** `# arch : x86_64` in the header of perf script --header. */
function machineOf(comment: string): Architecture | null {
  const found = /^# arch\s*:\s*(\S+)/.exec(comment);
  return found && architectureOf(found[1]!);
}

/** `cycles:u` of `cycles:u: ...`, `sched:sched_wakeup` of `sched:sched_wakeup: ...`. */
function eventName(bytes: Uint8Array, start: number): string {
  let end = start;
  while (bytes[end]! > 32) end++;
  return text(bytes, start, end).replace(/:$/, '');
}
