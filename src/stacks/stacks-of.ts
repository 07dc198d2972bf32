/** The stack profile of what a method is given: the scene, its onset, and the stacks of its calls. Pure. */
import { beginningOf } from '../detect/beginning.js';
import { findOnset } from '../detect/onset.js';
import { cellsOf, sceneOf } from '../detect/scene.js';
import type { MethodInput } from '../method.js';
import type { StackProfile } from './stack-profile.js';
import { weighedStacks } from './weighed-stacks.js';

/** Stacks that the trace carries itself go before decoded ones. */
export function stacksOf(given: MethodInput): StackProfile {
  const own = given.nodeOfStack === undefined && given.trace.stacks !== null ? beginningOf(given) : null;
  const { signatures, nodeOfStack } = own === null || own.nodeOfStack === null ? given : own;
  const input = { ...given, signatures, nodeOfStack: nodeOfStack ?? undefined };
  const scene = sceneOf(input);
  const onset = findOnset(scene, input.parameters.onsetEarlier);
  const cells = cellsOf(scene, onset.ns);
  const source = input.nodeOfStack !== undefined ? 'recorded' : signatures.functions.length > 0 ? 'decoded' : 'none';
  return weighedStacks(scene, cells, onset.ns, signatures, source);
}
