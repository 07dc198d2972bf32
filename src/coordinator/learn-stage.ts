/** Learning in a worker thread: mining takes seconds, and the coordinator must hear Ctrl-C. */
import { type LearnOptions, learnSignatures } from '../signatures/learn.js';
import type { SignatureDatabase } from '../signatures/database.js';
import type { Trace } from '../trace/table.js';
import type { Stage } from './stage.js';

export interface LearnTask {
  readonly traces: readonly Trace[];
  readonly options: LearnOptions;
}

export const learnStage: Stage<LearnTask, SignatureDatabase> = {
  name: 'learn',
  run: ({ traces, options }) => learnSignatures(traces, options),
};
