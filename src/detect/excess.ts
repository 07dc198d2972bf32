/**
 * From kinds of calls that are too many to a finding: the common second half of the detectors that count (rate.ts, unlike.ts).
 * Each call of an odd kind marks its cell; a kind that learning never saw in its place also speaks for what the function of the
 * call before it is known to call. O(rows).
 */
import type { Parameters } from '../parameters.js';
import { type Finding, type Item, type Mark, ROWS_KEPT } from './finding.js';
import type { Cells, Scene } from './scene.js';

/** A kind of calls, counted. */
export interface Counted {
  readonly count: number;
  readonly expected: number;
  /** Odd part of each call, 0..1. */
  readonly odd: number;
  /** Learning never saw it. */
  readonly novel: boolean;
  /** The call before and the call, as people read them. */
  readonly episode: readonly [string, string];
}

/** The kind of each row, and the kinds. */
export interface CountedRows {
  readonly kindOf: ArrayLike<number>;
  readonly kinds: readonly Counted[];
  /** Calls before this moment are not looked at, ns. */
  readonly fromNs: number;
}

/** Finding of `detector` with its marks and items; `share` is how much of the calls is odd. */
export function excess(
  detector: string,
  { kindOf, kinds, fromNs }: CountedRows,
  scene: Scene,
  cells: Cells,
  parameters: Parameters,
): Pick<Finding, 'detector' | 'share' | 'marks' | 'items'> {
  const { columns, threads } = scene.trace;
  const weight = kinds.map((c) => (c.odd === 0 ? 0 : c.odd * Math.pow(c.odd * c.count, parameters.rateWeight - 1)));
  const onContext = new Map<number, number>();
  const onCallees = new Map<number, number>();
  const items = new Map<number, { rows: number[]; cells: Map<number, number> }>();
  const last = new Int32Array(threads.length).fill(-1);
  for (let i = scene.firstRow; i < scene.endRow; i++) {
    const t = columns.thread[i]!;
    const before = last[t]!;
    last[t] = i;
    const k = kindOf[i]!;
    const w = weight[k]!;
    if (w === 0 || columns.start[i]! < fromNs) continue;
    const cell = cells.ofRow[i]!;
    onContext.set(cell, (onContext.get(cell) ?? 0) + w);
    if (kinds[k]!.novel && before >= 0) {
      const from = cells.ofRow[before]!;
      onCallees.set(from, (onCallees.get(from) ?? 0) + w * parameters.calleeWeight);
    }
    let item = items.get(k);
    if (item === undefined) items.set(k, (item = { rows: [], cells: new Map() }));
    if (item.rows.length < ROWS_KEPT) item.rows.push(i);
    item.cells.set(cell, (item.cells.get(cell) ?? 0) + 1);
  }
  const marks: Mark[] = [
    ...[...onContext].map(([cell, w]) => ({ cell, weight: w, on: 'context' as const })),
    ...[...onCallees].map(([cell, w]) => ({ cell, weight: w, on: 'callees' as const })),
  ];
  const told = [...items].map(([k, item]): Item => {
    const { count, expected, episode } = kinds[k]!;
    return {
      rows: item.rows,
      episode,
      cells: [...item.cells].sort((a, b) => b[1] - a[1]).map(([cell]) => cell),
      weight: weight[k]! * count,
      count,
      expected,
      code: expected < 1 ? 'never-before' : 'far-more-often',
      args: {},
    };
  });
  told.sort((a, b) => b.weight - a.weight || (a.episode.join() < b.episode.join() ? -1 : 1));
  const all = kinds.reduce((sum, c) => sum + c.count, 0);
  const odd = kinds.reduce((sum, c) => sum + c.odd * c.count, 0);
  return { detector, share: all === 0 ? 0 : odd / all, marks, items: told };
}
