/**
 * One case in one worker: learns, reads the incident once, and runs every method on it and on its healthy prefix. It is
 * given paths and the moment where the prefix ends, never the truth.
 */
import { traceOptions } from '../coordinator/analyze.js';
import { readTrace } from '../reading/ingest.js';
import { inlinePool } from '../pool/inline-pool.js';
import type { Stage } from '../pool/stage.js';
import { resolveWindow } from '../coordinator/window.js';
import { PerfscopeError } from '../errors.js';
import type { MethodInput, MethodOutcome } from '../methods/method.js';
import type { Parameters } from '../parameters.js';
import type { Verdict } from '../result.js';
import type { SignatureDatabase } from '../signatures/database.js';
import { normaliseName } from '../signatures/names.js';
import { learnCached } from './cache.js';
import { EVALUATION_METHODS } from './methods.js';
import type { Answer } from './score.js';

export interface CaseTask {
  readonly incident: readonly string[];
  readonly profiles: readonly string[];
  readonly oracle: string | null;
  readonly methods: readonly string[];
  readonly parameters: Parameters;
  readonly cache: string | null;
  /** End of the healthy prefix, seconds on the incident's clock; null: there is none, or it is not wanted. */
  readonly healthyUntil: number | null;
}

export interface MethodAnswer {
  readonly answer: Answer | null;
  readonly prefixVerdict: Verdict | null;
  /** The odds that the program is to blame, of the incident and of the prefix, of methods that tell them. */
  readonly odds?: number | undefined;
  readonly prefixOdds?: number | undefined;
  readonly seconds: number;
  readonly error: string | null;
}

export interface CaseOutcome {
  /** Functions that were on a stack in learning and the share of stacks they were on. */
  readonly share: readonly (readonly [name: string, share: number])[];
  readonly answers: Readonly<Record<string, MethodAnswer>>;
  /** Why nothing could be analysed at all; null when it could. */
  readonly error: string | null;
}

export const caseStage: Stage<CaseTask, CaseOutcome> = {
  name: 'evaluate-case',
  run: (task, { signal }) => analyseCase(task, signal),
};

/** Analyses a case. `lap` is called with the name of each part when it is done: learn, read, then each method. */
export type CaseAnalysis = (task: CaseTask, signal: AbortSignal, lap?: (part: string) => void) => Promise<CaseOutcome>;

export const analyseCase: CaseAnalysis = async (task, signal, lap = () => undefined) => {
  try {
    return await answersOf(task, signal, lap);
  } catch (error) {
    // One case that fails, even by a defect, does not take the others with it.
    if (signal.aborted) throw error;
    return { share: [], answers: {}, error: words(error) };
  }
};

async function answersOf(task: CaseTask, signal: AbortSignal, lap: (part: string) => void): Promise<CaseOutcome> {
  const options = { pool: inlinePool, signal };
  const signatures = await learnCached(task.profiles, task.parameters, task.cache, options);
  lap('learn');
  const { trace } = await readTrace(task.incident, { ...traceOptions(options), pool: inlinePool });
  lap('read');
  const whole = resolveWindow(trace, {});
  const input = { trace, signatures, parameters: task.parameters };
  const answers: Record<string, MethodAnswer> = {};
  for (const name of task.methods) {
    const method = EVALUATION_METHODS.find((m) => m.name === name)!;
    const run = await method.load(task.oracle);
    const on = (window: { fromNs: number; toNs: number }) =>
      run({ ...input, ...window, told: 0 } satisfies MethodInput, { pool: inlinePool, inline: true, signal });
    const begun = performance.now();
    try {
      const outcome = await on(whole);
      const seconds = (performance.now() - begun) / 1000;
      const prefix = task.healthyUntil === null ? null : await on(resolveWindow(trace, { to: task.healthyUntil }));
      answers[name] = {
        answer: answerOf(outcome),
        prefixVerdict: prefix?.verdict ?? null,
        odds: outcome.odds,
        prefixOdds: prefix?.odds,
        seconds,
        error: null,
      };
    } catch (error) {
      if (signal.aborted) throw error;
      const seconds = (performance.now() - begun) / 1000;
      answers[name] = { answer: null, prefixVerdict: null, seconds, error: words(error) };
    }
    lap(name);
  }
  return { share: [...sharesOf(signatures)], answers, error: null };
}

function answerOf(outcome: MethodOutcome): Answer {
  const ranked = outcome.ranked.map(({ name, score, confidence }) => ({ name, score, confidence }));
  return { verdict: outcome.verdict, externalResource: outcome.externalResource, ranked };
}

/** Share of the stacks of learning that a function was on; of functions that share a name, the largest. */
export function sharesOf(db: Pick<SignatureDatabase, 'functions' | 'learned'>): Map<string, number> {
  const share = new Map<string, number>();
  for (const f of db.functions) {
    const name = normaliseName(f.name);
    const s = f.calls / Math.max(1, db.learned.eventsWithStack);
    if (f.calls > 0 && s > (share.get(name) ?? 0)) share.set(name, s);
  }
  return share;
}

function words(error: unknown): string {
  if (!(error instanceof PerfscopeError)) return error instanceof Error ? error.message : String(error);
  return error.place.path === undefined ? error.message : `${error.place.path}: ${error.message}`;
}
