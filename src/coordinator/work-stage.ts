/** The sections of a result that are made of execution units, in a worker thread. */
import type { MethodInput } from '../methods/method.js';
import type { Stage } from '../pool/stage.js';
import type { UnitRows } from '../work/unit-rows.js';
import type { Work } from '../work/work.js';

export interface WorkSections {
  readonly work?: Work;
  readonly unitRows?: UnitRows;
}

export interface WorkTask {
  readonly input: MethodInput;
  readonly wanted: readonly (keyof WorkSections)[];
}

/** Its code is loaded where it runs: few runs ask for it. */
export const workStage: Stage<WorkTask, WorkSections> = {
  name: 'work',
  run: async ({ input, wanted }) => ({
    ...(wanted.includes('work') ? { work: (await import('../work/work-of.js')).workOf(input) } : {}),
    ...(wanted.includes('unitRows') ? { unitRows: (await import('../work/unit-rows-of.js')).unitRowsOf(input) } : {}),
  }),
};
