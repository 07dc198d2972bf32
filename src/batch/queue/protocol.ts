/** What travels through the queue: small things only, never traces and never results. */
import { createHash } from 'node:crypto';
import { sourcesOf } from '../incident.js';
import { stampOf } from '../inputs.js';
import type { IncidentJob, IncidentRecord, InputRef } from '../job.js';

/** What a worker is asked. */
export interface Request {
  readonly incident: IncidentJob;
  /** Where the result is to be put (outbox.ts), under the key of the request. */
  readonly place: string;
  /** Limits that decide on the result, seconds and bytes. */
  readonly incidentTime: number;
  readonly spreadFrom: number | null;
}

/** What it answers when the result is at its place. */
export interface Answer {
  readonly record: IncidentRecord;
  readonly worker: string;
}

/** Answers that nobody comes for are forgotten after this, seconds. */
export const KEPT_SECONDS = 14 * 86400;

/**
 * Gives requests their names: the same for the same work, so that whoever asks again joins what was asked before. A name
 * follows from the recipe, from the inputs as they are now, and from where the result is to be.
 */
export class Keys {
  /** A signatures file may be that of all incidents: it is looked at once. */
  private readonly stamps = new Map<string, Promise<string>>();

  constructor(private readonly place: string) {}

  async of(job: IncidentJob): Promise<string> {
    const inputs = [];
    for (const ref of sourcesOf(job)) inputs.push([ref.name, ref.size, await this.stamp(ref)]);
    const hash = createHash('sha256').update(JSON.stringify([job.recipe, this.place, inputs]));
    return `${job.id}.${hash.digest('hex').slice(0, 16)}`;
  }

  private stamp(ref: InputRef): Promise<string> {
    const at = ref.kind === 'file' ? ref.path : ref.kind === 'member' ? ref.archive : ref.url;
    const known = this.stamps.get(at) ?? stampOf(ref);
    this.stamps.set(at, known);
    return known;
  }
}
