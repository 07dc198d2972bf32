/** The document of `evaluate`: scores of methods on cases, in total and by what the cases have in common. Pure. */
import type { ExternalResource, Verdict } from '../result.js';
import { blames } from './case.js';
import { type Differences, type Intervals, differencesOf, intervalsOf } from './measures.js';
import { type Reliabilities, reliabilitiesOf } from './reliability.js';
import { type WrongFirst, wrongFirsts } from './wrong-first.js';

export const EVALUATION_SCHEMA_VERSION = 1;

/** One case under one method. Ranks are null when not reported. */
export interface CaseRow {
  readonly id: string;
  readonly system: string;
  readonly category: string;
  /** What its cases are grouped by when servers are drawn (case-keys.ts). */
  readonly server: string;
  /** The fault that was injected, and the tool that recorded; null where the case does not say. */
  readonly operator: string | null;
  readonly recorder: string | null;
  readonly root: number | null;
  readonly related: number | null;
  readonly path: number | null;
  readonly scope: number | null;
  readonly verdict: Verdict | null;
  readonly externalResource: ExternalResource | null;
  /** Number of suspects reported. */
  readonly suspects: number;
  /** Verdict on the trace up to `triggeredAt`; null where there is no such prefix. */
  readonly healthyPrefixVerdict: Verdict | null;
  /** The odds that the program is to blame, of the incident and of that prefix, 0..1; null where the method tells none. */
  readonly odds: number | null;
  readonly healthyPrefixOdds: number | null;
  /** Wall seconds of the method on the incident, reading not counted. */
  readonly seconds: number;
  readonly status: 'ok' | 'failed';
  /** Why it failed, null when it did not. */
  readonly error: string | null;
  /** The first ten suspects. */
  readonly first: readonly FirstSuspect[];
  /** Which of these, counted from 0, are among the functions that `related` is the best rank of. */
  readonly relatedFirst: readonly number[];
  /** Whether the verdict is right; the resource (null: the truth names none). */
  readonly verdictRight: boolean;
  readonly resourceRight: boolean | null;
}

export interface FirstSuspect {
  readonly rank: number;
  readonly function: string;
  readonly confidence: number;
}

export interface RankMetrics {
  /** Cases with a rank of at most 1, 3, 5. */
  readonly top1: number;
  readonly top3: number;
  readonly top5: number;
  /** Mean of 1/rank over the guilty cases, 0 for those not reported. */
  readonly mrr: number;
}

export interface Summary {
  readonly cases: number;
  /** Cases with a guilty function. */
  readonly guilty: number;
  readonly related: RankMetrics;
  readonly root: RankMetrics;
  readonly path: RankMetrics;
  /** Median over the guilty cases; a function not reported means that the whole binary is to be searched. */
  readonly medianScope: number | null;
  /** Over the cases with a guilty function: the verdict `bug`. */
  readonly bugSaid: { readonly right: number; readonly of: number };
  /** Over the `external` and `none` cases. */
  readonly verdicts: {
    readonly right: number;
    readonly of: number;
    readonly resourceRight: number;
    /** Suspects named although no function is guilty. */
    readonly suspectsNamed: number;
  };
  readonly healthyPrefixes: { readonly falseAlarms: number; readonly of: number };
  readonly failed: number;
  readonly seconds: number;
  readonly intervals: Intervals;
}

export type Groups = Readonly<Record<string, Summary>>;

export interface MethodEvaluation {
  readonly total: Summary;
  readonly byCategory: Groups;
  readonly bySystem: Groups;
  readonly byServer: Groups;
  /** Of the cases that have one. */
  readonly byOperator: Groups;
  readonly byRecorder: Groups;
  readonly wrongFirst: readonly WrongFirst[];
  readonly reliability: Reliabilities;
  readonly cases: readonly CaseRow[];
}

export interface Evaluation {
  readonly schemaVersion: 1;
  readonly tool: { readonly name: 'perfscope'; readonly version: string };
  /** 'partial': the run was cancelled, and the cases are those done until then. */
  readonly status: 'ok' | 'partial';
  readonly parameters: Readonly<Record<string, number>>;
  readonly methods: Readonly<Record<string, MethodEvaluation>>;
  /** The first method minus each other one, on the same cases. */
  readonly comparisons: readonly MethodComparison[];
}

export interface MethodComparison extends Differences {
  readonly method: string;
  readonly against: string;
}

/** The first method against each other one. All have the same cases, in the same order. */
export function compareMethods(methods: Readonly<Record<string, MethodEvaluation>>): MethodComparison[] {
  const [first, ...others] = Object.entries(methods);
  if (first === undefined) return [];
  const [method, { cases }] = first;
  return others.map(([against, other]) => ({
    method,
    against,
    ...differencesOf(cases.map((row, i) => [row, other.cases[i]!])),
  }));
}

export function summarise(rows: readonly CaseRow[]): MethodEvaluation {
  return {
    total: summary(rows),
    byCategory: grouped(rows, (r) => r.category),
    bySystem: grouped(rows, (r) => r.system),
    byServer: grouped(rows, (r) => r.server),
    byOperator: grouped(rows, (r) => r.operator),
    byRecorder: grouped(rows, (r) => r.recorder),
    wrongFirst: wrongFirsts(rows),
    reliability: reliabilitiesOf(rows),
    cases: rows,
  };
}

function summary(rows: readonly CaseRow[]): Summary {
  const guilty = rows.filter((r) => blames(r.category));
  const innocent = rows.filter((r) => !blames(r.category));
  const prefixes = rows.filter((r) => r.healthyPrefixVerdict !== null);
  return {
    cases: rows.length,
    guilty: guilty.length,
    related: rankMetrics(guilty.map((r) => r.related)),
    root: rankMetrics(guilty.map((r) => r.root)),
    path: rankMetrics(guilty.map((r) => r.path)),
    medianScope: median(guilty.map((r) => (r.related === null ? 1 : r.scope)).filter((s) => s !== null)),
    bugSaid: { right: guilty.filter((r) => r.verdictRight).length, of: guilty.length },
    verdicts: {
      right: innocent.filter((r) => r.verdictRight).length,
      of: innocent.length,
      resourceRight: innocent.filter((r) => r.resourceRight === true).length,
      suspectsNamed: innocent.reduce((sum, r) => sum + r.suspects, 0),
    },
    healthyPrefixes: {
      falseAlarms: prefixes.filter((r) => r.healthyPrefixVerdict !== 'none').length,
      of: prefixes.length,
    },
    failed: rows.filter((r) => r.status === 'failed').length,
    seconds: rows.reduce((sum, r) => sum + r.seconds, 0),
    intervals: intervalsOf(rows),
  };
}

export function rankMetrics(ranks: readonly (number | null)[]): RankMetrics {
  const within = (k: number) => ranks.filter((r) => r !== null && r <= k).length;
  const reciprocal = ranks.reduce<number>((sum, r) => sum + (r === null ? 0 : 1 / r), 0);
  return { top1: within(1), top3: within(3), top5: within(5), mrr: ranks.length === 0 ? 0 : reciprocal / ranks.length };
}

export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Rows without a key are in no group. */
function grouped(rows: readonly CaseRow[], keyOf: (row: CaseRow) => string | null): Groups {
  const groups = new Map<string, CaseRow[]>();
  for (const row of rows) {
    const key = keyOf(row);
    if (key === null) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return Object.fromEntries([...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, group]) => [k, summary(group)]));
}
