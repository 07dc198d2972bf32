/** All masses of a window, O(rows + cells x nodes a cell). */
import type { Onset } from '../scene/onset.js';
import type { Cells, Scene } from '../scene/scene.js';
import { callMasses } from './call-masses.js';
import type { ContextTree } from './context-tree.js';
import type { Mass } from './mass.js';
import { missingSteps } from './missing-steps.js';
import { slowSteps, stepTime } from './slow-steps.js';
import type { Steps } from '../scene/steps.js';
import { timeMasses } from './time-masses.js';

/** An onset of this strength (onset.ts) is as good as none: chance moves a healthy window by as much. */
const CHANCE = 50;

/**
 * What only compares before with after counts as far as something changed at the onset: a defect may be older than the window. As far as nothing
 * did, the whole window counts.
 */
export function massesOf(scene: Scene, cells: Cells, { ns, strength }: Onset, steps: Steps, tree: ContextTree): Mass[] {
  const [more, fewer] = callMasses(scene, cells, ns, tree);
  const changed = strength / (strength + CHANCE);
  const scale = (scene.toNs - ns) / Math.max(1, ns - scene.fromNs);
  const compared = [
    fewer,
    ...timeMasses(scene, cells, ns, steps, tree),
    slowSteps(scene, cells, steps, ns, tree),
    missingSteps(scene, cells, steps, scale, tree),
  ];
  const whole = stepTime(scene, cells, steps, tree);
  return [
    more,
    ...compared.map((mass) => ({ ...mass, weight: changed * mass.weight })),
    { ...whole, weight: (1 - changed) * whole.weight },
  ];
}
