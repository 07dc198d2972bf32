/**
 * From kinds of calls that are too many to a finding: the common second half of the detectors that count (rate.ts, unlike.ts).
 * Each call of an odd kind marks its cell; a kind that learning never saw in its place also speaks for what the function of the
 * call before it is known to call. O(rows).
 */
import { inBlocks } from '../../../lib/in-blocks.js';
import type { Parameters } from '../../../parameters.js';
import { TupleNumbers } from '../../../context/tuple-numbers.js';
import { type Finding, type Item, type Mark, ROWS_KEPT } from '../finding.js';
import { type Cells, type Scene, lowerBound } from '../scene/scene.js';
import { Sums } from '../scene/sums.js';

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
  const weight = kinds.map((c) => (c.odd === 0 ? 0 : c.odd * Math.pow(c.odd * c.count, parameters.rateWeight - 1)));
  const weightOf = Float64Array.from(kindOf, (k) => weight[k]!);
  const calleeWeightOf = weightOf.map((w, place) => (kinds[kindOf[place]!]!.novel ? w * parameters.calleeWeight : 0));
  const from = Math.max(scene.firstRow, lowerBound(scene.trace, fromNs));
  const { onCell, kindCells, rowsOf } = oddCalls(scene, cells, from, kindOf, weightOf);
  const onCallees = callsBefore(scene, cells, from, calleeWeightOf);
  const marks: Mark[] = [
    ...onCell.touched.map((cell) => ({ cell, weight: onCell.of[cell]!, on: 'context' as const })),
    ...onCallees.touched.map((cell) => ({ cell, weight: onCallees.of[cell]!, on: 'callees' as const })),
  ];
  const told = [...kindCells].map(([k, calls]): Item => {
    const { count, expected, episode } = kinds[k]!;
    return {
      rows: rowsOf[k]!,
      episode,
      cells: [...calls].sort((a, b) => b[1] - a[1]).map(([cell]) => cell),
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

interface OddCalls {
  /** Weights of calls by cell. */
  readonly onCell: Sums;
  /** By kind: calls by cell. */
  readonly kindCells: ReadonlyMap<number, ReadonlyMap<number, number>>;
  /** Per kind: its first rows. */
  readonly rowsOf: readonly (readonly number[] | undefined)[];
}

/** Calls from the row `from` on whose places have a weight. */
function oddCalls(
  { endRow, places: { ofRow } }: Scene,
  cells: Cells,
  from: number,
  kindOf: ArrayLike<number>,
  weightOf: Float64Array,
): OddCalls {
  const onCell = new Sums(cells.size);
  const pairs = new TupleNumbers(); // a kind and a cell
  const counts: number[] = [];
  const rowsOf: number[][] = [];
  inBlocks(from, endRow, (first, end) => {
    for (let i = first; i < end; i++) {
      const place = ofRow[i]!;
      const w = weightOf[place]!;
      if (w === 0) continue;
      const cell = cells.ofRow[i]!;
      onCell.add(cell, w);
      const pair = pairs.intern(kindOf[place]!, cell);
      // The first rows of a kind are among the first of their cells: of most calls nothing more is to be kept.
      const n = (counts[pair] = (counts[pair] ?? 0) + 1);
      if (n > ROWS_KEPT) continue;
      const rows = (rowsOf[kindOf[place]!] ??= []);
      if (rows.length < ROWS_KEPT) rows.push(i);
    }
  });
  const kindCells = new Map<number, Map<number, number>>();
  counts.forEach((n, pair) => {
    const kind = pairs.first[pair]!;
    const ofKind = kindCells.get(kind) ?? new Map<number, number>();
    kindCells.set(kind, ofKind.set(pairs.second[pair]!, n));
  });
  return { onCell, kindCells, rowsOf };
}

/** Cells of the calls before those from the row `from` on whose places have a weight: what they sum up to. */
function callsBefore(scene: Scene, cells: Cells, from: number, weightOf: Float64Array): Sums {
  const { trace, firstRow, endRow, places } = scene;
  const { ofRow } = places;
  const { thread } = trace.columns;
  const sums = new Sums(cells.size);
  if (weightOf.every((w) => w === 0)) return sums;
  /** Per thread: cell of its last row of the window; -1: none. */
  const last = new Int32Array(trace.threads.length).fill(-1);
  inBlocks(firstRow, from, (first, end) => {
    for (let i = first; i < end; i++) last[thread[i]!] = cells.ofRow[i]!;
  });
  inBlocks(from, endRow, (first, end) => {
    for (let i = first; i < end; i++) {
      const t = thread[i]!;
      const before = last[t]!;
      const place = ofRow[i]!;
      last[t] = cells.ofRow[i]!;
      const w = weightOf[place]!;
      if (w !== 0 && before >= 0) sums.add(before, w);
    }
  });
  return sums;
}
