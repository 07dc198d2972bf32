/** Execution units over time, and the kinds of work they do: normal against abnormal. The units and marks are the detector's own. */
import { ABNORMAL_FREQUENCY, ABNORMAL_TIME } from '../outliers/outliers.js';
import type { OddUnits } from '../methods/fused/detectors/unit.js';
import type { RowsByThread, Trace } from '../trace/table.js';
import { type UnitTable, unitTable } from '../units/unit-table.js';
import { type CellGrid, cellAt } from './cells.js';
import { excerpt } from './excerpts.js';
import type { RowTexts } from './row-texts.js';
import type { ClusterSummary, Timeline } from './timeline.js';

/** Clusters that are described: those with most abnormal units, then the largest. */
const MOST = 24;
/** Of so many of them there are examples. */
const EXAMPLES = 8;
/** Calls that a cluster is described by. */
const CALLS = 16;

type UnitMarks = Pick<Timeline, 'units' | 'abnormalUnits' | 'clusters' | 'moreClusters'>;

export function unitMarks(
  trace: Trace,
  grid: CellGrid,
  rows: RowsByThread,
  found: OddUnits,
  texts: RowTexts,
): UnitMarks {
  const { units, members, marks, clusters } = found;
  const { start } = trace.columns;
  const all = new Array<number>(grid.cells).fill(0);
  const abnormal = new Array<number>(grid.cells).fill(0);
  members.forEach((u, m) => {
    const cell = cellAt(grid, start[units.first[u]!]!);
    all[cell]!++;
    if (marks[m] !== 0) abnormal[cell]!++;
  });
  const table = unitTable(units, trace.columns.thread, rows);
  const sizes = Array.from({ length: clusters.length - 1 }, (_, c) => {
    const own = marks.subarray(clusters[c]!, clusters[c + 1]!);
    return { c, units: own.length, abnormal: own.reduce((n, mark) => n + (mark === 0 ? 0 : 1), 0) };
  });
  const order = sizes.sort((a, b) => b.abnormal - a.abnormal || b.units - a.units || a.c - b.c);
  return {
    units: all,
    abnormalUnits: abnormal,
    clusters: order.slice(0, MOST).map(({ c }, k) => {
      const all = summary(trace, rows, found, table, c, texts);
      return k < EXAMPLES ? all : { ...all, examples: [] };
    }),
    moreClusters: Math.max(0, order.length - MOST),
  };
}

function summary(
  trace: Trace,
  rows: RowsByThread,
  { appearances, members, marks, clusters, small }: OddUnits,
  units: UnitTable,
  c: number,
  texts: RowTexts,
): ClusterSummary {
  const own = members.subarray(clusters[c]!, clusters[c + 1]!);
  const ownMarks = marks.subarray(clusters[c]!, clusters[c + 1]!);
  const { words, bits, of } = appearances;
  const common = new Uint32Array(words).fill(0xffffffff);
  for (const u of own) for (let w = 0; w < words; w++) common[w]! &= bits[of[u]! * words + w]!;
  const halves: [number[], number[]] = [[], []];
  own.forEach((u, m) => halves[ownMarks[m] === 0 ? 0 : 1].push(u));
  const how = (bit: number) => ownMarks.reduce((n, mark) => n + ((mark & bit) !== 0 ? 1 : 0), 0);
  const median = (list: readonly number[]) => (trace.hasDurations ? medianSeconds(trace, rows, units, list) : null);
  const example = (list: readonly number[], abnormal: boolean) => {
    if (list.length === 0) return [];
    // One in the middle is more usual than the first one.
    const u = list[list.length >> 1]!;
    return [{ ...excerpt(trace, rows, units.from[u]!, units.to[u]!, texts), abnormal }];
  };
  return {
    id: c,
    units: own.length,
    abnormal: halves[1].length,
    calls: trace.calls.filter((_, call) => ((common[call >>> 5]! >>> (call & 31)) & 1) === 1).slice(0, CALLS),
    small: own.length < small,
    normalSeconds: median(halves[0]),
    abnormalSeconds: median(halves[1]),
    odd: { frequency: how(ABNORMAL_FREQUENCY), time: how(ABNORMAL_TIME) },
    examples: [...example(halves[1], true), ...example(halves[0], false)],
  };
}

function medianSeconds(
  trace: Trace,
  { order }: RowsByThread,
  units: UnitTable,
  list: readonly number[],
): number | null {
  if (list.length === 0) return null;
  const { start, duration } = trace.columns;
  const ns = Float64Array.from(list, (u) => {
    const last = order[units.to[u]! - 1]!;
    return start[last]! + duration[last]! - start[order[units.from[u]!]!]!;
  }).sort();
  return ns[ns.length >> 1]! / 1e9;
}
