/**
 * Time of threads that is more than its rate before the onset: inside their calls, and all of it, before calls (the call before had returned)
 * and inside them on one scale. Calls and pauses that the onset cuts belong to both sides.
 */
import { OUTCOME, grainsOf } from '../../../context/symbols.js';
import { inBlocks } from '../../../lib/in-blocks.js';
import { type Item, ROWS_KEPT } from '../finding.js';
import { type Cells, type Scene, lowerBound } from '../scene/scene.js';
import { type Times, threadTimes } from '../scene/thread-time.js';
import type { ContextTree } from './context-tree.js';
import { type Mass, TOLD, byNode, larger, lift, under } from './mass.js';
import type { Steps } from '../scene/steps.js';

export function timeMasses(scene: Scene, cells: Cells, onsetNs: number, { silent }: Steps, tree: ContextTree): Mass[] {
  const { trace, fromNs, toNs } = scene;
  const { before, after, endNs, lastCell } = threadTimes(scene, cells, onsetNs);
  // A thread that went silent computes, or is off the processor, in code between its last call and one that is missing: half for each.
  trace.threads.forEach(({ exitNs }, t) => {
    const ns = toNs - Math.max(endNs[t]!, onsetNs);
    if (lastCell[t]! >= 0 && exitNs === null && ns > 0) after.between[lastCell[t]!]! += ns / 2;
  });
  const scale = (toNs - onsetNs) / Math.max(1, onsetNs - fromNs);
  const learned = tree.learnedShares();
  const inNodes = (which: keyof Times) => ({
    early: byNode(cells, before[which], tree.nodes),
    late: byNode(cells, after[which], tree.nodes),
  });
  const [between, inside] = [inNodes('between'), inNodes('inside')];
  for (const [node, ns] of silent) between.late[node]! += ns / 2;
  const mass = (detector: Mass['detector'], early: Float64Array, late: Float64Array, shown: readonly Item[]): Mass => {
    const excess = late.map((ns, node) => Math.max(0, ns - scale * early[node]!));
    const { all } = under(tree, excess);
    const against = lift(all, larger(learned, under(tree, early).all));
    return { detector, share: all, against, weight: 1, items: shown };
  };
  const usual = before.inside.map((ns) => scale * ns);
  const sum = (a: Float64Array, b: Float64Array) => a.map((ns, node) => ns + b[node]!);
  return [
    mass('time-inside', inside.early, inside.late, slowest(scene, cells, onsetNs, after.inside, usual)),
    mass('thread-time', sum(between.early, inside.early), sum(between.late, inside.late), []),
  ];
}

/** Cells with most time inside their calls beyond what was to be expected, as people read them. */
function slowest(
  { trace, places, endRow }: Scene,
  cells: Cells,
  onsetNs: number,
  ns: Float64Array,
  expected: Float64Array,
): Item[] {
  const told = Array.from(ns.keys()).filter((cell) => ns[cell]! > expected[cell]!);
  told.sort((a, b) => ns[b]! - expected[b]! - ns[a]! + expected[a]! || a - b);
  told.length = Math.min(told.length, TOLD);
  const { counts, rowsOf } = rowsOfCells(cells, told, lowerBound(trace, onsetNs), endRow);
  return told.flatMap((cell): Item[] => {
    const rows = rowsOf.get(cell)!;
    if (rows.length === 0) return [];
    const call = grainsOf(places.symbols[places.contexts.symbol[cells.context[cell]!]!]!)[OUTCOME]!;
    return [
      {
        rows,
        episode: [call],
        cells: [cell],
        weight: ns[cell]! - expected[cell]!,
        count: counts[cell]!,
        expected: 0,
        code: 'time-inside',
        args: { seconds: ns[cell]! / 1e9, usual: expected[cell]! / 1e9 },
      },
    ];
  });
}

/** How many of the rows [from, to) are of each of the cells `asked` for, and the first ones. */
function rowsOfCells(cells: Cells, asked: readonly number[], from: number, to: number) {
  const isAsked = new Uint8Array(cells.size);
  for (const cell of asked) isAsked[cell] = 1;
  const counts = new Uint32Array(cells.size);
  const rowsOf = new Map<number, number[]>(asked.map((cell) => [cell, []]));
  inBlocks(from, to, (first, end) => {
    for (let i = first; i < end; i++) {
      const cell = cells.ofRow[i]!;
      if (isAsked[cell] === 0) continue;
      if (++counts[cell]! <= ROWS_KEPT) rowsOf.get(cell)!.push(i);
    }
  });
  return { counts, rowsOf };
}
