/**
 * Time of threads that is more than its rate before the onset: before their calls (the call before had returned), inside them, and both
 * together, which are on one scale. Calls and pauses that the onset cuts belong to both sides.
 */
import { OUTCOME, grainsOf } from '../../../context/symbols.js';
import { type Item, ROWS_KEPT } from '../finding.js';
import { type Cells, type Scene, lowerBound } from '../scene/scene.js';
import { type SeeTime, eachThreadTime } from '../scene/thread-time.js';
import type { ContextTree } from './context-tree.js';
import { type Mass, TOLD, byNode, larger, lift, under } from './mass.js';
import type { Steps } from '../scene/steps.js';

/** Time by the cell of the calls, ns. */
class Times {
  readonly between: Float64Array;
  readonly inside: Float64Array;
  constructor(cells: number) {
    this.between = new Float64Array(cells);
    this.inside = new Float64Array(cells);
  }
}

export function timeMasses(scene: Scene, cells: Cells, onsetNs: number, { silent }: Steps, tree: ContextTree): Mass[] {
  const { trace, fromNs, toNs } = scene;
  const [before, after] = [new Times(cells.size), new Times(cells.size)];
  const add: SeeTime = (which, cell, from, to) => {
    const early = Math.min(to, onsetNs) - Math.max(from, fromNs);
    if (early > 0) before[which][cell]! += early;
    const late = Math.min(to, toNs) - Math.max(from, onsetNs);
    if (late > 0) after[which][cell]! += late;
  };
  const last = eachThreadTime(scene, cells, add);
  // A thread that went silent computes, or is off the processor, in code between its last call and one that is missing: half for each.
  trace.threads.forEach(({ exitNs }, t) => {
    const ns = toNs - Math.max(last.endNs[t]!, onsetNs);
    if (last.cell[t]! >= 0 && exitNs === null && ns > 0) after.between[last.cell[t]!]! += ns / 2;
  });
  const scale = (toNs - onsetNs) / Math.max(1, onsetNs - fromNs);
  const learned = tree.learnedShares();
  const nodes = (['between', 'inside'] as const).map((which) => ({
    early: byNode(cells, before[which], tree.nodes),
    late: byNode(cells, after[which], tree.nodes),
  }));
  for (const [node, ns] of silent) nodes[0]!.late[node]! += ns / 2;
  const mass = (detector: Mass['detector'], early: Float64Array, late: Float64Array, shown: readonly Item[]): Mass => {
    const excess = late.map((ns, node) => Math.max(0, ns - scale * early[node]!));
    const { all } = under(tree, excess);
    const against = lift(all, larger(learned, under(tree, early).all));
    return { detector, share: all, against, weight: 1, items: shown };
  };
  const [between, inside] = nodes as [(typeof nodes)[0], (typeof nodes)[0]];
  const items = (detector: 'time-before' | 'time-inside', which: keyof Times) =>
    slowest(
      scene,
      cells,
      onsetNs,
      detector,
      after[which],
      before[which].map((ns) => scale * ns),
    );
  const sum = (a: Float64Array, b: Float64Array) => a.map((ns, node) => ns + b[node]!);
  return [
    mass('time-before', between.early, between.late, items('time-before', 'between')),
    mass('time-inside', inside.early, inside.late, items('time-inside', 'inside')),
    mass('thread-time', sum(between.early, inside.early), sum(between.late, inside.late), []),
  ];
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
