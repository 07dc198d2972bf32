/** Methods that run as a whole in one worker thread, so that the coordinator stays free for Ctrl-C and progress. */
import { fusedMethod } from './fused/fused.js';
import type { MethodInput, MethodOutcome } from './method.js';
import type { Stage } from '../pool/stage.js';

export interface MethodTask extends MethodInput {
  readonly method: 'fused';
}

const methods: Readonly<Record<MethodTask['method'], (input: MethodInput) => MethodOutcome>> = { fused: fusedMethod };

export const methodStage: Stage<MethodTask, MethodOutcome> = {
  name: 'method',
  run: ({ method, ...input }) => methods[method](input),
};
