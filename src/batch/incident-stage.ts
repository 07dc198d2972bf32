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

/** How often the coordinator hears how far an incident is, ms: a message takes as long as a thousand calls do. */
const TELL_MS = 100;

export const incidentStage: Stage<IncidentTask, IncidentRecord> = {
  name: 'incident',
  run({ job, ...run }, { signal, progress }) {
    progress(0);
    let toldAt = performance.now();
    const onProgress = (bytes: number) => {
      if (performance.now() - toldAt < TELL_MS) return;
      toldAt = performance.now();
      progress(bytes);
    };
    return digestIncident(job, { ...run, pool: inlinePool, signal, onProgress });
  },
};
