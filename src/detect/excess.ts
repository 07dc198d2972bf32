/**
 * From kinds of calls that are too many to a finding: the common second half of the detectors that count (rate.ts, unlike.ts).
 * Each call of an odd kind marks its cell; a kind that learning never saw in its place also speaks for what the function of the
 * call before it is known to call. O(rows).
 */
import { TupleNumbers } from '../context/tuple-numbers.js';
import type { Parameters } from '../parameters.js';
import { type Finding, type Item, type Mark, ROWS_KEPT } from './finding.js';
import { type Cells, type Scene, lowerBound } from './scene.js';
import { Sums } from './sums.js';

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

export interface CountedRows {
  /** Per place: its kind. */
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
  const { trace, firstRow, endRow, places } = scene;
  const weight = kinds.map((c) => (c.odd === 0 ? 0 : c.odd * Math.pow(c.odd * c.count, parameters.rateWeight - 1)));
  const onContext = new Sums(cells.size);
  const onCallees = new Sums(cells.size);
  const items = new Map<number, { rows: number[]; cells: Map<number, number> }>();
  // Calls by kind and cell: few pairs, so an item's cells are counted under one number first.
  const pairs = new TupleNumbers();
  const pairCounts: number[] = [];
  /** By role and place, as in `cells.ofPlace`: the pair + 1; 0: not met yet. */
  const pairOf = new Int32Array(cells.ofPlace.length);
  const { ofRow } = places;
  const weightOf = Float64Array.from(kindOf, (k) => weight[k]!);
  const { thread } = trace.columns;
  const from = Math.max(firstRow, lowerBound(trace, fromNs));
  // The call before is asked for only where a kind is novel.
  const last = kinds.some((c) => c.novel) ? lastRows(scene, from) : null;
  for (let i = from; i < endRow; i++) {
    const w = weightOf[ofRow[i]!]!;
    let before = -1;
    if (last !== null) {
      before = last[thread[i]!]!;
      last[thread[i]!] = i;
    }
    if (w === 0) continue;
    const k = kindOf[ofRow[i]!]!;
    const at = cells.ofThread[thread[i]!]! + ofRow[i]!;
    const cell = cells.ofPlace[at]!;
    onContext.add(cell, w);
    if (before >= 0 && kinds[k]!.novel) onCallees.add(cells.ofRow(before), w * parameters.calleeWeight);
    let pair = pairOf[at]! - 1;
    if (pair < 0) {
      pair = pairs.intern(k, cell);
      pairOf[at] = pair + 1;
      if (pair === pairCounts.length) {
        pairCounts.push(0);
        if (!items.has(k)) items.set(k, { rows: [], cells: new Map() });
        items.get(k)!.cells.set(cell, pair);
      }
    }
    if (pairCounts[pair]!++ < ROWS_KEPT) {
      const { rows } = items.get(k)!;
      if (rows.length < ROWS_KEPT) rows.push(i);
    }
  }
  const marks: Mark[] = [
    ...onContext.touched.map((cell) => ({ cell, weight: onContext.of[cell]!, on: 'context' as const })),
    ...onCallees.touched.map((cell) => ({ cell, weight: onCallees.of[cell]!, on: 'callees' as const })),
  ];
  const told = [...items].map(([k, item]): Item => {
    const { count, expected, episode } = kinds[k]!;
    return {
      rows: item.rows,
      episode,
      cells: [...item.cells].sort((a, b) => pairCounts[b[1]]! - pairCounts[a[1]]!).map(([cell]) => cell),
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

/** Per thread: its last row of the window before the row `end`; -1: none. */
function lastRows({ trace, firstRow }: Scene, end: number): Int32Array {
  const { thread } = trace.columns;
  const last = new Int32Array(trace.threads.length).fill(-1);
  for (let i = firstRow; i < end; i++) last[thread[i]!] = i;
  return last;
}
