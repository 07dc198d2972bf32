/**
 * Steps that take long: computing, calls of the C library's own, sleeps that no function of the role makes. A step is spent in one of the
 * functions entered on the way from the one calling context to the other; which one, no single step tells, but all steps together do, as
 * tests do in spectrum-based fault localisation (Abreu et al., 2007): the functions that slow steps enter and others do not. Functions that
 * such steps may have visited without a call (visits.ts) have a small part in it.
 */
import type { Item } from '../finding.js';
import type { Cells, Scene } from '../scene/scene.js';
import { type Way, entering, sharesAtEnd, sharesOnTheWay, sum } from './by-step.js';
import type { ContextTree } from './context-tree.js';
import { type Mass, TOLD, lift } from './mass.js';
import { type StepKind, type Steps, episodeOf } from '../scene/steps.js';
import { activeNodes } from './visits.js';

/** Where so many threads' time is lost between calls, that tells most; where hardly any is, who happens to be a little slower tells nothing. */
const MANY = 0.05;
/** What it counts at most, other masses being 1. */
const MOST = 3;

/**
 * What steps take after the onset beyond what they took before; one that came never or seldom before, beyond what any step took. Else the many
 * quick steps of a loop, all of them new, would make much of who happens to be a little slower. O(kinds x depth).
 */
export function slowSteps(scene: Scene, cells: Cells, steps: Steps, onsetNs: number, tree: ContextTree): Mass {
  const kinds = own(steps.kinds);
  const usual = perStep(kinds);
  const expectedOf = ({ early, times, lateTimes }: StepKind) => (lateTimes * (early + usual)) / (times - lateTimes + 1);
  const odd = kinds.map((kind) => Math.max(0, kind.late - expectedOf(kind)));
  const items = itemsOf(scene, cells, odd, kinds, (kind) => ({
    rows: kind.rows,
    count: Math.round(kind.lateTimes),
    code: 'slow-step',
    args: { seconds: kind.late / 1e9, usual: expectedOf(kind) / 1e9 },
  }));
  const times = kinds.map((kind) => kind.times);
  const against = lift(sharesOnTheWay(odd, kinds, tree), sharesOnTheWay(times, kinds, tree));
  // Steps that speak against nobody, as those of a loop in one function may, do not make more of the others.
  const speaks = new Set(Array.from(against.keys()).filter((f) => against[f]! > 0));
  const told = odd.map((ns, k) => (ns > 0 && goesBy(speaks, kinds[k]!, tree) ? ns : 0));
  const threads = sum(told) / Math.max(1, scene.toNs - onsetNs);
  return {
    detector: 'slow-steps',
    weight: (MOST * threads) / (threads + MANY),
    items,
    share: sharesAtEnd(odd, kinds, tree),
    against,
  };
}

/** Whether a step enters one of the functions, or may have visited it. */
function goesBy(functions: ReadonlySet<number>, way: Way, tree: ContextTree): boolean {
  const among = (node: number) => functions.has(tree.functionOf[node]!);
  return entering(tree, way).some(among) || activeNodes(tree, way).some((node) => tree.children[node]!.some(among));
}

/**
 * What steps take, all of the window, against what they take in learning: what is there to go by where the trace began when the server was
 * sick already. It counts twice, for the masses that compare, which then say nothing. O(kinds x depth).
 */
export function stepTime(scene: Scene, cells: Cells, steps: Steps, tree: ContextTree): Mass {
  const kinds = own(steps.kinds);
  const took = kinds.map(({ early, late }) => early + late);
  const items = itemsOf(scene, cells, took, kinds, (kind) => ({
    rows: [...kind.earlyRows, ...kind.rows],
    count: Math.round(kind.times),
    code: 'step-time',
    args: { seconds: (kind.early + kind.late) / 1e9 },
  }));
  const learned = own(tree.learnedSteps());
  const usual = sharesOnTheWay(
    learned.map(({ us }) => us),
    learned,
    tree,
  );
  // A file of an older version does not tell how long steps took.
  const against = learned.length === 0 ? usual : lift(sharesOnTheWay(took, kinds, tree), usual);
  return { detector: 'step-time', weight: 2, items, share: sharesAtEnd(took, kinds, tree), against };
}

/**
 * Steps to one of the program's calls, be it from another one or from one of nobody's: as a thread begins, those of the C library come first.
 * What leads to a call of nobody's is the runtime's.
 */
function own<T extends Way>(ways: readonly T[]): T[] {
  return ways.filter(({ to }) => to > 0);
}

/** Time of a step before the onset in the mean, ns. */
function perStep(kinds: readonly StepKind[]): number {
  return (
    sum(kinds.map(({ early }) => early)) / Math.max(1, sum(kinds.map(({ times, lateTimes }) => times - lateTimes)))
  );
}

/** The kinds of steps with most time, as people read them. */
function itemsOf(
  scene: Scene,
  cells: Cells,
  ns: readonly number[],
  kinds: readonly StepKind[],
  told: (kind: StepKind) => Pick<Item, 'rows' | 'count' | 'code' | 'args'>,
): Item[] {
  return kinds
    .map((kind, k) => ({ ...told(kind), from: kind.from, to: kind.to, weight: ns[k]! }))
    .filter(({ weight, rows }) => weight > 0 && rows.length > 0)
    .sort((a, b) => b.weight - a.weight || a.from - b.from || a.to - b.to)
    .slice(0, TOLD)
    .map(({ rows, weight, count, code, args }): Item => ({
      rows,
      ...episodeOf(scene, cells, rows[0]!),
      weight,
      count,
      expected: 0,
      code,
      args,
    }));
}
