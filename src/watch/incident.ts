/** What is kept of an incident in its folder, `incident.json`, and what is told of it. */
import { z } from 'zod';
import { SOURCES } from './triggers/trigger.js';

/** A time and a number: names sort as they came. */
export const INCIDENT_ID = /^\d{8}T\d{6}Z-\d{2}$/;

const text = z.string().max(4096);
const time = z.iso.datetime();
const count = z.number().nonnegative();

const triggerSchema = z.object({
  at: time,
  source: z.enum(SOURCES),
  reason: text,
  identity: z.string().max(10_000).nullable(),
  labels: z.record(text, text),
});

const snapshotSchema = z.object({
  takenAt: time,
  backend: text,
  format: text,
  /** Below the incident's folder. */
  files: z.array(text).max(10_000),
  bytes: count,
  lost: count,
  /** Whether the trace is still there: the quota may have taken it. */
  kept: z.boolean(),
});

const suspectSchema = z.object({ rank: count, function: text, confidence: z.number(), tied: count });

const outcomeSchema = z.object({
  verdict: z.enum(['bug', 'external', 'none', 'inconclusive']),
  externalResource: text.nullable(),
  odds: z.number().nullable(),
  /** The verdict in words. */
  words: text,
  reasons: z.array(text).max(50),
  suspects: z.array(suspectSchema).max(10),
  events: count,
  seconds: count,
});

export const incidentSchema = z.object({
  document: z.literal('perfscope-incident'),
  schemaVersion: z.literal(1),
  id: z.string().regex(INCIDENT_ID),
  host: text,
  openedAt: time,
  /** `taken`: its analysis is still to be done. */
  state: z.enum(['taken', 'analysed', 'failed']),
  triggers: z.array(triggerSchema),
  /** Triggers that were not written down any more. */
  moreTriggers: count,
  snapshot: snapshotSchema.nullable(),
  /** Analyses that were begun. */
  attempts: count,
  outcome: outcomeSchema.nullable(),
  /** Why there is none. */
  failure: text.nullable(),
  /** By the name of a delivery. */
  delivered: z.record(text, z.enum(['pending', 'done', 'given-up'])),
});

export type Incident = z.infer<typeof incidentSchema>;
export type IncidentTrigger = z.infer<typeof triggerSchema>;
export type Outcome = z.infer<typeof outcomeSchema>;

export const INCIDENT_FILE = 'incident.json';
export const RESULT_FILE = 'result.json';
export const PAGE_FILE = 'report.html';
export const TRACE_FOLDER = 'trace';

/** `20261129T165300Z-00`: the second it was opened in, and a number among those of that second. */
export function incidentId(openedAt: number, taken: (id: string) => boolean): string {
  const second = new Date(openedAt).toISOString().replace(/[-:]|\.\d+/g, '');
  for (let n = 0; n < 100; n++) {
    const id = `${second}-${String(n).padStart(2, '0')}`;
    if (!taken(id)) return id;
  }
  return incidentId(openedAt + 1000, taken);
}
