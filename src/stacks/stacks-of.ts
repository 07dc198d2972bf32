/** The stack profile of what a method is given: the scene, its onset, and the stacks of its calls. Pure. */
import { findOnset } from '../detect/onset.js';
import { cellsOf, sceneOf } from '../detect/scene.js';
import type { MethodInput } from '../method.js';
import type { StackProfile } from './stack-profile.js';
import { weighedStacks } from './weighed-stacks.js';

export function stacksOf(input: MethodInput): StackProfile {
  const scene = sceneOf(input);
  const onset = findOnset(scene, input.parameters.onsetEarlier);
  const cells = cellsOf(scene, onset.ns);
  return weighedStacks(scene, cells, onset.ns, input.signatures, 'decoded');
}
