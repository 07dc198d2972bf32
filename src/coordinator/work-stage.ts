/** The section `work` of a result, in a worker thread. */
import type { MethodInput } from '../methods/method.js';
import type { Stage } from '../pool/stage.js';
import type { Work } from '../work/work.js';

/** Its code is loaded where it runs: few runs ask for it. */
export const workStage: Stage<MethodInput, Work> = {
  name: 'work',
  run: async (input) => (await import('../work/work-of.js')).workOf(input),
};
