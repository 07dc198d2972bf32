/** One pass over the rows: calls and time by cell, for groups of calls and for the threads shown. O(rows + threads x cells). */
import { DESCRIPTOR_KINDS } from '../trace/kinds.js';
import { FLAG_UNFINISHED, type Thread, type Trace } from '../trace/table.js';
import { CALL_GROUPS, groupTable } from './call-groups.js';
import { type CellGrid, addSpan, cellAt } from './cells.js';
import type { RowTexts } from './row-texts.js';
import type { CallGroupSeries, Timeline, ThreadStrip } from './timeline.js';

/** Each thread's first calls of the window and how many it has there: which threads are shown is decided by it. */
export function callsByThread(trace: Trace, { fromNs, toNs }: CellGrid): Uint32Array {
  const { start, thread } = trace.columns;
  const counts = new Uint32Array(trace.threads.length);
  for (let row = 0; row < trace.length && start[row]! < toNs; row++) if (start[row]! >= fromNs) counts[thread[row]!]!++;
  return counts;
}

/** Indices of the threads shown: those of `named` that the window has, then those with most calls. */
export function shownThreads(trace: Trace, counts: Uint32Array, named: readonly number[], most: number): number[] {
  const ofTid = new Map<number, number>();
  trace.threads.forEach(({ tid }, t) => {
    const other = ofTid.get(tid);
    // A number that was given twice: the thread with more calls is meant.
    if (other === undefined || counts[t]! > counts[other]!) ofTid.set(tid, t);
  });
  const first = named.flatMap((tid) => ofTid.get(tid) ?? []);
  const rest = Array.from(counts.keys()).sort((a, b) => counts[b]! - counts[a]! || a - b);
  return [...new Set([...first, ...rest])].slice(0, most);
}

type OverTime = Pick<Timeline, 'groups' | 'between' | 'threads' | 'others'>;

export function overTime(trace: Trace, grid: CellGrid, shown: readonly number[], texts: RowTexts): OverTime {
  const { cells, widthNs } = grid;
  const { start, duration, call, kind, thread, flags } = trace.columns;
  const slots = new Int32Array(trace.threads.length).fill(shown.length);
  shown.forEach((t, slot) => (slots[t] = slot));
  const groupOf = groupTable(trace.calls);
  const kinds = DESCRIPTOR_KINDS.length;
  const calls = new Float64Array(CALL_GROUPS.length * cells);
  const inside = new Float64Array(CALL_GROUPS.length * cells);
  const callsOf = new Float64Array((shown.length + 1) * cells);
  const insideOf = new Float64Array((shown.length + 1) * cells);
  const stuck = new Int32Array(trace.threads.length).fill(-1);
  for (let row = 0; row < trace.length && start[row]! < grid.toNs; row++) {
    const from = start[row]!;
    const group = groupOf[call[row]! * kinds + kind[row]!]! * cells;
    const slot = slots[thread[row]!]! * cells;
    if (from >= grid.fromNs) {
      const cell = cellAt(grid, from);
      calls[group + cell]!++;
      callsOf[slot + cell]!++;
    }
    if ((flags[row]! & FLAG_UNFINISHED) !== 0) stuck[thread[row]!] = row;
    const to = from + duration[row]!;
    if (!(to > grid.fromNs)) continue;
    addSpan(grid, from, to, inside, group);
    addSpan(grid, from, to, insideOf, slot);
  }
  const timed = trace.hasDurations;
  const part = (sums: Float64Array, k: number) => sums.subarray(k * cells, (k + 1) * cells);
  const alive = new Float64Array(cells);
  for (const t of trace.threads) addSpan(grid, t.firstNs, t.exitNs ?? trace.endNs, alive);
  const inAll = new Float64Array(cells);
  for (let k = 0; k < CALL_GROUPS.length; k++) part(inside, k).forEach((ns, c) => (inAll[c]! += ns));
  const groups = CALL_GROUPS.map((group, k): CallGroupSeries => {
    const seconds = timed ? secondsOf(part(inside, k)) : null;
    return { group, calls: [...part(calls, k)], seconds };
  });
  const strip = (t: number, slot: number): ThreadStrip => {
    const { tid, pid, name } = trace.threads[t]!;
    const [fromNs, toNs] = lifetime(trace, trace.threads[t]!, grid);
    const row = stuck[t]!;
    const share = (ns: number) => Math.min(100, Math.round((100 * ns) / widthNs));
    return {
      tid,
      pid,
      name,
      from: fromNs / 1e9,
      to: toNs / 1e9,
      calls: [...part(callsOf, slot)],
      inCalls: timed ? Array.from(part(insideOf, slot), share) : null,
      stuckIn: row < 0 ? null : texts.textOf(row),
    };
  };
  const left = trace.threads.length - shown.length;
  return {
    groups: groups.filter((g) => g.calls.some((n) => n > 0) || (g.seconds?.some((s) => s > 0) ?? false)),
    between: timed ? secondsOf(alive.map((ns, c) => Math.max(0, ns - inAll[c]!))) : null,
    threads: shown.map(strip),
    others: left > 0 ? { threads: left, calls: [...part(callsOf, shown.length)] } : null,
  };
}

function lifetime(trace: Trace, { firstNs, exitNs }: Thread, { fromNs, toNs }: CellGrid): [from: number, to: number] {
  const from = Math.min(toNs, Math.max(fromNs, firstNs));
  return [from, Math.max(from, Math.min(toNs, exitNs ?? trace.endNs))];
}

/** To a microsecond: more is not seen, and costs room. */
function secondsOf(ns: Float64Array): number[] {
  return Array.from(ns, (n) => Math.round(n / 1e3) / 1e6);
}
