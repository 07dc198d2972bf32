/** The section `changes` of a result, in a worker thread. */
import type { WindowChanges } from '../changes/window-changes.js';
import type { MethodInput } from '../methods/method.js';
import type { Stage } from '../pool/stage.js';

/** Its code is loaded where it runs. */
export const changesStage: Stage<MethodInput, WindowChanges> = {
  name: 'changes',
  run: async (input) => (await import('../changes/changes-of.js')).changesOf(input),
};
