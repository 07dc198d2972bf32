/** What is worse than in the baseline, by the gate that minds it. Pure. */
import type { CaseRow, MethodEvaluation, Summary } from '../evaluate/evaluation.js';
import type { Baseline, BaselineCost, BaselineRow } from './baseline.js';
import { type Cost, TIME_FLOOR } from './cost.js';
import type { GateName } from './gates.js';

export interface Change {
  /** Null: it concerns a total. */
  readonly method: string | null;
  readonly case: string | null;
  /** 1 for what is counted, else the figure that the gate's limit is held against. */
  readonly value: number;
  readonly text: string;
}

export type Changes = { readonly [Name in GateName]: readonly Change[] };

export interface Compared {
  readonly baseline: Baseline;
  /** What was run. */
  readonly methods: Readonly<Record<string, MethodEvaluation>>;
  /** Summaries of before and after over the cases that both have, and that failed in neither. */
  readonly common: Readonly<Record<string, { readonly before: Summary; readonly after: Summary }>>;
  readonly costs: ReadonlyMap<string, Pick<Cost, 'time' | 'memory'>>;
  /** Only some cases were asked for, so the others are not missing. */
  readonly some: boolean;
}

export function changesOf(compared: Compared): Changes {
  const pairs = pairsOf(compared);
  const sound = pairs.filter((p) => p.after.status === 'ok' && p.before.status === 'ok');
  const costs = costPairs(compared);
  return {
    worseRanks: sound.flatMap(worseRanks),
    worseVerdicts: sound.flatMap(worseVerdicts),
    newFailures: pairs
      .filter((p) => p.after.status === 'failed' && p.before.status === 'ok')
      .map((p) => one(p, `failed: ${p.after.error ?? 'for no reason told'}`)),
    missingCases: compared.some ? [] : missing(compared),
    ...lostTotals(compared),
    caseTime: costs.flatMap(({ id, before, after }) =>
      slower(before.time, after.time, TIME_FLOOR).map((c) => ({ ...c, case: id, text: `${id}: ${c.text}` })),
    ),
    totalTime: slower(sumTimes(costs.map((c) => c.before)), sumTimes(costs.map((c) => c.after)), TIME_FLOOR).map(
      (c) => ({ ...c, text: `all cases: ${c.text}` }),
    ),
    caseMemory: costs.map(({ id, before, after }) => larger(id, before.memory, after.memory)),
    totalMemory:
      costs.length === 0
        ? []
        : [larger(null, sum(costs.map((c) => c.before.memory)), sum(costs.map((c) => c.after.memory)))],
  };
}

interface Pair {
  readonly method: string;
  readonly before: BaselineRow;
  readonly after: CaseRow;
}

function pairsOf({ baseline, methods }: Compared): Pair[] {
  return Object.entries(methods).flatMap(([method, { cases }]) =>
    cases.flatMap((after) => {
      const before = baseline.methods[method]?.[after.id];
      return before === undefined ? [] : [{ method, before, after }];
    }),
  );
}

function one(pair: Pair, text: string): Change {
  const { method, after } = pair;
  return { method, case: after.id, value: 1, text: `${method} ${after.id}: ${text}` };
}

const RANKS = ['related', 'root', 'path'] as const;

function worseRanks(pair: Pair): Change[] {
  const { before, after } = pair;
  const worse = RANKS.filter((r) => (after[r] ?? Infinity) > (before[r] ?? Infinity));
  const rank = (r: number | null) => (r === null ? 'none' : String(r));
  const words = worse.map((r) => `${r} rank ${rank(before[r])} -> ${rank(after[r])}`);
  return worse.length === 0 ? [] : [one(pair, words.join(', '))];
}

function worseVerdicts(pair: Pair): Change[] {
  const { before, after } = pair;
  const words: string[] = [];
  if (before.verdictRight && !after.verdictRight) words.push(`verdict ${before.verdict} -> ${after.verdict}`);
  else if (before.resourceRight === true && after.resourceRight === false)
    words.push(`resource ${before.externalResource} -> ${after.externalResource ?? 'none'}`);
  const [was, is] = [before.healthyPrefixVerdict, after.healthyPrefixVerdict];
  if (was === 'none' && is !== 'none') words.push(`verdict on the healthy prefix none -> ${is ?? 'not told'}`);
  return words.length === 0 ? [] : [one(pair, words.join(', '))];
}

function missing({ baseline, methods }: Compared): Change[] {
  return Object.entries(baseline.methods).flatMap(([method, rows]): Change[] => {
    const run = methods[method];
    if (run === undefined) return [{ method, case: null, value: 1, text: `method ${method} was not run` }];
    const ids = new Set(run.cases.map((c) => c.id));
    return Object.keys(rows)
      .filter((id) => !ids.has(id))
      .map((id) => ({ method, case: id, value: 1, text: `${method} ${id}: not in the bug set any more` }));
  });
}

function lostTotals({ common }: Compared): Pick<Changes, 'lostTop' | 'lostMrr'> {
  const lostTop: Change[] = [];
  const lostMrr: Change[] = [];
  for (const [method, { before, after }] of Object.entries(common)) {
    const lost = (into: Change[], what: string, a: number, b: number) => {
      if (b < a) into.push({ method, case: null, value: a - b, text: `${method}: ${what} ${short(a)} -> ${short(b)}` });
    };
    for (const r of RANKS)
      for (const k of ['top1', 'top3', 'top5'] as const) lost(lostTop, `${r}.${k}`, before[r][k], after[r][k]);
    lost(lostMrr, 'related.mrr', before.related.mrr, after.related.mrr);
  }
  return { lostTop, lostMrr };
}

interface CostPair {
  readonly id: string;
  readonly before: BaselineCost;
  readonly after: Pick<Cost, 'time' | 'memory'>;
}

/** Cases that were measured then and now, and did not fail now: one that fails early costs little. */
function costPairs({ baseline, methods, costs }: Compared): CostPair[] {
  const failed = new Set(
    Object.values(methods).flatMap(({ cases }) => cases.filter((c) => c.status === 'failed').map((c) => c.id)),
  );
  return [...costs].flatMap(([id, after]) => {
    const before = baseline.costs[id];
    return before === undefined || failed.has(id) ? [] : [{ id, before, after }];
  });
}

type Times = Readonly<Record<string, number>>;

/** Parts that took longer, by more than `floor`. */
function slower(before: Times, after: Times, floor: number): Change[] {
  return Object.entries(before).flatMap(([part, was]) => {
    const is = after[part];
    if (is === undefined || is - was <= floor) return [];
    const value = is / was;
    return [
      { method: null, case: null, value, text: `${part} takes ${short(value)} times as long (${units(was, is)})` },
    ];
  });
}

function larger(id: string | null, was: number, is: number): Change {
  const value = is / was;
  return {
    method: null,
    case: id,
    value,
    text: `${id ?? 'all cases'}: ${short(value)} times the memory (${units(was, is)})`,
  };
}

const units = (was: number, is: number) => `${short(was)} -> ${short(is)} calibrations`;

function sumTimes(costs: readonly { readonly time: Times }[]): Times {
  const out: Record<string, number> = {};
  // A part that only one side has would make the sums differ; `slower` looks at parts that both have.
  for (const { time } of costs) for (const [part, n] of Object.entries(time)) out[part] = (out[part] ?? 0) + n;
  return out;
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

function short(n: number): string {
  return Number.isInteger(n) ? String(n) : n.toPrecision(3);
}
