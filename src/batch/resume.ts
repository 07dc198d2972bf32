/** What of an earlier run still holds: same recipe, same input, same signatures, and the result as it was written. */
import { PerfscopeError } from '../errors.js';
import { hashText, resultFile, sourcesOf } from './incident.js';
import { fetchContents, UNREAD, stampOf, usedOf } from './inputs.js';
import type { IncidentJob, IncidentRecord, InputRef, Used } from './job.js';
import { MAX_RESULT, readSmall } from './small-file.js';

/**
 * The record, with stamps of today, when there is nothing to do; null when the incident is to be done (again). A file
 * whose stamp has changed is hashed: a copied archive is not an archive that changed.
 */
export async function stillGood(
  job: IncidentJob,
  record: IncidentRecord | undefined,
  folder: string,
  signal?: AbortSignal,
): Promise<IncidentRecord | null> {
  if (record === undefined || record.recipe !== job.recipe) return null;
  const refs = new Map(sourcesOf(job).map((r) => [r.name, r]));
  // Where an input could not even be looked at, nothing is known of it.
  const known = new Set(record.used.map((u) => u.name));
  if (!job.inputs.every((i) => known.has(i.name))) return null;
  const used: Used[] = [];
  for (const before of record.used) {
    const ref = refs.get(before.name);
    if (ref === undefined) return null;
    const now = await unchanged(ref, before, signal);
    if (now === null) return null;
    used.push(now);
  }
  return (await resultIs(folder, record)) ? { ...record, labels: job.labels, used, archive: job.archive } : null;
}

/** Whether the result file is the one that the record tells of. */
export async function resultIs(folder: string, record: IncidentRecord): Promise<boolean> {
  const text = await readSmall(resultFile(folder, record.id), MAX_RESULT).catch(() => null);
  if (text === null || hashText(text) !== record.result) return false;
  return (await import('./schema.js')).parseDocument(text) !== null;
}

async function unchanged(ref: InputRef, before: Used, signal: AbortSignal | undefined): Promise<Used | null> {
  if ((await stampOf(ref)) === before.stamp) return before;
  // Not read for nothing.
  if (before.sha256 === UNREAD) return null;
  try {
    const contents =
      ref.kind === 'file' ? new Map<string, Uint8Array>() : await fetchContents([ref], new Map(), signal);
    const [now] = await usedOf([ref], contents, signal);
    return now!.sha256 === before.sha256 ? now! : null;
  } catch (error) {
    if (error instanceof PerfscopeError) return null;
    throw error;
  }
}
