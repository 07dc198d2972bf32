/** The sections that are made of stacks, of what a method is given: the scene, its onset, and the stacks of its calls. Pure. */
import { beginningOf } from '../methods/fused/beginning.js';
import { findOnset } from '../methods/fused/scene/onset.js';
import { type Cells, type Scene, cellsOf, sceneOf } from '../methods/fused/scene/scene.js';
import type { MethodInput } from '../methods/method.js';
import type { SignatureDatabase } from '../signatures/database.js';
import type { CallSlices } from './slices.js';
import { slicesOf } from './slices-of.js';
import type { StackProfile } from './stack-profile.js';
import { weighedStacks } from './weighed-stacks.js';

export interface StackSections {
  readonly stacks?: StackProfile;
  readonly slices?: CallSlices;
}

/** Those that are `wanted`. */
export function stackSections(given: MethodInput, wanted: readonly (keyof StackSections)[]): StackSections {
  const parts = partsOf(given);
  return {
    ...(wanted.includes('stacks') ? { stacks: weighedStacks(...parts) } : {}),
    ...(wanted.includes('slices') ? { slices: slicesOf(...parts) } : {}),
  };
}

export function stacksOf(given: MethodInput): StackProfile {
  return weighedStacks(...partsOf(given));
}

/** Stacks that the trace carries itself go before decoded ones. */
function partsOf(given: MethodInput): [Scene, Cells, number, SignatureDatabase, StackProfile['source']] {
  const own = given.nodeOfStack === undefined && given.trace.stacks !== null ? beginningOf(given) : null;
  const { signatures, nodeOfStack } = own === null || own.nodeOfStack === null ? given : own;
  const input = { ...given, signatures, nodeOfStack: nodeOfStack ?? undefined };
  const scene = sceneOf(input);
  const onset = findOnset(scene, input.parameters.onsetEarlier);
  const source = input.nodeOfStack !== undefined ? 'recorded' : signatures.functions.length > 0 ? 'decoded' : 'none';
  return [scene, cellsOf(scene, onset.ns), onset.ns, signatures, source];
}
