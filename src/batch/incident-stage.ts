/** One incident as a whole in one worker thread: while there are more incidents than threads, nothing is faster. */
import { inlinePool } from '../pool/inline-pool.js';
import type { Stage } from '../pool/stage.js';
import { digestIncident } from './incident.js';
import type { Contents } from './inputs.js';
import type { IncidentJob, IncidentRecord } from './job.js';

export interface IncidentTask {
  readonly job: IncidentJob;
  readonly folder: string;
  readonly outbox: string | undefined;
  readonly attempt: number;
  readonly attempts: number;
  readonly contents: Contents;
}

export const incidentStage: Stage<IncidentTask, IncidentRecord> = {
  name: 'incident',
  run({ job, ...run }, { signal, progress }) {
    progress(0);
    return digestIncident(job, { ...run, pool: inlinePool, signal, onProgress: progress });
  },
};
