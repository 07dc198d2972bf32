/**
 * What the window shows after the onset beyond what was before and what learning saw, as three masses over the calling-context tree: calls,
 * time before calls, time inside calls. No threshold says what is odd: all excess counts, each unit of a mass with the
 * probability that decoding gives to its node. Their places, not their sizes, are combined (fuse.ts): seconds and calls have no common scale.
 * O(rows + cells x nodes a cell).
 */
import { OUTCOME, grainsOf } from '../../../context/symbols.js';
import { countPlaces, folded } from '../scene/counts.js';
import { type Item, ROWS_KEPT } from '../finding.js';
import { type Cells, type Scene, lowerBound } from '../scene/scene.js';
import { type SeeTime, eachThreadTime } from '../scene/thread-time.js';

export interface Mass {
  readonly detector: 'more-calls' | 'time-before' | 'time-inside';
  /** Per node: excess, and what is as usual. Of one unit: calls (square-rooted by class), or ns. */
  readonly excess: Float64Array;
  readonly usual: Float64Array;
  /** The kinds of calls with most excess, as people read them. */
  readonly items: readonly Item[];
}

/** Chance moves a count by less than so many standard deviations (Poisson). */
const SIGMAS = 2;
/** Kinds of calls that are told. */
const TOLD = 20;

export function massesOf(scene: Scene, cells: Cells, onsetNs: number, nodes: number): Mass[] {
  return [moreCalls(scene, cells, onsetNs, nodes), ...moreTime(scene, cells, onsetNs, nodes)];
}

/** Classes whose share of the calls is more than before and in learning; the square root, so that one huge class does not outvote all. */
function moreCalls(scene: Scene, cells: Cells, onsetNs: number, nodes: number): Mass {
  const { places, decoder, firstRow, endRow, trace } = scene;
  const { classes, classOf } = places;
  const onsetRow = Math.min(endRow, Math.max(firstRow, lowerBound(trace, onsetNs)));
  const before = folded(countPlaces(places, firstRow, onsetRow), classOf, classes.length);
  const after = folded(countPlaces(places, onsetRow, endRow), classOf, classes.length);
  const number = (text: string) => decoder.texts[OUTCOME]!.get(text) ?? -1;
  const expected = new Float64Array(classes.length);
  /** Per class: what one of its calls weighs, 0: nothing odd. */
  const weight = new Float64Array(classes.length);
  classes.forEach(({ before: previous, call }, k) => {
    if (after[k] === 0) return;
    const learned = decoder.total === 0 ? 0 : decoder.bigram(OUTCOME, number(previous), number(call)) / decoder.total;
    const share = Math.max(learned, onsetRow === firstRow ? 0 : before[k]! / (onsetRow - firstRow));
    expected[k] = share * (endRow - onsetRow);
    const excess = after[k]! - expected[k]! - SIGMAS * Math.sqrt(expected[k]! + 1);
    if (excess <= 0) return;
    weight[k] = Math.sqrt(excess) / after[k]!;
  });
  const excess = new Float64Array(nodes);
  const usual = new Float64Array(nodes);
  /** Per cell: calls as usual, and the weights of odd ones. */
  const calm = new Uint32Array(cells.size);
  const odd = new Float64Array(cells.size);
  const rowsOf: number[][] = [];
  const cellsOf: Set<number>[] = [];
  for (let i = firstRow; i < endRow; i++) {
    const cell = cells.ofRow[i]!;
    const k = classOf[places.ofRow[i]!]!;
    if (i < onsetRow || weight[k] === 0) {
      calm[cell]!++;
      continue;
    }
    odd[cell]! += weight[k]!;
    const rows = (rowsOf[k] ??= []);
    if (rows.length === ROWS_KEPT) continue;
    rows.push(i);
    (cellsOf[k] ??= new Set()).add(cell);
  }
  calm.forEach((n, cell) => n > 0 && spread(cells, cell, n, usual));
  odd.forEach((w, cell) => w > 0 && spread(cells, cell, w, excess));
  const items = classes
    .map((c, k) => ({ c, k, weight: weight[k]! * after[k]! }))
    .filter((x) => x.weight > 0)
    .sort((a, b) => b.weight - a.weight || a.k - b.k)
    .slice(0, TOLD)
    .map(({ c, k, weight: w }): Item => {
      const code = expected[k]! < 1 ? 'never-before' : 'far-more-often';
      const count = after[k]!;
      const episode = [c.before, c.call];
      return {
        rows: rowsOf[k]!,
        episode,
        cells: [...cellsOf[k]!],
        weight: w,
        count,
        expected: expected[k]!,
        code,
        args: {},
      };
    });
  return { detector: 'more-calls', excess, usual, items };
}

/** Time of threads by the cell of their calls, ns: before the calls (the call before had returned) and inside them. */
class Times {
  readonly between: Float64Array;
  readonly inside: Float64Array;
  constructor(cells: number) {
    this.between = new Float64Array(cells);
    this.inside = new Float64Array(cells);
  }
}

/** Thread time that is more than its rate before the onset, by node; calls and pauses that the onset cuts belong to both sides. */
function moreTime(scene: Scene, cells: Cells, onsetNs: number, nodes: number): Mass[] {
  const { trace, fromNs, toNs } = scene;
  const [before, after] = [new Times(cells.size), new Times(cells.size)];
  const add: SeeTime = (which, cell, from, to) => {
    const early = Math.min(to, onsetNs) - Math.max(from, fromNs);
    if (early > 0) before[which][cell]! += early;
    const late = Math.min(to, toNs) - Math.max(from, onsetNs);
    if (late > 0) after[which][cell]! += late;
  };
  const last = eachThreadTime(scene, cells, add);
  // A thread that went silent computes, or is off the processor, after its last call: nothing tells what would have come.
  trace.threads.forEach(({ exitNs }, t) => {
    if (last.cell[t]! >= 0 && exitNs === null) add('between', last.cell[t]!, last.endNs[t]!, toNs);
  });
  const scale = (toNs - onsetNs) / Math.max(1, onsetNs - fromNs);
  const masses = (['between', 'inside'] as const).map((which): Mass => {
    const [early, late] = [before[which], after[which]].map((times) => {
      const of = new Float64Array(nodes);
      times.forEach((ns, cell) => ns > 0 && spread(cells, cell, ns, of));
      return of;
    }) as [Float64Array, Float64Array];
    const excess = late.map((ns, node) => Math.max(0, ns - scale * early[node]!));
    const expected = before[which].map((ns) => scale * ns);
    const detector = which === 'between' ? 'time-before' : 'time-inside';
    return { detector, excess, usual: early, items: slowest(scene, cells, onsetNs, detector, after[which], expected) };
  });
  return masses;
}

/** Cells with most time beyond what was to be expected, as people read them. */
function slowest(
  { trace, places, endRow }: Scene,
  cells: Cells,
  onsetNs: number,
  detector: 'time-before' | 'time-inside',
  ns: Float64Array,
  expected: Float64Array,
): Item[] {
  const told = Array.from(ns.keys()).filter((cell) => ns[cell]! > expected[cell]!);
  told.sort((a, b) => ns[b]! - expected[b]! - ns[a]! + expected[a]! || a - b);
  told.length = Math.min(told.length, TOLD);
  const rowsOf = new Map<number, number[]>(told.map((cell) => [cell, []]));
  const counts = new Map<number, number>();
  for (let i = lowerBound(trace, onsetNs); i < endRow; i++) {
    const cell = cells.ofRow[i]!;
    const rows = rowsOf.get(cell);
    if (rows === undefined) continue;
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
    if (rows.length < ROWS_KEPT) rows.push(i);
  }
  return told.flatMap((cell): Item[] => {
    const rows = rowsOf.get(cell)!;
    if (rows.length === 0) return [];
    const context = cells.context[cell]!;
    const [before, call] = [places.contexts.before[context]!, places.contexts.symbol[context]!].map(
      (symbol) => grainsOf(places.symbols[symbol]!)[OUTCOME]!,
    );
    return [
      {
        rows,
        episode: detector === 'time-before' ? [before!, call!] : [call!],
        cells: [cell],
        weight: ns[cell]! - expected[cell]!,
        count: counts.get(cell)!,
        expected: 0,
        code: detector,
        args: { seconds: ns[cell]! / 1e9, usual: expected[cell]! / 1e9 },
      },
    ];
  });
}

/** Adds `amount` of a cell to the nodes that it decodes to. */
function spread(cells: Cells, cell: number, amount: number, to: Float64Array): void {
  const { nodes, weights } = cells.decode(cell);
  for (let j = 0; j < nodes.length; j++) to[nodes[j]!]! += amount * weights[j]!;
}
