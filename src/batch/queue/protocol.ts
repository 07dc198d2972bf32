/**
 * What travels through the queue: small things only, never traces and never results. Whoever may write to Redis may write anything
 * there, so both sides check what they read.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { sourcesOf } from '../incident.js';
import { stampOf } from '../inputs.js';
import type { IncidentJob, IncidentRecord, InputRef } from '../job.js';
import { printable } from '../printable.js';
import { complaint, jobSchema, recordSchema } from '../schema.js';
import { Refusal } from './roots.js';

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

/** Seconds that an incident may take, at most. */
export const MAX_INCIDENT_TIME = 30 * 86_400;

const requestSchema = z.object({
  incident: jobSchema,
  place: z
    .string()
    .max(4096)
    .regex(/^(\/|s3:\/\/[^/]+\/.)[^\0]*$/, 'is no absolute path and no s3://BUCKET/PREFIX'),
  incidentTime: z.number().positive().max(MAX_INCIDENT_TIME),
  spreadFrom: z.number().nonnegative().nullable(),
});

const answerSchema = z.object({ record: recordSchema, worker: z.string().max(512) });

/** What a worker was asked, if it is a request of that key. Throws Refusal. */
export function parseRequest(data: unknown, key: string | undefined): Request {
  const parsed = requestSchema.safeParse(data);
  if (!parsed.success) throw new Refusal(`it is no request of perfscope: ${complaint(parsed.error)}`);
  const { id } = parsed.data.incident;
  if (key === undefined || !key.startsWith(`${id}.`) || !/^[0-9a-f]{16}$/.test(key.slice(id.length + 1)))
    throw new Refusal('it is no request of perfscope: its key is not that of its incident');
  return parsed.data as Request;
}

/** What a worker answered to the request of a job; null for what is no answer to it. */
export function parseAnswer(data: unknown, job: IncidentJob): Answer | null {
  const { success, data: answer } = answerSchema.safeParse(data);
  if (!success) return null;
  const { record } = answer;
  const sources = new Set(sourcesOf(job).map((ref) => ref.name));
  const fits =
    record.id === job.id &&
    record.name === job.name &&
    record.recipe === job.recipe &&
    (record.code === null) === (record.status === 'ok') &&
    record.used.every((used) => sources.has(used.name));
  return fits ? { record: record as IncidentRecord, worker: printable(answer.worker) } : null;
}

const REFUSED = 'refused by ';

/** The reason of a failure in the queue by which a worker says that it does not do what it is asked. */
export function refusedText(worker: string, reason: string): string {
  return `${REFUSED}${worker}: ${printable(reason)}`;
}

/** Whether the reason of a failure says so; it names the worker. */
export function isRefused(reason: string): boolean {
  return reason.startsWith(REFUSED);
}

/** What Redis says while it is full, a replica, without room on its own disk, or loading: it ends some time. */
export function passes(message: string): boolean {
  return /^(OOM|READONLY|MISCONF|LOADING|BUSY|NOREPLICAS|MASTERDOWN|CLUSTERDOWN|TRYAGAIN)\b/.test(message);
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
