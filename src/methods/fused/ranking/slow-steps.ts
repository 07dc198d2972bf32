/**
 * Steps that take long: computing, calls of the C library's own, sleeps that no function of the role makes. A step is spent in one of the
 * functions entered on the way from the one calling context to the other; which one, no single step tells, but all steps together do, as
 * tests do in spectrum-based fault localisation (Abreu et al., 2007): the functions that slow steps enter and others do not.
 */
import type { Item } from '../finding.js';
import type { Cells, Scene } from '../scene/scene.js';
import { entering, sharesAtEnd, sharesBy } from './by-step.js';
import type { ContextTree } from './context-tree.js';
import { type Mass, TOLD, lift } from './mass.js';
import { type StepKind, type Steps, episodeOf } from '../scene/steps.js';

/** What steps take after the onset beyond what they took before. O(kinds x depth). */
export function slowSteps(scene: Scene, cells: Cells, steps: Steps, tree: ContextTree): Mass {
  const odd = steps.kinds.map((kind) => Math.max(0, kind.late - expectedOf(kind)));
  const items = itemsOf(scene, cells, odd, steps, (kind) => ({
    rows: kind.rows,
    count: Math.round(kind.lateTimes),
    code: 'slow-step',
    args: { seconds: kind.late / 1e9, usual: expectedOf(kind) / 1e9 },
  }));
  const times = steps.kinds.map((kind) => kind.times);
  const against = lift(sharesBy(entering, odd, steps.kinds, tree), sharesBy(entering, times, steps.kinds, tree));
  return { detector: 'slow-steps', weight: 1, items, share: sharesAtEnd(odd, steps.kinds, tree), against };
}

/**
 * What steps take, all of the window, against what they take in learning: what is there to go by where the trace began when the server was
 * sick already. It counts twice, for the masses that compare, which then say nothing. O(kinds x depth).
 */
export function stepTime(scene: Scene, cells: Cells, steps: Steps, tree: ContextTree): Mass {
  const took = steps.kinds.map(({ early, late }) => early + late);
  const items = itemsOf(scene, cells, took, steps, (kind) => ({
    rows: [...kind.earlyRows, ...kind.rows],
    count: Math.round(kind.times),
    code: 'step-time',
    args: { seconds: (kind.early + kind.late) / 1e9 },
  }));
  const learned = tree.learnedSteps();
  const usual = sharesBy(
    entering,
    learned.map(({ us }) => us),
    learned,
    tree,
  );
  // A file of an older version does not tell how long steps took.
  const against = learned.length === 0 ? usual : lift(sharesBy(entering, took, steps.kinds, tree), usual);
  return { detector: 'step-time', weight: 2, items, share: sharesAtEnd(took, steps.kinds, tree), against };
}

/** What it should have taken after the onset, ns: as long as before, each time; nothing if it was never there before. */
function expectedOf({ early, times, lateTimes }: StepKind): number {
  return times > lateTimes ? (lateTimes * early) / (times - lateTimes) : 0;
}

/** The kinds of steps with most time, as people read them. */
function itemsOf(
  scene: Scene,
  cells: Cells,
  ns: readonly number[],
  { kinds }: Steps,
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
