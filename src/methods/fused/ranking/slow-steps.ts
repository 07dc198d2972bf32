/**
 * Steps that got slower. A step is what a thread does from one call that its role knows to the next: computing, calls of the C library's
 * own, sleeps that no function of the role makes. It is spent in one of the functions entered on the way from the one calling context
 * to the other; which one, no single step tells, but all steps together do, as tests do in spectrum-based fault localisation
 * (Abreu et al., 2007): the functions that slow steps enter and others do not.
 */
import { entered } from '../../../context/foreign.js';
import { OUTCOME, grainsOf } from '../../../context/symbols.js';
import { TupleNumbers } from '../../../context/tuple-numbers.js';
import { type Item, ROWS_KEPT } from '../finding.js';
import type { Cells, Scene } from '../scene/scene.js';
import type { ContextTree } from './context-tree.js';
import { type Mass, TOLD, lift } from './mass.js';

export function slowSteps(scene: Scene, cells: Cells, onsetNs: number, tree: ContextTree): Mass {
  const nodeOf = Int32Array.from(cells.known, (known, cell) => (known ? likeliest(cells, cell) : -1));
  const kinds = kindsOf(scene, cells, onsetNs, nodeOf);
  const [share, entering, usual] = [0, 1, 2].map(() => new Float64Array(tree.functions));
  const kindsOdd = kinds.map(excessOf);
  const odd = Math.max(1, sum(kindsOdd));
  const all = Math.max(1, sum(kinds.map(({ times }) => times)));
  kinds.forEach(({ from, to, times }, k) => {
    for (const f of tree.above(to)) share![f]! += kindsOdd[k]! / odd;
    for (const f of new Set(entered(from, to, tree.parents).map((n) => tree.functionOf[n]!))) {
      if (f < 0) continue;
      entering![f]! += kindsOdd[k]! / odd;
      usual![f]! += times / all;
    }
  });
  const items = itemsOf(scene, cells, kinds);
  return { detector: 'slow-steps', share: share!, against: lift(entering!, usual!), weight: 1, items };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, x) => total + x, 0);
}

/** A kind of step, from node to node: what it took before and after the onset, ns; how often it came, and how often after the onset. */
interface Kind {
  readonly from: number;
  readonly to: number;
  early: number;
  late: number;
  times: number;
  lateTimes: number;
  /** The first rows after the onset that end one. */
  readonly rows: number[];
}

/** What it should have taken after the onset, ns: as long as before, each time; nothing if it was never there before. */
function expectedOf({ early, times, lateTimes }: Kind): number {
  return times > lateTimes ? (lateTimes * early) / (times - lateTimes) : 0;
}

function excessOf(kind: Kind): number {
  return Math.max(0, kind.late - expectedOf(kind));
}

/** O(rows). */
function kindsOf({ trace, fromNs, toNs, endRow }: Scene, cells: Cells, onsetNs: number, nodeOf: Int32Array): Kind[] {
  const { start, duration, thread } = trace.columns;
  const steps = new TupleNumbers();
  const kinds: Kind[] = [];
  const last = new Int32Array(trace.threads.length).fill(-1);
  const endNs = new Float64Array(trace.threads.length);
  for (let i = 0; i < endRow; i++) {
    const to = nodeOf[cells.ofRow[i]!]!;
    if (to < 0) continue;
    const t = thread[i]!;
    const begin = start[i]!;
    if (last[t]! >= 0) {
      const k = steps.intern(last[t]!, to);
      const kind = (kinds[k] ??= { from: last[t]!, to, early: 0, late: 0, times: 0, lateTimes: 0, rows: [] });
      kind.times++;
      kind.early += Math.max(0, Math.min(begin, onsetNs) - Math.max(endNs[t]!, fromNs));
      if (begin >= onsetNs) {
        kind.late += Math.max(0, Math.min(begin, toNs) - Math.max(endNs[t]!, onsetNs));
        kind.lateTimes++;
        if (kind.rows.length < ROWS_KEPT) kind.rows.push(i);
      }
    }
    last[t] = to;
    endNs[t] = begin + (duration[i]! > 0 ? duration[i]! : 0);
  }
  return kinds;
}

/** The kinds of steps that got slowest, as people read them. */
function itemsOf({ places }: Scene, cells: Cells, kinds: readonly Kind[]): Item[] {
  return kinds
    .map((kind) => ({ ...kind, excess: excessOf(kind), expected: expectedOf(kind) }))
    .filter(({ excess, rows }) => excess > 0 && rows.length > 0)
    .sort((a, b) => b.excess - a.excess || a.from - b.from || a.to - b.to)
    .slice(0, TOLD)
    .map(({ rows, excess, late, expected, lateTimes }): Item => {
      const cell = cells.ofRow[rows[0]!]!;
      const context = cells.context[cell]!;
      const symbols = [places.contexts.before[context]!, places.contexts.symbol[context]!];
      return {
        rows,
        episode: symbols.map((symbol) => grainsOf(places.symbols[symbol]!)[OUTCOME]!),
        cells: [cell],
        weight: excess,
        count: lateTimes,
        expected: 0,
        code: 'slow-step',
        args: { seconds: late / 1e9, usual: expected / 1e9 },
      };
    });
}

function likeliest(cells: Cells, cell: number): number {
  const { nodes, weights } = cells.decode(cell);
  let best = -1;
  for (let j = 0; j < nodes.length; j++) if (best < 0 || weights[j]! > weights[best]!) best = j;
  return best < 0 ? 0 : nodes[best]!;
}
