/** The sections of a result that are made of stacks, in a worker thread. */
import type { MethodInput } from '../methods/method.js';
import type { StackSections } from '../stacks/stacks-of.js';
import type { Stage } from '../pool/stage.js';

export interface StacksTask {
  readonly input: MethodInput;
  readonly wanted: readonly (keyof StackSections)[];
}

/** Its code is loaded where it runs: few runs ask for it. */
export const stacksStage: Stage<StacksTask, StackSections> = {
  name: 'stacks',
  run: async ({ input, wanted }) => (await import('../stacks/stacks-of.js')).stackSections(input, wanted),
};
