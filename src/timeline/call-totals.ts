/** How often each kind of call was issued and how long it took, before and after a moment. O(rows). */
import { FLAG_UNFINISHED, type Trace } from '../trace/table.js';
import type { Window } from '../units/unit-table.js';
import type { RowTexts } from './row-texts.js';
import type { CallTotals, Timeline } from './timeline.js';

/** Kinds of calls that are listed. */
const MOST = 60;

interface Totals {
  readonly text: string;
  readonly calls: [number, number];
  readonly ns: [number, number];
  unfinished: number;
}

/** `named`: texts that the evidence speaks of; they come first. */
export function callTotals(
  trace: Trace,
  { fromNs, toNs }: Window,
  splitNs: number,
  named: readonly string[],
  texts: RowTexts,
): Pick<Timeline, 'calls' | 'moreCalls'> {
  const { start, duration, flags } = trace.columns;
  const totals: Totals[] = [];
  for (let row = 0; row < trace.length && start[row]! < toNs; row++) {
    const from = start[row]!;
    const to = from + (duration[row]! > 0 ? duration[row]! : 0);
    if (from < fromNs && to <= fromNs) continue;
    const number = texts.numberOf(row);
    const t = (totals[number] ??= { text: texts.texts[number]!, calls: [0, 0], ns: [0, 0], unfinished: 0 });
    if (from >= fromNs) {
      t.calls[from < splitNs ? 0 : 1]++;
      if ((flags[row]! & FLAG_UNFINISHED) !== 0) t.unfinished++;
    }
    t.ns[0] += Math.max(0, Math.min(to, splitNs) - Math.max(from, fromNs));
    t.ns[1] += Math.max(0, Math.min(to, toNs) - Math.max(from, splitNs));
  }
  const spoken = new Set(named);
  const length: [number, number] = [Math.max(1, splitNs - fromNs), Math.max(1, toNs - splitNs)];
  /** A change of rate by half as much of all time as of all calls is as loud as one of time. */
  const all = totals.reduce((sum, t) => sum + t.calls[0] + t.calls[1], 0) / (length[0] + length[1]);
  const loudness = ({ calls, ns }: Totals) => {
    const rate = Math.abs(calls[1] / length[1] - calls[0] / length[0]) / all;
    return rate + Math.abs(ns[1] / length[1] - ns[0] / length[0]);
  };
  const order = totals
    .filter((t) => t !== undefined)
    .map((t) => ({ t, said: spoken.has(t.text) ? 1 : 0, loud: loudness(t) }))
    .sort((a, b) => b.said - a.said || b.loud - a.loud || (a.t.text < b.t.text ? -1 : 1));
  const listed = order.slice(0, MOST).map(({ t }): CallTotals => {
    const sums = (half: 0 | 1) => ({ calls: t.calls[half], seconds: trace.hasDurations ? t.ns[half] / 1e9 : null });
    return { call: t.text, before: sums(0), after: sums(1), unfinished: t.unfinished };
  });
  return { calls: listed, moreCalls: order.length - listed.length };
}
