/** Which signatures an incident is analysed with: chosen among files by program and version, or learned on the fly. */
import { createHash } from 'node:crypto';
import type { LoadedSignatures } from '../coordinator/analyze.js';
import { learn } from '../coordinator/learn.js';
import type { Pool } from '../pool/pool.js';
import { programMatch } from '../coordinator/program.js';
import { keptSignatures, learningFingerprint } from '../evaluate/cache.js';
import { readSignatures, signaturesIn } from '../signatures/file.js';
import type { SignatureDatabase } from '../signatures/database.js';
import type { Trace } from '../trace/table.js';
import { type Contents, openInputs, requireFile, stampOf } from './inputs.js';
import type { Candidate, IncidentJob, InputRef, Used } from './job.js';
import { KeptSignatures } from './kept-signatures.js';

export interface Named {
  /** Name of the file. */
  readonly name: string;
  readonly program: string;
}

/**
 * The candidate for an incident: of the program given, else of the one that the trace's threads name; of several, the one
 * that has the version in its file's name; of several still, the last by name, numbers by value.
 */
export function chooseSignatures<C extends Named>(
  candidates: readonly C[],
  wanted: { readonly program: string | null; readonly version: string | null },
  trace: Pick<Trace, 'threads'>,
): C | null {
  const told = wanted.program;
  const fit = (how: string) =>
    candidates.filter((c) => (told === null ? programMatch(trace, c.program) === how : c.program === told));
  const ofProgram = fit('yes').length > 0 ? fit('yes') : fit('unknown');
  const { version } = wanted;
  const ofVersion = version === null ? [] : ofProgram.filter((c) => hasVersion(c.name, version));
  const order = (a: C, b: C) => a.name.localeCompare(b.name, 'en', { numeric: true });
  return [...(ofVersion.length > 0 ? ofVersion : ofProgram)].sort(order).at(-1) ?? null;
}

/** "redis-7.2.signatures.json" has 7.2, and not 7 or .2. */
function hasVersion(name: string, version: string): boolean {
  const base = name.slice(name.lastIndexOf('/') + 1).replace(/\.signatures\.json(?:\.gz)?$/, '');
  for (let at = base.indexOf(version); at >= 0; at = base.indexOf(version, at + 1)) {
    const [before, after] = [base.slice(0, at), base.slice(at + version.length)];
    if (!/[\d.]$|[A-Za-z]$/.test(before.replace(/v$/, '')) && !/^\.?\w/.test(after)) return true;
  }
  return false;
}

/** Loads the candidates that the job leaves, and chooses. Null: none is of the trace's program, or there are none. */
export async function candidateFor(
  job: IncidentJob,
  trace: Trace,
  contents: Contents,
): Promise<(LoadedSignatures & { readonly ref: InputRef }) | null> {
  const loaded = new Map<Candidate, SignatureDatabase>();
  const load = async (c: Candidate) => {
    const db = loaded.get(c) ?? (await loadCandidate(c.ref, contents));
    loaded.set(c, db);
    return db;
  };
  const only = job.candidates.length === 1 ? job.candidates[0]! : null;
  if (only !== null) return { db: await load(only), path: only.ref.name, ref: only.ref };
  const named = [];
  for (const c of job.candidates)
    named.push({ candidate: c, name: c.ref.name, program: c.program ?? (await load(c)).program });
  const choice = chooseSignatures(named, job, trace);
  if (choice === null) return null;
  const { ref } = choice.candidate;
  return { db: await load(choice.candidate), path: ref.name, ref };
}

/** Of this thread. */
const kept = new KeptSignatures();

async function loadCandidate(ref: InputRef, contents: Contents): Promise<SignatureDatabase> {
  const bytes = contents.get(ref.name);
  if (bytes === undefined) {
    const { path } = ref as { path: string };
    await requireFile(path);
    return kept.get(`${path} ${await stampOf(ref)}`, () => readSignatures(path));
  }
  const hash = createHash('sha256').update(bytes).digest('hex');
  return kept.get(`${ref.name} ${hash}`, () => signaturesIn(bytes, ref.name));
}

/** Learns from the profiles of the job, or takes what was learned from the same bytes before. */
export async function learnedFor(
  job: IncidentJob,
  used: readonly Used[],
  contents: Contents,
  run: { readonly pool: Pool; readonly signal?: AbortSignal | undefined },
): Promise<SignatureDatabase> {
  const { parameters, parse, format, cache } = job.options;
  const paths = job.profiles.map((p) => p.name.slice(p.name.lastIndexOf('/') + 1));
  const learned = async () => {
    const open = (signal: AbortSignal | undefined) => openInputs(job.profiles, contents, signal, true);
    const options = { ...run, open, parse, format: format ?? undefined, parameters };
    return (await learn(paths, { ...options, program: job.program ?? undefined })).signatures;
  };
  if (cache === null) return learned();
  const hash = createHash('sha256').update(await learningFingerprint());
  const hashes = used.map((u) => u.sha256);
  hash.update(JSON.stringify([parameters, parse, format, job.program, paths, hashes]));
  return keptSignatures(cache, hash.digest('hex').slice(0, 32), learned);
}
