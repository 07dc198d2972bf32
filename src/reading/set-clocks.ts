/** What the times of traces that were recorded together are worth, and what is said of it. */
import type { Message } from '../result.js';
import { FLAG_UNFINISHED, type Trace } from '../trace/table.js';
import { untimed } from '../trace/untimed.js';

/** Differences that miss this share of the time that the calls took belong to more lines than the file has. */
const MUCH = 0.1;
/** Differences of larger units lose as much by being cut to whole ones, ns. */
const FINE_STEP_NS = 1e6;
/** Nothing but the order is known of what is nearer together, ns. */
const COARSE_STEP_NS = 1e9;

/** `perThread`: the traces are the files of one `strace -ff`. */
export function clocksOfSet(
  traces: readonly Trace[],
  perThread: boolean,
  path: string,
): { traces: Trace[]; warnings: Message[] } {
  const heard = traces.filter(({ length }) => length > 0);
  const warnings: Message[] = [];
  const relative = heard.filter(({ clock }) => clock === 'relative');
  // strace keeps one "last time" for all files: differences are to the line before in whichever file it stands.
  if (perThread && relative.length > 1) {
    // A thread that slept all the time has no call that returned.
    const durations = relative.every((trace) => trace.hasDurations || !hasReturned(trace));
    warnings.push({ code: 'differences-between-files', args: { path, durations } });
    return { traces: durations ? [...traces] : traces.map(untimed), warnings };
  }
  for (const { clock, clockStepNs, lostNs, endNs, hasDurations } of heard) {
    if (clock === 'relative' && clockStepNs <= FINE_STEP_NS && lostNs > MUCH * endNs)
      warnings.push({ code: 'differences-too-small', args: { path, lost: lostNs / 1e9, span: endNs / 1e9 } });
    else if (clockStepNs >= COARSE_STEP_NS)
      warnings.push({ code: 'coarse-times', args: { path, durations: hasDurations } });
    else continue;
    break;
  }
  return { traces: [...traces], warnings };
}

const hasReturned = ({ columns, length }: Trace): boolean =>
  columns.flags.subarray(0, length).some((flags) => (flags & FLAG_UNFINISHED) === 0);
