/**
 * From kinds of calls that are too many to a finding: the common second half of the detectors that count (rate.ts, unlike.ts).
 * Each call of an odd kind marks its cell; a kind that learning never saw in its place also speaks for what the function of the
 * call before it is known to call. O(rows).
 */
import { PairIndex } from '../context/index-of-numbers.js';
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

/** Rows fall into groups (contexts, classes), groups into kinds. */
export interface CountedRows {
  /** Per row: its group. */
  readonly groupOf: Int32Array | Uint32Array;
  /** Per group: its kind. */
  readonly kindOf: ArrayLike<number>;
  readonly kinds: readonly Counted[];
  /** Calls before this moment are not looked at, ns. */
  readonly fromNs: number;
}

/** Finding of `detector` with its marks and items; `share` is how much of the calls is odd. */
export function excess(
  detector: string,
  { groupOf, kindOf, kinds, fromNs }: CountedRows,
  scene: Scene,
  cells: Cells,
  parameters: Parameters,
): Pick<Finding, 'detector' | 'share' | 'marks' | 'items'> {
  const { columns, threads } = scene.trace;
  const weight = kinds.map((c) => (c.odd === 0 ? 0 : c.odd * Math.pow(c.odd * c.count, parameters.rateWeight - 1)));
  const onContext = new Sums(cells.size);
  const onCallees = new Sums(cells.size);
  const items = new Map<number, { rows: number[]; cells: Map<number, number> }>();
  // Calls by kind and cell: few pairs, so an item's cells are counted under one number first.
  const pairs = new PairIndex(kinds.length, cells.size);
  const pairCounts: number[] = [];
  const weightOfGroup = Float64Array.from(kindOf, (k) => weight[k]!);
  const { start, thread } = columns;
  const last = new Int32Array(threads.length).fill(-1);
  // The call before is asked for only where a kind is novel.
  const anyNovel = kinds.some((c) => c.novel);
  for (let i = anyNovel ? scene.firstRow : lowerBound(scene.trace, fromNs); i < scene.endRow; i++) {
    const t = thread[i]!;
    const before = last[t]!;
    last[t] = i;
    const w = weightOfGroup[groupOf[i]!]!;
    if (w === 0 || start[i]! < fromNs) continue;
    const k = kindOf[groupOf[i]!]!;
    const cell = cells.ofRow[i]!;
    onContext.add(cell, w);
    if (kinds[k]!.novel && before >= 0) onCallees.add(cells.ofRow[before]!, w * parameters.calleeWeight);
    const pair = pairs.intern(k, cell);
    if (pair === pairCounts.length) {
      pairCounts.push(0);
      if (!items.has(k)) items.set(k, { rows: [], cells: new Map() });
      items.get(k)!.cells.set(cell, pair);
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
