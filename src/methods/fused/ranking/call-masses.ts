/**
 * Calls after the onset that are more, and that are fewer, than there were before: by class (a call after a call), each class with the
 * square root of its excess, so that one huge class does not outvote all.
 */
import { OUTCOME } from '../../../context/symbols.js';
import { inBlocks } from '../../../lib/in-blocks.js';
import { type Item, ROWS_KEPT } from '../finding.js';
import { countPlaces, folded } from '../scene/counts.js';
import { growthOf } from '../scene/load.js';
import { type Cells, type Scene, lowerBound } from '../scene/scene.js';
import type { ContextTree } from './context-tree.js';
import { type Mass, SIGMAS, TOLD, byNode, under } from './mass.js';

/**
 * What is missing tells where work no longer comes, seldom who is to blame: of a function that is skipped or fails all that calls it has as
 * much of it. So it counts half.
 */
const FEWER = 0.5;

/** What is odd about classes: calls after the onset, and what was expected. */
interface Excess {
  readonly count: ArrayLike<number>;
  readonly expected: Float64Array;
  /** Of one of the calls that show it, those after the onset or those before; 0: nothing is odd. */
  readonly weight: Float64Array;
  /** Of all of them. */
  readonly total: Float64Array;
}

export function callMasses(scene: Scene, cells: Cells, onsetNs: number, tree: ContextTree): [more: Mass, fewer: Mass] {
  const { places, firstRow, endRow, trace, fromNs, toNs } = scene;
  const { classes, classOf } = places;
  const onsetRow = Math.min(endRow, Math.max(firstRow, lowerBound(trace, onsetNs)));
  const before = folded(countPlaces(places, firstRow, onsetRow), classOf, classes.length);
  const after = folded(countPlaces(places, onsetRow, endRow), classOf, classes.length);
  const more = moreThanUsual(scene, before, after, onsetRow);
  const scale = (toNs - onsetNs) / Math.max(1, onsetNs - fromNs);
  const fewer = fewerThanBefore(before, after, scale * Math.max(1, growthOf(before, after, 1, scale, OFTEN)));
  const [late, early] = [look(scene, cells, onsetRow, endRow, more), look(scene, cells, firstRow, onsetRow, fewer)];
  const owned = under(tree, byNode(cells, late.odd, tree.nodes));
  const missing = under(tree, byNode(cells, early.odd, tree.nodes));
  return [
    {
      detector: 'more-calls',
      share: owned.all,
      against: owned.owned,
      weight: 1,
      items: items(scene, more, late, (k) => (more.expected[k]! < 1 ? 'never-before' : 'far-more-often')),
    },
    {
      detector: 'fewer-calls',
      share: missing.all,
      against: missing.all,
      weight: FEWER,
      items: items(scene, fewer, early, () => 'far-less-often'),
    },
  ];
}

/** Classes whose share of the calls is more than before and in learning. */
function moreThanUsual(
  { places, decoder, firstRow, endRow }: Scene,
  before: Uint32Array,
  after: Uint32Array,
  onsetRow: number,
): Excess {
  const number = (text: string) => decoder.texts[OUTCOME]!.get(text) ?? -1;
  const expected = new Float64Array(after.length);
  const total = new Float64Array(after.length);
  places.classes.forEach(({ before: previous, call }, k) => {
    if (after[k] === 0) return;
    const learned = decoder.total === 0 ? 0 : decoder.bigram(OUTCOME, number(previous), number(call)) / decoder.total;
    const share = Math.max(learned, onsetRow === firstRow ? 0 : before[k]! / (onsetRow - firstRow));
    expected[k] = share * (endRow - onsetRow);
    const excess = after[k]! - expected[k]! - SIGMAS * Math.sqrt(expected[k]! + 1);
    if (excess > 0) total[k] = Math.sqrt(excess);
  });
  return { count: after, expected, weight: total.map((t, k) => (t > 0 ? t / after[k]! : 0)), total };
}

/** Classes that come more seldom than before, as often as `factor` times their calls before would be; weights are of calls before. */
function fewerThanBefore(before: Uint32Array, after: Uint32Array, factor: number): Excess {
  const expected = Float64Array.from(before, (n) => factor * n);
  const total = expected.map((usual, k) => {
    const missing = usual - after[k]! - SIGMAS * Math.sqrt(usual + 1);
    return missing > 0 ? Math.sqrt(missing) : 0;
  });
  return { count: after, expected, weight: total.map((t, k) => (t > 0 ? t / before[k]! : 0)), total };
}

/** Rarer classes tell nothing of the load. */
const OFTEN = 5;

/** What is odd in some rows: weight by cell, and by class the first rows and the cells that show it. */
interface Seen {
  readonly odd: Float64Array;
  readonly rows: readonly (readonly number[] | undefined)[];
  readonly cells: readonly (ReadonlySet<number> | undefined)[];
}

function look({ places }: Scene, cells: Cells, from: number, to: number, { weight }: Excess): Seen {
  const { ofRow, classOf } = places;
  const odd = new Float64Array(cells.size);
  const rowsOf: number[][] = [];
  const cellsOf: Set<number>[] = [];
  /** Per class: rows kept. */
  const kept = new Uint32Array(weight.length);
  const keep = (k: number, row: number) => {
    kept[k]!++;
    (rowsOf[k] ??= []).push(row);
    (cellsOf[k] ??= new Set()).add(cells.ofRow[row]!);
  };
  inBlocks(from, to, (first, end) => {
    for (let i = first; i < end; i++) {
      const k = classOf[ofRow[i]!]!;
      const w = weight[k]!;
      if (w === 0) continue;
      odd[cells.ofRow[i]!]! += w;
      if (kept[k]! < ROWS_KEPT) keep(k, i);
    }
  });
  return { odd, rows: rowsOf, cells: cellsOf };
}

function items({ places }: Scene, odd: Excess, seen: Seen, code: (k: number) => string): Item[] {
  return places.classes
    .map((c, k) => ({ c, k, weight: odd.total[k]! }))
    .filter((x) => x.weight > 0)
    .sort((a, b) => b.weight - a.weight || a.k - b.k)
    .slice(0, TOLD)
    .map(({ c, k, weight }): Item => ({
      rows: seen.rows[k]!,
      episode: [c.before, c.call],
      cells: [...seen.cells[k]!],
      weight,
      count: odd.count[k]!,
      expected: odd.expected[k]!,
      code: code(k),
      args: {},
    }));
}
