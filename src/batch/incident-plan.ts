/** From what was found to jobs: names, ids, recipes, shards, and the order in which to run. Pure. */
import { createHash } from 'node:crypto';
import { PerfscopeError } from '../errors.js';
import { type Candidate, type IncidentJob, type InputRef, type JobOptions, storedBytes, twice } from './job.js';
import { labelsOf } from './conventions.js';

/** An incident as it was found in an archive or named by a manifest. */
export interface Found {
  readonly name: string;
  /** Of which archive, or manifest: an absolute path, or an address. */
  readonly archive?: string | undefined;
  readonly inputs: readonly InputRef[];
  readonly profiles: readonly InputRef[];
  readonly signatures: readonly InputRef[];
  readonly program?: string | null;
  readonly version?: string | null;
  readonly labels?: Readonly<Record<string, string>>;
  readonly from?: string | null;
  readonly to?: string | null;
  readonly window?: string | null;
}

export interface PlanOptions {
  readonly options: JobOptions;
  readonly learn: boolean;
  /** For incidents without signatures of their own. */
  readonly candidates: readonly Candidate[];
  readonly from: string | null;
  readonly to: string | null;
  readonly window: string | null;
  /** Hash of the code that decides on results. */
  readonly tool: string;
}

const RECIPE_BYTES = 16;
/** A file's name says a little, the hash behind it makes it unique. */
const READABLE = 80;

export function jobId(name: string): string {
  const readable = name
    .replace(/[^A-Za-z0-9._=-]+/g, '_')
    .slice(-READABLE)
    .replace(/^[._]+/, '');
  return `${readable}-${sha256(name).slice(0, 10)}`;
}

export function planJob(found: Found, plan: PlanOptions): IncidentJob {
  const labels = { ...labelsOf(found.name), ...found.labels };
  const own = candidatesOf(found.signatures);
  const job = {
    id: jobId(found.name),
    name: found.name,
    inputs: found.inputs,
    profiles: found.profiles,
    candidates: own.length > 0 ? own : plan.candidates,
    learn: plan.learn && own.length === 0 && found.profiles.length > 0,
    program: found.program ?? labels['program'] ?? null,
    version: found.version ?? labels['version'] ?? null,
    labels,
    from: found.from ?? plan.from,
    to: found.to ?? plan.to,
    window: found.window ?? plan.window,
  };
  const same = twice([...job.inputs, ...job.profiles, ...job.candidates.map((c) => c.ref)]);
  if (same !== null)
    throw new PerfscopeError('usage', `${found.name}: two of its files are named ${same}`, {}, 'Name each file once.');
  const names = (refs: readonly InputRef[]) => refs.map((r) => r.name);
  const recipe = sha256(
    JSON.stringify([
      plan.tool,
      // Where signatures are kept changes no result.
      { ...plan.options, cache: undefined },
      names(job.inputs),
      job.learn ? names(job.profiles) : job.candidates.map((c) => [c.ref.name, c.program]),
      ...[job.learn, job.program, job.version, job.labels, job.from, job.to, job.window],
    ]),
    RECIPE_BYTES,
  );
  return { ...job, options: plan.options, recipe, archive: found.archive };
}

/** Incidents that have the same signatures beside them share the list. */
const candidateLists = new WeakMap<readonly InputRef[], readonly Candidate[]>();

function candidatesOf(signatures: readonly InputRef[]): readonly Candidate[] {
  const known = candidateLists.get(signatures);
  if (known !== undefined) return known;
  const list = signatures.map((ref): Candidate => ({ ref, program: null }));
  candidateLists.set(signatures, list);
  return list;
}

export interface Shard {
  /** From 1 to `of`. */
  readonly index: number;
  readonly of: number;
}

/** "2/8" */
export function parseShard(text: string): Shard {
  const match = /^(\d+)\/(\d+)$/.exec(text.trim());
  const [index, of] = [Number(match?.[1]), Number(match?.[2])];
  if (match !== null && of >= 1 && index >= 1 && index <= of) return { index, of };
  throw new PerfscopeError('usage', `--shard ${text}: not a shard`, {}, 'Write 1/8 to 8/8 for eight machines.');
}

/** Depends on the name alone: machines that know nothing of each other agree, and incidents that are added move none. */
export function inShard(name: string, shard: Shard | null): boolean {
  return shard === null || Number.parseInt(sha256(name).slice(0, 8), 16) % shard.of === shard.index - 1;
}

/**
 * Largest first, so that no large one is left for the end; members of an archive after the files, in the order of the
 * archive, which can be read forward only.
 */
export function inOrder(jobs: readonly IncidentJob[]): IncidentJob[] {
  const place = new Map(jobs.map((job, i) => [job, i]));
  const packed = (job: IncidentJob) => (job.inputs.some((i) => i.kind === 'member') ? 1 : 0);
  return [...jobs].sort(
    (a, b) =>
      packed(a) - packed(b) || (packed(a) === 0 ? storedBytes(b) - storedBytes(a) : 0) || place.get(a)! - place.get(b)!,
  );
}

/** The first `bytes` of it. A slice of the text would keep the whole. */
function sha256(text: string, bytes?: number): string {
  return createHash('sha256').update(text).digest().toString('hex', 0, bytes);
}
