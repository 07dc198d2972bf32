/**
 * Steps that are no longer taken, although the call before them comes as ever: a function that is skipped, fails or gives up sends its callers
 * another way. What it would have done next is missing, so the functions that such steps enter or leave are suspects: the same reasoning
 * as for slow steps (slow-steps.ts). A load that falls, or a server that stands still, makes no step missing.
 */
import type { Item } from '../finding.js';
import type { Cells, Scene } from '../scene/scene.js';
import { passing, sharesAtEnd, sharesBy, sum } from './by-step.js';
import type { ContextTree } from './context-tree.js';
import { type Mass, SIGMAS, TOLD, lift } from './mass.js';
import { type StepKind, type Steps, episodeOf } from '../scene/steps.js';

/** A node that was left more seldom before or after the onset tells nothing of its usual ways. */
const LEFT_BEFORE = 4;
const LEFT_AFTER = 2;
/** Where so large a share of the usual steps is missing, the program leaves its usual ways: then what is missing tells most. */
const MANY = 0.02;
/** What it counts at most, other masses being 1. */
const MOST = 3;

/** @param scale time after the onset, as a multiple of that before. O(kinds x depth). */
export function missingSteps(scene: Scene, cells: Cells, { kinds }: Steps, scale: number, tree: ContextTree): Mass {
  const expected = expectedOf(kinds, scale);
  const missing = kinds.map(({ lateTimes }, k) => Math.max(0, expected[k]!.times - lateTimes - expected[k]!.chance));
  // The root, as for classes of calls: one frequent kind must not outvote all.
  const odd = missing.map((n) => Math.sqrt(n));
  const times = kinds.map((kind) => kind.times);
  const against = lift(sharesBy(passing, odd, kinds, tree), sharesBy(passing, times, kinds, tree));
  const before = sum(kinds.map(({ times, lateTimes }) => times - lateTimes));
  const left = sum(missing) / Math.max(1, scale * before);
  return {
    detector: 'missing-steps',
    share: sharesAtEnd(odd, kinds, tree),
    against,
    weight: 1 + ((MOST - 1) * left) / (left + MANY),
    items: itemsOf(scene, cells, kinds, missing, expected),
  };
}

/** How often a step was to be expected after the onset, and by how much less chance makes it. */
interface Expected {
  readonly times: number;
  readonly chance: number;
}

/**
 * As large a part of the steps from its node as before. Of these no more than came before in as much time: a loop, which comes through a node
 * more often than ever, owes none of the ways that led on.
 */
function expectedOf(kinds: readonly StepKind[], scale: number): Expected[] {
  const [before, after] = [new Map<number, number>(), new Map<number, number>()];
  for (const { from, times, lateTimes } of kinds) {
    before.set(from, (before.get(from) ?? 0) + times - lateTimes);
    after.set(from, (after.get(from) ?? 0) + lateTimes);
  }
  return kinds.map(({ from, times, lateTimes }) => {
    const early = before.get(from)!;
    const late = after.get(from)!;
    if (early < LEFT_BEFORE || late < LEFT_AFTER) return { times: 0, chance: 0 };
    const share = (times - lateTimes) / early;
    const left = Math.min(late, scale * early);
    // Poisson, and that the share itself is a sample.
    const variance = left * share + (left ** 2 * share * (1 - share)) / early + 1;
    return { times: left * share, chance: SIGMAS * Math.sqrt(variance) };
  });
}

/** The kinds of steps that are missing most, as people read them. */
function itemsOf(
  scene: Scene,
  cells: Cells,
  kinds: readonly StepKind[],
  missing: readonly number[],
  expected: readonly Expected[],
): Item[] {
  return kinds
    .map((kind, k) => ({ ...kind, missing: missing[k]!, expected: expected[k]!.times }))
    .filter((kind) => kind.missing > 0 && kind.earlyRows.length > 0)
    .sort((a, b) => b.missing - a.missing || a.from - b.from || a.to - b.to)
    .slice(0, TOLD)
    .map(({ earlyRows, lateTimes, ...kind }): Item => ({
      rows: earlyRows,
      ...episodeOf(scene, cells, earlyRows[0]!),
      weight: Math.sqrt(kind.missing),
      count: Math.round(lateTimes),
      expected: kind.expected,
      code: 'missing-step',
      args: {},
    }));
}
