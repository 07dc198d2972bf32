/**
 * Steps that got slower: computing, calls of the C library's own, sleeps that no function of the role makes. A step is spent in one of the
 * functions entered on the way from the one calling context to the other; which one, no single step tells, but all steps together do, as
 * tests do in spectrum-based fault localisation (Abreu et al., 2007): the functions that slow steps enter and others do not.
 */
import { entered } from '../../../context/foreign.js';
import type { Item } from '../finding.js';
import type { Cells, Scene } from '../scene/scene.js';
import type { ContextTree } from './context-tree.js';
import { type Mass, TOLD, lift } from './mass.js';
import { type StepKind, type Steps, episodeOf } from './steps.js';

export function slowSteps(scene: Scene, cells: Cells, { kinds }: Steps, tree: ContextTree): Mass {
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

/** What it should have taken after the onset, ns: as long as before, each time; nothing if it was never there before. */
function expectedOf({ early, times, lateTimes }: StepKind): number {
  return times > lateTimes ? (lateTimes * early) / (times - lateTimes) : 0;
}

function excessOf(kind: StepKind): number {
  return Math.max(0, kind.late - expectedOf(kind));
}

/** The kinds of steps that got slowest, as people read them. */
function itemsOf(scene: Scene, cells: Cells, kinds: readonly StepKind[]): Item[] {
  return kinds
    .map((kind) => ({ ...kind, excess: excessOf(kind), expected: expectedOf(kind) }))
    .filter(({ excess, rows }) => excess > 0 && rows.length > 0)
    .sort((a, b) => b.excess - a.excess || a.from - b.from || a.to - b.to)
    .slice(0, TOLD)
    .map(({ rows, excess, late, expected, lateTimes }): Item => ({
      rows,
      ...episodeOf(scene, cells, rows[0]!),
      weight: excess,
      count: Math.round(lateTimes),
      expected: 0,
      code: 'slow-step',
      args: { seconds: late / 1e9, usual: expected / 1e9 },
    }));
}
