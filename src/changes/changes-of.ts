/** What changed in the window of a trace, by its calls alone. Pure; a few passes over the rows. */
import { findOnset } from '../methods/fused/scene/onset.js';
import { sceneOf } from '../methods/fused/scene/scene.js';
import type { MethodInput } from '../methods/method.js';
import { activities } from './activity.js';
import { blockedCalls } from './blocked-calls.js';
import { changedEpisodes } from './episodes.js';
import type { WindowChanges } from './window-changes.js';

export function changesOf(input: MethodInput): WindowChanges {
  const scene = sceneOf(input);
  const { ns } = findOnset(scene, input.parameters.onsetEarlier);
  return {
    onset: ns / 1e9,
    seconds: { before: (ns - scene.fromNs) / 1e9, after: (scene.toNs - ns) / 1e9 },
    ...activities(scene, ns),
    episodes: changedEpisodes(scene, ns),
    blocked: blockedCalls(scene, ns),
  };
}
