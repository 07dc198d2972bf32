/** Learning in a worker thread: mining takes seconds, and the coordinator must hear Ctrl-C. */
import { type CoverageReport, coverageReport } from '../signatures/coverage.js';
import type { SignatureDatabase } from '../signatures/database.js';
import { type LearnOptions, learnSignatures } from '../signatures/learn.js';
import type { Trace } from '../trace/table.js';
import type { Stage } from '../pool/stage.js';

export interface LearnTask {
  readonly traces: readonly Trace[];
  readonly options: LearnOptions;
  /** Whether to measure what was covered, too. */
  readonly coverage: boolean;
}

export interface Learned {
  readonly signatures: SignatureDatabase;
  /** Null where it was not asked for. */
  readonly coverage: CoverageReport | null;
}

export const learnStage: Stage<LearnTask, Learned> = {
  name: 'learn',
  run({ traces, options, coverage }) {
    const signatures = learnSignatures(traces, options);
    return { signatures, coverage: coverage ? coverageReport(signatures, options.binary) : null };
  },
};
