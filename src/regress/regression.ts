/** The document of `regress`, version 1. Every report of it is made of it alone. Pure. */
import { type Comparison, compareEvaluations } from '../coordinator/compare.js';
import { type Evaluation, median, summarise } from '../evaluate/evaluation.js';
import { type Gate, crossedGates } from '../evaluate/gates.js';
import { DEFAULT_PARAMETERS } from '../parameters.js';
import { type Baseline, type BaselineCost, baselineEvaluation } from './baseline.js';
import { type Changes, type Compared, changesOf } from './changes.js';
import type { Cost } from './cost.js';
import { type GateLimits, type GateResult, judge } from './gates.js';

export interface Regression {
  readonly schemaVersion: 1;
  readonly tool: { readonly name: 'perfscope'; readonly version: string };
  /** ISO 8601, UTC. */
  readonly at: string;
  /** What the caller calls this run: a commit, a build number. */
  readonly label: string | null;
  readonly status: 'ok' | 'partial';
  readonly passed: boolean;
  /** Empty when there was no baseline. */
  readonly gates: readonly GateResult[];
  /** What moved, for better or worse, over the cases that both have. */
  readonly comparison: Comparison;
  /** "method case" of what the baseline does not have. */
  readonly newCases: readonly string[];
  /** Parameters that were not at their defaults, then and now, where they differ. */
  readonly otherParameters: readonly string[];
  readonly costs: Readonly<Record<string, CaseCost>>;
  /** Medians over the cases; null when none was measured. */
  readonly calibration: { readonly seconds: number; readonly bytes: number } | null;
  readonly evaluation: Evaluation;
}

/** In multiples of the calibration. */
export interface CaseCost {
  readonly before: BaselineCost | null;
  readonly after: BaselineCost;
}

export interface Run {
  readonly evaluation: Evaluation;
  readonly costs: ReadonlyMap<string, Cost>;
  /** Only some cases were asked for. */
  readonly some: boolean;
}

/** What is worse than in the baseline. */
export function changesSince(baseline: Baseline, run: Run): Changes {
  return changesOf(comparedWith(baseline, run));
}

export function regression(
  run: Run,
  against: { readonly baseline: Baseline | null; readonly limits: GateLimits; readonly gates: readonly Gate[] },
  when: { readonly at: string; readonly label: string | null },
): Regression {
  const { evaluation } = run;
  const { baseline } = against;
  const totals = against.gates.map((gate): GateResult => {
    const reasons = crossedGates(evaluation, [gate]);
    const condition = `${gate.field} ${gate.relation} ${gate.bound}`;
    return { name: 'total', condition, value: reasons.length, crossed: reasons.length > 0, reasons };
  });
  const gates = [...(baseline === null ? [] : judge(changesSince(baseline, run), against.limits)), ...totals];
  const costs = [...run.costs].sort(([a], [b]) => (a < b ? -1 : 1));
  const calibrations = costs.map(([, c]) => c.calibration);
  const seconds = median(calibrations.map((c) => c.seconds));
  return {
    schemaVersion: 1,
    tool: evaluation.tool,
    at: when.at,
    label: when.label,
    status: evaluation.status,
    passed: evaluation.status === 'ok' && gates.every((g) => !g.crossed),
    gates,
    comparison: movesSince(baseline, run),
    newCases: Object.entries(evaluation.methods).flatMap(([method, { cases }]) =>
      cases.filter((c) => baseline?.methods[method]?.[c.id] === undefined).map((c) => `${method} ${c.id}`),
    ),
    otherParameters: baseline === null ? [] : otherParameters(baseline.parameters, givenParameters(evaluation)),
    costs: Object.fromEntries(
      costs.map(([id, { time, memory }]) => [id, { before: baseline?.costs[id] ?? null, after: { time, memory } }]),
    ),
    calibration: seconds === null ? null : { seconds, bytes: median(calibrations.map((c) => c.bytes))! },
    evaluation,
  };
}

/** The parameters that are not at their defaults. */
export function givenParameters(evaluation: Evaluation): Record<string, number> {
  const defaults: Readonly<Record<string, number>> = DEFAULT_PARAMETERS;
  return Object.fromEntries(Object.entries(evaluation.parameters).filter(([name, value]) => defaults[name] !== value));
}

/** Sums over the cases that have both sides (`before`, `shared`), and over all of this run (`after`). */
export function totalCosts({ costs }: Pick<Regression, 'costs'>): Record<'before' | 'shared' | 'after', BaselineCost> {
  const all = Object.values(costs);
  const both = all.filter((c) => c.before !== null);
  return {
    before: total(both.map((c) => c.before!)),
    shared: total(both.map((c) => c.after)),
    after: total(all.map((c) => c.after)),
  };
}

function total(costs: readonly BaselineCost[]): BaselineCost {
  const time: Record<string, number> = {};
  for (const cost of costs) for (const [part, n] of Object.entries(cost.time)) time[part] = (time[part] ?? 0) + n;
  return { time, memory: costs.reduce((sum, c) => sum + c.memory, 0) };
}

function comparedWith(baseline: Baseline, run: Run): Compared {
  const { before, after } = commonEvaluations(baseline, run.evaluation, (a, b) => a === 'ok' && b === 'ok');
  return {
    baseline,
    methods: run.evaluation.methods,
    common: Object.fromEntries(
      Object.keys(after).map((m) => [m, { before: before[m]!.total, after: after[m]!.total }]),
    ),
    costs: run.costs,
    some: run.some || run.evaluation.status === 'partial',
  };
}

function movesSince(baseline: Baseline | null, { evaluation }: Run): Comparison {
  if (baseline === null) return compareEvaluations({ methods: {} }, { methods: {} });
  const { before, after } = commonEvaluations(baseline, evaluation, () => true);
  return compareEvaluations({ methods: before }, { methods: after });
}

type Status = 'ok' | 'failed';

/** Both sides, of the methods and cases that both have and `keep` wants. */
function commonEvaluations(baseline: Baseline, { methods }: Evaluation, keep: (was: Status, is: Status) => boolean) {
  const rowsNow = new Map(Object.entries(methods).map(([m, { cases }]) => [m, new Map(cases.map((c) => [c.id, c]))]));
  const common = (method: string, id: string) => {
    const [was, is] = [baseline.methods[method]?.[id], rowsNow.get(method)?.get(id)];
    return was !== undefined && is !== undefined && keep(was.status, is.status);
  };
  const known = Object.entries(methods).filter(([m]) => baseline.methods[m] !== undefined);
  const before = baselineEvaluation(baseline, common);
  return {
    before: Object.fromEntries(known.map(([m]) => [m, before[m]!])),
    after: Object.fromEntries(known.map(([m, { cases }]) => [m, summarise(cases.filter((c) => common(m, c.id)))])),
  };
}

function otherParameters(before: Readonly<Record<string, number>>, after: Readonly<Record<string, number>>): string[] {
  const value = (n: number | undefined) => (n === undefined ? 'default' : String(n));
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => before[name] !== after[name])
    .sort()
    .map((name) => `${name} ${value(before[name])} -> ${value(after[name])}`);
}
