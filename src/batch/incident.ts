/**
 * One incident, one result file: what a thread of the pool, the coordinator, or a worker of a queue on another machine
 * calls. It fails for reasons that concern the run (interrupted, no room to write); whatever is wrong with the incident
 * is its outcome.
 */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { analyzeIncident } from '../coordinator/analyze.js';
import type { Pool } from '../pool/pool.js';
import { throwIfCancelled } from '../pool/stage.js';
import { PerfscopeError, toPlainError } from '../errors.js';
import { PAGE_SECTIONS } from '../report/page-sections.js';
import type { ResultDocument } from '../result.js';
import { TOOL } from '../version.js';
import { writeAtomic } from '../lib/atomic.js';
import { type Contents, fetchContents, openInputs, unreadOf, usedOf } from './inputs.js';
import type { FailureDocument, IncidentDocument, IncidentJob, IncidentRecord, InputRef, Used } from './job.js';
import { putResult } from './outbox.js';
import { candidateFor, learnedFor } from './signatures.js';

export interface IncidentRun {
  /** Folder of the result files. */
  readonly folder: string;
  /** Given: `folder` is a place that machines share (outbox.ts), and this the name under which the result is put there. */
  readonly outbox?: string | undefined;
  readonly pool: Pool;
  /** Which attempt this is, from 1; what fails in an earlier one than the last leaves no file. */
  readonly attempt: number;
  readonly attempts: number;
  readonly signal?: AbortSignal | undefined;
  /** What has been read already, by name of the input. */
  readonly contents?: Contents | undefined;
  readonly onProgress?: ((bytesDone: number) => void) | undefined;
}

/** A second try is worth its time for whatever may be due to the machine, and cheap for whatever is not. */
export const ATTEMPTS = 2;

/** @throws PerfscopeError 'interrupted', 'time-limit' (by the signal), 'output' */
export async function digestIncident(job: IncidentJob, run: IncidentRun): Promise<IncidentRecord> {
  const begun = performance.now();
  const used: Used[] = [];
  let document: IncidentDocument;
  try {
    document = await documentOf(job, run, used);
  } catch (error) {
    throwIfCancelled(run.signal);
    document = failureDocument(job, error, run.attempt);
  }
  throwIfCancelled(run.signal);
  return record(job, run, document, used, (performance.now() - begun) / 1000);
}

/**
 * The record, and the file, of an incident that took its thread with it: out of memory, out of time. Its inputs are not looked
 * into once more: that might take as long again, and nobody is left to stop it.
 */
export async function recordFailure(job: IncidentJob, run: IncidentRun, error: unknown): Promise<IncidentRecord> {
  return record(job, run, failureDocument(job, error, run.attempt), await unreadOf(sourcesOf(job)), 0);
}

async function record(
  job: IncidentJob,
  run: IncidentRun,
  document: IncidentDocument,
  used: readonly Used[],
  seconds: number,
): Promise<IncidentRecord> {
  const text = `${JSON.stringify(document, null, 1)}\n`;
  const failed = 'error' in document;
  if (!failed || run.attempt >= run.attempts) {
    // Synced by the journal, several at once: a disk that is busy must not hold up a thread that could compute.
    if (run.outbox === undefined) await writeAtomic(resultFile(run.folder, job.id), text, false);
    else await putResult(run.folder, run.outbox, text);
  }
  return {
    id: job.id,
    name: job.name,
    labels: job.labels,
    recipe: job.recipe,
    status: failed ? 'failed' : 'ok',
    code: failed ? document.error.code : null,
    attempts: run.attempt,
    used,
    result: hashText(text),
    seconds: Math.round(seconds * 1000) / 1000,
    archive: job.archive,
  };
}

export function resultFile(folder: string, id: string): string {
  return path.join(folder, `${id}.json`);
}

export function hashText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** All that a job may read. */
export function sourcesOf(job: IncidentJob): InputRef[] {
  return [...job.inputs, ...(job.learn ? job.profiles : job.candidates.map((c) => c.ref))];
}

async function documentOf(job: IncidentJob, run: IncidentRun, used: Used[]): Promise<ResultDocument> {
  const { signal, pool } = run;
  const contents = await fetchContents(sourcesOf(job), run.contents ?? new Map(), signal);
  used.push(...(await usedOf(job.inputs, contents, signal)));
  const profiles = job.learn ? await usedOf(job.profiles, contents, signal) : [];
  used.push(...profiles);
  const { options } = job;
  const document = await analyzeIncident(
    job.inputs.map((i) => i.name),
    {
      pool,
      signal,
      method: options.method,
      parameters: options.parameters,
      top: options.top,
      anyProgram: options.anyProgram,
      sections: options.pages ? PAGE_SECTIONS : undefined,
      format: options.format ?? undefined,
      parse: options.parse,
      from: job.from ?? undefined,
      to: job.to ?? undefined,
      window: job.window ?? undefined,
      open: (s) => openInputs(job.inputs, contents, s),
      signatures: async (trace) => {
        if (job.learn) return { db: await learnedFor(job, profiles, contents, { pool, signal }), path: '' };
        const candidate = await candidateFor(job, trace, contents);
        if (candidate === null) return null;
        const { ref, ...chosen } = candidate;
        used.push(...(await usedOf([ref], contents, signal)));
        return chosen;
      },
      onProgress: (p) => (p.stage === 'read' ? run.onProgress?.(p.done) : undefined),
    },
  );
  return sameEverywhere(document, job);
}

/**
 * The document without what differs from run to run and from machine to machine: equal work leaves equal files. Seconds
 * are in the journal; the memory is that of the whole process, which says nothing of one incident.
 */
function sameEverywhere(document: ResultDocument, job: IncidentJob): ResultDocument {
  return withNames({ ...document, timing: {}, peakMemoryBytes: 0 }, job);
}

export function failureDocument(job: IncidentJob, error: unknown, attempts: number): FailureDocument {
  const known =
    error instanceof PerfscopeError
      ? error
      : new PerfscopeError('worker', `internal error: ${error instanceof Error ? error.message : String(error)}`);
  const plain = withNames(toPlainError(known), job);
  return {
    schemaVersion: 1,
    tool: TOOL,
    status: 'failed',
    incident: job.name,
    error: plain,
    attempts,
  };
}

/** Paths of this machine in messages become the names of the inputs. */
function withNames<T>(value: T, job: IncidentJob): T {
  const places = sourcesOf(job).flatMap((r): [string, string][] => {
    if (r.kind === 'file') return [[r.path, r.name]];
    return r.kind === 'member'
      ? [
          [`${r.archive}!/${r.member}`, r.name],
          [r.archive, archiveName(r)],
        ]
      : [];
  });
  places.sort((a, b) => b[0].length - a[0].length);
  const replace = (text: string) => {
    for (const [from, to] of places) if (text.includes(from)) return text.replaceAll(from, to);
    return text;
  };
  const walk = (v: unknown): unknown => {
    if (typeof v === 'string') return replace(v);
    if (Array.isArray(v)) return v.map(walk);
    if (typeof v !== 'object' || v === null) return v;
    return Object.fromEntries(Object.entries(v).map(([k, x]) => [k, walk(x)]));
  };
  return walk(value) as T;
}

function archiveName(ref: { readonly name: string; readonly member: string }): string {
  return ref.name.endsWith(`!/${ref.member}`) ? ref.name.slice(0, -ref.member.length - 2) : ref.name;
}
