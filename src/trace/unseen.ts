/**
 * Time of which a trace with gaps knows nothing: what a thread did between two of its events is not known where events of a processor that it was on
 * were lost meanwhile, and if no other thread shows that time went by either, it may as well not have been.
 */
import type { Gap } from './gaps.js';
import { NO_CPU, type Trace } from './table.js';

/** [fromNs, toNs). */
export interface Stretch {
  readonly fromNs: number;
  readonly toNs: number;
}

/** Of what a thread's gap hides, so much must be silent in all others to be time that nobody saw: else they tell what went on. */
const SILENT_SHARE = 0.5;
/** What is unknown for a shorter time makes no verdict, ns. */
const SHORTEST_NS = 1e6;

/** Silent stretches within gaps, in order of time. O(rows log gaps). */
export function unseenStretches(trace: Trace): Stretch[] {
  const { gaps = [], columns, length } = trace;
  if (gaps.length === 0 || columns.cpu === null || !trace.hasDurations) return [];
  const hidden = hiddenStretches(trace, gapsByCpu(trace, gaps));
  const all = united(hidden);
  const events: number[][] = all.map(() => []);
  const note = (ns: number) => {
    const i = firstEndingAfter(all, ns);
    if (i < all.length && ns > all[i]!.fromNs) events[i]!.push(ns);
  };
  for (let row = 0; row < length; row++) {
    note(columns.start[row]!);
    note(columns.start[row]! + columns.duration[row]!);
  }
  for (const list of events) list.sort((a, b) => a - b);
  const silent = hidden.flatMap((stretch) => {
    const longest = longestSilence(stretch, events[firstEndingAfter(all, stretch.fromNs)]!);
    return lengthOf(longest) >= SILENT_SHARE * lengthOf(stretch) ? [longest] : [];
  });
  return united(silent);
}

/** A window of a trace on a clock that stands still meanwhile. */
export function withoutStretches(
  { trace, fromNs, toNs }: Stretch & { readonly trace: Trace },
  stretches: readonly Stretch[],
): Stretch & { readonly trace: Trace } {
  const before = [0];
  for (const stretch of stretches) before.push(before.at(-1)! + lengthOf(stretch));
  const moved = (ns: number): number => {
    const i = firstEndingAfter(stretches, ns);
    const within = i < stretches.length ? Math.max(0, ns - stretches[i]!.fromNs) : 0;
    return ns - before[i]! - within;
  };
  const { columns, threads, switches } = trace;
  const start = mapped(columns.start, moved);
  const duration = mapped(columns.duration, (ns, row) => moved(columns.start[row]! + ns) - start[row]!);
  return {
    trace: {
      ...trace,
      gaps: [],
      columns: { ...columns, start, duration },
      threads: threads.map((thread) => ({
        ...thread,
        firstNs: moved(thread.firstNs),
        exitNs: thread.exitNs === null ? null : moved(thread.exitNs),
      })),
      switches: switches && { ...switches, time: mapped(switches.time, moved) },
      endNs: moved(trace.endNs),
    },
    fromNs: moved(fromNs),
    toNs: moved(toNs),
  };
}

/** By processor: its gaps, from its last event on. */
function gapsByCpu({ columns: { start, duration, cpu }, length }: Trace, gaps: readonly Gap[]) {
  const ofCpu = new Map<number, { fromNs: number; readonly toNs: number }[]>();
  for (const { cpu: of, fromNs, toNs } of gaps) {
    const own = ofCpu.get(of) ?? [];
    own.push({ fromNs, toNs });
    ofCpu.set(of, own);
  }
  for (let row = 0; row < length; row++) {
    const own = ofCpu.get(cpu![row]!);
    if (own === undefined) continue;
    for (const ns of [start[row]!, start[row]! + duration[row]!]) {
      const next = own[firstEndingAfter(own, ns)];
      if (next !== undefined && ns > next.fromNs) next.fromNs = ns;
    }
  }
  return ofCpu;
}

/** Of each thread: what lies in a gap of the processor that it was on, or came to, between two events of its. */
function hiddenStretches({ columns, length, threads, endNs }: Trace, gaps: ReadonlyMap<number, readonly Stretch[]>) {
  const { start, duration, cpu, thread } = columns;
  const found: Stretch[] = [];
  const last = new Int32Array(threads.length).fill(-1);
  const between = (fromNs: number, toNs: number, of: number) => {
    const own = toNs - fromNs < SHORTEST_NS ? undefined : gaps.get(of);
    if (own === undefined) return;
    for (let g = firstEndingAfter(own, fromNs); g < own.length && own[g]!.fromNs < toNs; g++)
      found.push({ fromNs: Math.max(fromNs, own[g]!.fromNs), toNs: Math.min(toNs, own[g]!.toNs) });
  };
  /** Within the thread's last call, and from its end to `ns`, when it is found on another processor, or the same. */
  const upTo = (t: number, ns: number, now: number) => {
    const row = last[t]!;
    if (row < 0) return;
    const returned = Math.min(ns, start[row]! + duration[row]!);
    for (const of of new Set([cpu![row]!, now])) {
      between(start[row]!, returned, of);
      between(returned, ns, of);
    }
  };
  for (let row = 0; row < length; row++) {
    const t = thread[row]!;
    if (start[row]! - (last[t]! < 0 ? 0 : start[last[t]!]!) >= SHORTEST_NS) upTo(t, start[row]!, cpu![row]!);
    last[t] = row;
  }
  threads.forEach(({ exitNs }, t) => upTo(t, exitNs ?? endNs, NO_CPU));
  return found;
}

function united(stretches: readonly Stretch[]): Stretch[] {
  const out: { fromNs: number; toNs: number }[] = [];
  for (const { fromNs, toNs } of [...stretches].sort((a, b) => a.fromNs - b.fromNs)) {
    const last = out.at(-1);
    if (last !== undefined && fromNs <= last.toNs) last.toNs = Math.max(last.toNs, toNs);
    else out.push({ fromNs, toNs });
  }
  return out;
}

/** @param events in order, of a stretch around it */
function longestSilence({ fromNs, toNs }: Stretch, events: readonly number[]): Stretch {
  let longest: Stretch = { fromNs, toNs: fromNs };
  let from = fromNs;
  const until = (to: number) => {
    if (to - from > lengthOf(longest)) longest = { fromNs: from, toNs: to };
    from = to;
  };
  for (let i = firstWhere(events.length, (k) => events[k]! > fromNs); i < events.length && events[i]! < toNs; i++)
    until(events[i]!);
  until(toNs);
  return longest;
}

function mapped(from: Float64Array, map: (ns: number, i: number) => number): Float64Array {
  const to = new Float64Array(new SharedArrayBuffer(from.byteLength));
  for (let i = 0; i < from.length; i++) to[i] = map(from[i]!, i);
  return to;
}

const lengthOf = ({ fromNs, toNs }: Stretch) => toNs - fromNs;

/** Of stretches in order that do not overlap. */
const firstEndingAfter = (stretches: readonly Stretch[], ns: number): number =>
  firstWhere(stretches.length, (i) => stretches[i]!.toNs > ns);

/** The first in [0, length) for which it is so, as it is for all behind that one. */
function firstWhere(length: number, isSo: (i: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isSo(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
