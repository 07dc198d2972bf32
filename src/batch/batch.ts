/**
 * Many incidents from archives to a results folder. What a run before has done is kept as long as it holds; a run that is
 * killed loses the incidents under way.
 */
import { readdir, rm, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { TraceOptions } from '../coordinator/analyze.js';
import { DEFAULT_METHOD, loadMethod } from '../methods/registry.js';
import { type GivenParameters, resolveParameters } from '../coordinator/parameters.js';
import type { RunOptions } from '../coordinator/run.js';
import { PerfscopeError } from '../errors.js';
import { readSignatures } from '../signatures/file.js';
import { Compact } from './compact.js';
import { kindOf } from './conventions.js';
import { LOST, discover } from './discover.js';
import { requireFile } from './inputs.js';
import { concludeFolder, prepareFolder, readRecords, resultsFolder } from './folder.js';
import { type PlanOptions, type Shard, inOrder, inShard, planJob } from './incident-plan.js';
import { resultFile } from './incident.js';
import { type Candidate, type IncidentJob, type IncidentRecord, storedBytes } from './job.js';
import { Journal } from './journal.js';
import { takeLock } from './lock.js';
import { readManifest } from './manifest.js';
import { defaultMemory } from '../coordinator/memory.js';
import { keptOf, requireRoom } from './memory.js';
import { stillGood } from './resume.js';
import type { SubmitOptions } from './queue/submit.js';
import { type RunnerOptions, runJobs } from './runner.js';
import type { BatchSummary } from './summary.js';
import { toolFingerprint } from './tool.js';

export interface BatchOptions extends RunOptions, Omit<TraceOptions, 'open'> {
  /** Lists of incidents, beside the archives. */
  readonly manifests?: readonly string[] | undefined;
  /** Signatures files, or folders of them, for incidents that bring none. */
  readonly signatures?: readonly string[] | undefined;
  /** Learn from profiles beside an incident that brings no signatures. Default: false. */
  readonly learn?: boolean | undefined;
  readonly method?: string | undefined;
  readonly parameters?: GivenParameters | undefined;
  readonly top?: number | undefined;
  readonly anyProgram?: boolean | undefined;
  /** Write a page an incident, pages/ID.html. Their results hold what is drawn, and are some 100 KB each. Default: false. */
  readonly pages?: boolean | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly window?: string | undefined;
  /** Folder in which learned signatures are kept; null: nothing is kept. */
  readonly cache?: string | null | undefined;
  readonly shard?: Shard | undefined;
  /** Bytes for the whole process. Default: three quarters of what there is. */
  readonly maxMemory?: number | undefined;
  /** Bytes of memory from which the stages of an incident are spread over the pool. Default: 1 GB. */
  readonly spreadFrom?: number | undefined;
  /** Seconds for one incident. Default: 600. */
  readonly incidentTime?: number | undefined;
  /** Do again what failed before, though nothing changed. Default: false. */
  readonly retryFailed?: boolean | undefined;
  /** Workers of this queue do the work, instead of threads of this process. */
  readonly queue?: SubmitOptions | undefined;
  readonly onBatch?: ((progress: BatchProgress) => void) | undefined;
  /** Hears of files that were left out, and why. */
  readonly onSkip?: ((path: string, reason: string) => void) | undefined;
}

export interface BatchProgress {
  /** Incidents of this run: all, done now, done by a run before, failed. */
  readonly incidents: number;
  readonly done: number;
  readonly kept: number;
  readonly failed: number;
  /** Work, in bytes as stored and a constant an incident: done now, and all that was to be done by this run. */
  readonly workDone: number;
  readonly work: number;
}

/** What does the work: jobs in their order; `onDone` is called for each. */
export interface Engine {
  run(ordered: readonly IncidentJob[], options: RunnerOptions): Promise<void>;
  close(): Promise<void>;
}

const LOCAL: Engine = { run: runJobs, close: () => Promise.resolve() };

const DEFAULT_INCIDENT_SECONDS = 600;
/** An incident costs about as much as so many bytes, before its first byte is read. */
const WORK_EACH = 50_000;
/** Files looked at side by side when an earlier run is checked. */
const CHECKS = 16;

/** @throws PerfscopeError when there is nothing to do, or no room for results; a run that is cancelled gives 'partial' */
export async function batch(
  archives: readonly string[],
  folder: string,
  options: BatchOptions = {},
): Promise<BatchSummary> {
  // First: a queue that cannot be reached is said before anything is read.
  const engine =
    options.queue === undefined ? LOCAL : await (await import('./queue/submit.js')).openQueue(options.queue, options);
  try {
    const jobs = await planBatch(archives, options);
    await prepareFolder(folder);
    const lock = await takeLock(folder, options.onLog);
    try {
      return await runBatch(jobs, folder, engine, options);
    } finally {
      await lock.release();
    }
  } finally {
    await engine.close();
  }
}

/** The incidents that the arguments stand for, as jobs of this shard. */
export async function planBatch(archives: readonly string[], options: BatchOptions = {}): Promise<IncidentJob[]> {
  const { signal, onSkip } = options;
  const method = options.method ?? DEFAULT_METHOD;
  await loadMethod(method);
  const plan: PlanOptions = {
    options: {
      method,
      parameters: resolveParameters(options.parameters),
      top: options.top ?? 10,
      anyProgram: options.anyProgram === true,
      pages: options.pages === true,
      format: options.format ?? null,
      parse: options.parse ?? {},
      cache: options.cache ?? null,
    },
    learn: options.learn === true,
    candidates: await candidates(options.signatures ?? []),
    from: options.from ?? null,
    to: options.to ?? null,
    window: options.window ?? null,
    tool: await toolFingerprint(),
  };
  const found = await discover(archives, onSkip === undefined ? { signal } : { signal, onSkip });
  for (const manifest of options.manifests ?? []) {
    const rows = await readManifest(manifest);
    for (const row of rows) found.push({ ...row, archive: path.resolve(manifest) });
  }
  if (found.length === 0)
    throw new PerfscopeError('usage', 'no archive was named', {}, 'Name folders, tar or zip files, or a --manifest.');
  const jobs = found.filter((f) => inShard(f.name, options.shard ?? null)).map((f) => planJob(f, plan));
  const names = new Set<string>();
  for (const { id, name } of jobs) {
    if (names.has(id))
      throw new PerfscopeError('usage', `two incidents are named ${name}`, {}, 'Name them in a manifest.');
    names.add(id);
  }
  return jobs;
}

async function candidates(given: readonly string[]): Promise<Candidate[]> {
  const files: string[] = [];
  for (const file of given) {
    const stats = await stat(file).catch(() => null);
    if (stats?.isDirectory() !== true) files.push(file);
    else files.push(...(await readdir(file)).filter((f) => kindOf(f) === 'signatures').map((f) => path.join(file, f)));
  }
  const places = [...new Set(files.map((file) => path.resolve(file)))].sort();
  const bases = places.map((at) => path.basename(at));
  const list: Candidate[] = [];
  for (const at of places) {
    await requireFile(at);
    const { program } = await readSignatures(at);
    const base = path.basename(at);
    // Of several folders with files of one name, as much of the path as tells them apart.
    const name = bases.indexOf(base) === bases.lastIndexOf(base) ? base : tail(at, places);
    list.push({ program, ref: { kind: 'file', name, path: at, size: (await stat(at)).size } });
  }
  return list;
}

/** The shortest end of a path that no other one has. */
function tail(at: string, places: readonly string[]): string {
  const parts = at.split(path.sep);
  for (let n = 2; n < parts.length; n++) {
    const end = parts.slice(-n).join('/');
    if (places.filter((other) => other.endsWith(`/${end}`)).length === 1) return end;
  }
  return at;
}

async function runBatch(
  jobs: readonly IncidentJob[],
  folder: string,
  engine: Engine,
  options: BatchOptions,
): Promise<BatchSummary> {
  const { signal } = options;
  const results = resultsFolder(folder);
  const records = await readRecords(folder, options);
  const maxMemory = options.maxMemory ?? defaultMemory();
  const incidents = Math.max(jobs.length, records.size);
  requireRoom(incidents, maxMemory);
  await forgetLost(jobs, records, results);
  const before = new Map(records);
  const compact = new Compact();
  const todo = await stillToDo(jobs, records, compact, results, options);
  tellReplaced(todo, before, options);
  const progress = progressOf(jobs, todo, options);
  const journal = await Journal.open(folder, results);
  const own = new Set<IncidentRecord>();
  let pending = todo.length;
  try {
    await engine.run(inOrder(todo), {
      folder: results,
      jobs: options.jobs ?? availableParallelism(),
      maxMemory,
      kept: keptOf(incidents),
      incidentTime: options.incidentTime ?? DEFAULT_INCIDENT_SECONDS,
      spreadFrom: options.spreadFrom,
      signal,
      onProgress: progress.under,
      onDone: async (record, job) => {
        await journal.append(record);
        const kept = compact.record(record, job);
        records.set(kept.id, kept);
        own.add(kept);
        pending--;
        progress.done(record, job);
      },
    });
  } catch (error) {
    // Stopped by the user: what there is is summed up. A full disk has no room for that either.
    if (signal?.aborted !== true) throw error;
  } finally {
    await journal.close();
  }
  return concludeFolder(folder, records, pending, { ...options, own });
}

/** An archive that is whole again has no part that was lost. */
async function forgetLost(
  jobs: readonly IncidentJob[],
  records: Map<string, IncidentRecord>,
  results: string,
): Promise<void> {
  const named = new Set(jobs.map(({ id }) => id));
  const archives = new Set(jobs.map(({ archive }) => archive));
  for (const { id, name, archive } of records.values()) {
    if (!name.endsWith(`!/${LOST}`) || named.has(id) || !archives.has(archive)) continue;
    records.delete(id);
    await rm(resultFile(results, id), { force: true });
  }
}

/** Incidents have their names from within their archives: two archives of one name in one folder take turns. */
function tellReplaced(
  jobs: readonly IncidentJob[],
  records: ReadonlyMap<string, IncidentRecord>,
  { onLog }: BatchOptions,
): void {
  const told = new Set<string>();
  for (const { id, archive = '' } of jobs) {
    const before = records.get(id)?.archive ?? archive;
    if (before === archive || told.has(before)) continue;
    told.add(before);
    onLog?.('warn', { code: 'archive-replaced', args: { archive, before } });
  }
}

/** Takes what is out of date out of the records, and gives the jobs without one. */
async function stillToDo(
  jobs: readonly IncidentJob[],
  records: Map<string, IncidentRecord>,
  compact: Compact,
  results: string,
  { retryFailed = false, signal }: BatchOptions,
): Promise<IncidentJob[]> {
  const todo: IncidentJob[] = [];
  for (let at = 0; at < jobs.length; at += CHECKS) {
    const some = jobs.slice(at, at + CHECKS);
    const checked = await Promise.all(some.map((job) => stillGood(job, records.get(job.id), results, signal)));
    for (const [k, job] of some.entries()) {
      const record = checked[k]!;
      if (record !== null && !(retryFailed && record.status === 'failed')) {
        records.set(job.id, compact.record(record, job));
        continue;
      }
      records.delete(job.id);
      todo.push(job);
    }
  }
  return todo;
}

function progressOf(jobs: readonly IncidentJob[], todo: readonly IncidentJob[], options: BatchOptions) {
  const workOf = (job: IncidentJob) => storedBytes(job) + WORK_EACH;
  const work = todo.reduce((sum, job) => sum + workOf(job), 0);
  const underWay = new Map<IncidentJob, number>();
  let [done, failed, finished] = [0, 0, 0];
  const tell = () => {
    const workDone = [...underWay.values()].reduce((sum, b) => sum + b, finished);
    const kept = jobs.length - todo.length;
    options.onBatch?.({ incidents: jobs.length, done, kept, failed, workDone, work });
  };
  tell();
  return {
    under: (job: IncidentJob, bytes: number) => {
      underWay.set(job, Math.min(bytes, workOf(job)));
      tell();
    },
    done: (record: IncidentRecord, job: IncidentJob) => {
      underWay.delete(job);
      finished += workOf(job);
      done++;
      if (record.status === 'failed') failed++;
      tell();
    },
  };
}
