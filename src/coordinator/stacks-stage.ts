/** The sections of a result that are made of stacks, in a worker thread. */
import type { MethodInput } from '../method.js';
import type { StackProfile } from '../stacks/stack-profile.js';
import type { Stage } from './stage.js';

/** Its code is loaded where it runs: few runs ask for it. */
export const stacksStage: Stage<MethodInput, StackProfile> = {
  name: 'stacks',
  run: async (input) => (await import('../stacks/stacks-of.js')).stacksOf(input),
};
