/** Accuracy of methods over cases of known truth. Each case is one task of the pool; the largest begin first. */
import { stat } from 'node:fs/promises';
import { resolveParameters, type GivenParameters } from '../coordinator/parameters.js';
import type { Pool } from '../pool/pool.js';
import { type RunOptions, withPool } from '../coordinator/run.js';
import { PerfscopeError } from '../errors.js';
import { places } from '../methods/ranks.js';
import { normaliseName } from '../signatures/names.js';
import { TOOL } from '../version.js';
import { type CaseOutcome, type CaseTask, type MethodAnswer, caseStage } from './case-stage.js';
import { type Case, findCases, readCase } from './case.js';
import { operatorOf, recorderOf, serverOf } from './case-keys.js';
import { type CaseRow, EVALUATION_SCHEMA_VERSION, type Evaluation, compareMethods, summarise } from './evaluation.js';
import { EVALUATION_METHODS } from './methods.js';
import { relatedFunctions, resourceRight, score, verdictRight } from './score.js';

export interface EvaluateOptions extends RunOptions {
  /** Default: 'fused'. */
  readonly methods?: readonly string[] | undefined;
  /** Ids of the cases to take; default: all. */
  readonly cases?: readonly string[] | undefined;
  readonly parameters?: GivenParameters | undefined;
  /** Folder in which learned signatures are kept; null: nothing is kept. */
  readonly cache?: string | null | undefined;
  /** Run the trace up to `triggeredAt` as a control. Default: true. */
  readonly healthyPrefixes?: boolean | undefined;
  /** What runs the cases. Default: the pool, each case on one thread. */
  readonly runCases?: RunCases | undefined;
}

/** Runs the cases, gives their outcomes in the same order, and stops when `signal` says so. */
export type RunCases = (cases: readonly NamedTask[], signal: AbortSignal | undefined) => AsyncIterable<CaseOutcome>;

export interface NamedTask {
  readonly id: string;
  readonly task: CaseTask;
}

/** Suspects kept in a row. */
const KEPT = 10;

/**
 * Learns each case from its profiles, analyses its incident without its truth, and scores the answers.
 * A run that is cancelled gives the cases done so far, with status 'partial'.
 */
export async function evaluate(folders: readonly string[], options: EvaluateOptions = {}): Promise<Evaluation> {
  const methods = [...new Set(options.methods ?? ['fused'])];
  for (const name of methods) requireMethod(name);
  const parameters = resolveParameters(options.parameters);
  const cases = await chosenCases(folders, options.cases);
  const order = await largestFirst(cases);
  const outcomes = new Map<Case, CaseOutcome>();
  const tasks = order.map((c): CaseTask => ({
    incident: c.incident,
    profiles: c.profiles,
    oracle: c.oracle,
    methods,
    parameters,
    cache: options.cache ?? null,
    healthyUntil: options.healthyPrefixes === false ? null : (c.truth.triggeredAt ?? null),
  }));
  const tell = () => options.onProgress?.({ stage: 'evaluate', done: outcomes.size, total: cases.length });
  tell();
  let status: Evaluation['status'] = 'ok';
  try {
    const note = (c: Case, outcome: CaseOutcome) => {
      outcomes.set(c, outcome);
      tell();
    };
    const { runCases, signal } = options;
    if (runCases === undefined) {
      // Noted as they end, in whatever order: a run that is cut short keeps all that was done.
      await withPool(options, async (pool) => {
        let next = 0;
        const lane = async () => {
          for (let k = next++; k < tasks.length; k = next++) note(order[k]!, await runAlone(pool, tasks[k]!, signal));
        };
        await Promise.all(Array.from({ length: pool.jobs + 1 }, lane));
      });
    } else {
      const named = tasks.map((task, k) => ({ id: order[k]!.truth.id, task }));
      let i = 0;
      for await (const outcome of runCases(named, signal)) note(order[i++]!, outcome);
    }
  } catch (error) {
    if (options.signal?.aborted !== true || outcomes.size === 0) throw error;
    status = 'partial';
  }
  const done = cases.filter((c) => outcomes.has(c));
  const rows = (method: string) => done.map((c) => rowOf(c, method, outcomes.get(c)!));
  const summaries = Object.fromEntries(methods.map((m) => [m, summarise(rows(m))]));
  return {
    schemaVersion: EVALUATION_SCHEMA_VERSION,
    tool: TOOL,
    status,
    parameters,
    methods: summaries,
    comparisons: compareMethods(summaries),
  };
}

/** A case that takes its worker thread down fails alone. */
async function runAlone(pool: Pool, task: CaseTask, signal: AbortSignal | undefined): Promise<CaseOutcome> {
  try {
    return await pool.run(caseStage, task, { signal });
  } catch (error) {
    if (signal?.aborted === true || !(error instanceof PerfscopeError)) throw error;
    return { share: [], answers: {}, error: error.message };
  }
}

function requireMethod(name: string): void {
  if (EVALUATION_METHODS.some((m) => m.name === name)) return;
  const known = EVALUATION_METHODS.map((m) => m.name).join(', ');
  throw new PerfscopeError('usage', `--method ${name}: no such method`, {}, `Methods are: ${known}.`);
}

async function chosenCases(folders: readonly string[], ids: readonly string[] | undefined): Promise<Case[]> {
  const all = await Promise.all((await findCases(folders)).map(readCase));
  if (ids === undefined || ids.length === 0) return all;
  for (const id of ids) {
    if (all.some((c) => c.truth.id === id)) continue;
    const known = all.map((c) => c.truth.id).join(', ');
    throw new PerfscopeError('usage', `--case ${id}: no such case`, {}, `Cases are: ${known}.`);
  }
  return all.filter((c) => ids.includes(c.truth.id));
}

async function largestFirst(cases: readonly Case[]): Promise<Case[]> {
  const sizes = new Map<Case, number>();
  for (const c of cases) {
    const files = await Promise.all([...c.incident, ...c.profiles].map((f) => stat(f)));
    sizes.set(
      c,
      files.reduce((sum, f) => sum + f.size, 0),
    );
  }
  return [...cases].sort((a, b) => sizes.get(b)! - sizes.get(a)!);
}

const FAILED = (error: string | null): MethodAnswer => ({ answer: null, prefixVerdict: null, seconds: 0, error });

function rowOf({ truth }: Case, method: string, outcome: CaseOutcome): CaseRow {
  const { answer, prefixVerdict, odds, prefixOdds, seconds, error } = outcome.answers[method] ?? FAILED(outcome.error);
  const head = {
    id: truth.id,
    system: truth.system,
    category: truth.category,
    server: serverOf(truth),
    operator: operatorOf(truth),
    recorder: recorderOf(truth),
  };
  const tail = {
    healthyPrefixVerdict: prefixVerdict,
    odds: odds ?? null,
    healthyPrefixOdds: prefixOdds ?? null,
    seconds,
    error,
  };
  if (answer === null) {
    const nothing = { root: null, related: null, path: null, scope: null, verdict: null, externalResource: null };
    return {
      ...head,
      ...nothing,
      suspects: 0,
      ...tail,
      status: 'failed',
      first: [],
      relatedFirst: [],
      verdictRight: false,
      resourceRight: null,
    };
  }
  const ranks = places(answer.ranked.map((r) => r.score));
  const learned = { share: new Map(outcome.share) };
  const related = relatedFunctions(truth, learned);
  const first = answer.ranked.slice(0, KEPT);
  return {
    ...head,
    ...score(truth, learned, answer),
    verdict: answer.verdict,
    externalResource: answer.externalResource,
    suspects: answer.ranked.length,
    ...tail,
    status: 'ok',
    first: first.map((r, i) => ({ rank: ranks[i]!.rank, function: r.name, confidence: r.confidence ?? 0 })),
    relatedFirst: [...first.keys()].filter((i) => related.has(normaliseName(first[i]!.name))),
    verdictRight: verdictRight(truth, answer),
    resourceRight: resourceRight(truth, answer),
  };
}
