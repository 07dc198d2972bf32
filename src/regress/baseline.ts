/**
 * The baseline: what a bug set scored and cost when somebody last agreed to it. A JSON file of one case a line, sorted,
 * so that `git diff` of a new one shows what moved and nothing else. Pure.
 */
import { z } from 'zod';
import { PerfscopeError } from '../errors.js';
import { type CaseRow, type Evaluation, type MethodEvaluation, summarise } from '../evaluate/evaluation.js';
import { type Cost, TIME_FLOOR } from './cost.js';

export const BASELINE_SCHEMA_VERSION = 1;

const rank = z.number().positive().nullable();
const verdict = z.enum(['bug', 'external', 'none', 'inconclusive']).nullable();

const rowSchema = z.object({
  category: z.string(),
  root: rank,
  related: rank,
  path: rank,
  scope: z.number().nullable(),
  verdict,
  verdictRight: z.boolean(),
  externalResource: z.enum(['disk', 'network', 'peer', 'cpu']).nullable(),
  resourceRight: z.boolean().nullable(),
  healthyPrefixVerdict: verdict,
  suspects: z.number(),
  status: z.enum(['ok', 'failed']),
});

const costSchema = z.object({ time: z.record(z.string(), z.number()), memory: z.number() });

const baselineSchema = z.object({
  schemaVersion: z.literal(BASELINE_SCHEMA_VERSION),
  tool: z.object({ name: z.literal('perfscope'), version: z.string() }),
  /** Parameters that were not at their defaults. */
  parameters: z.record(z.string(), z.number()),
  methods: z.record(z.string(), z.record(z.string(), rowSchema)),
  costs: z.record(z.string(), costSchema),
});

/** One case under one method, without what is different every time. */
export type BaselineRow = z.infer<typeof rowSchema>;
/** Processor time by part and memory, in multiples of the calibration. */
export type BaselineCost = z.infer<typeof costSchema>;
export type Baseline = z.infer<typeof baselineSchema>;

export function parseBaseline(text: string, path: string): Baseline {
  const advice = 'Give what `perfscope regress --update-baseline` wrote.';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new PerfscopeError('input-format', `the baseline is not JSON: ${(error as Error).message}`, { path }, advice);
  }
  const parsed = baselineSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const message = `not a baseline: ${issue.path.join('.')}: ${issue.message}`;
  throw new PerfscopeError('input-format', message, { path }, advice);
}

/** The file: one case a line. */
export function baselineText(baseline: Baseline): string {
  const { schemaVersion, tool, parameters, methods, costs } = baseline;
  const block = (entries: Readonly<Record<string, unknown>>) => {
    const lines = sorted(entries).map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`);
    return lines.length === 0 ? '{}' : `{\n${lines.join(',\n')}\n}`;
  };
  const blocks = sorted(methods).map(([name, rows]) => `${JSON.stringify(name)}: ${block(rows)}`);
  return [
    '{',
    `"schemaVersion": ${schemaVersion},`,
    `"tool": ${JSON.stringify(tool)},`,
    `"parameters": ${JSON.stringify(Object.fromEntries(sorted(parameters)))},`,
    `"methods": {\n${blocks.join(',\n')}\n},`,
    `"costs": ${block(costs)}`,
    '}\n',
  ].join('\n');
}

/** Costs that moved less than this, up or down, keep their old figures: a new baseline shows changes, not noise. */
const COST_NOISE = 0.25;

export interface NewBaseline {
  readonly evaluation: Evaluation;
  readonly parameters: Readonly<Record<string, number>>;
  readonly costs: ReadonlyMap<string, Cost>;
  /** The run was on some of the cases only: what the old baseline says of the others stays. */
  readonly some: boolean;
}

/** The baseline that a run makes, given the one before it. */
export function makeBaseline(run: NewBaseline, old: Baseline | null): Baseline {
  const kept = run.some ? old : null;
  const methods = new Map(Object.entries(kept?.methods ?? {}));
  for (const [name, { cases }] of Object.entries(run.evaluation.methods)) {
    const rows = Object.fromEntries(cases.map((c) => [c.id, rowSchema.parse(c)]));
    methods.set(name, { ...methods.get(name), ...rows });
  }
  const costs = new Map(Object.entries(kept?.costs ?? {}));
  for (const [id, cost] of run.costs) costs.set(id, steadyCost(rounded(cost), old?.costs[id]));
  return {
    schemaVersion: BASELINE_SCHEMA_VERSION,
    tool: run.evaluation.tool,
    parameters: { ...run.parameters },
    methods: Object.fromEntries(methods),
    costs: Object.fromEntries(costs),
  };
}

/** What a baseline does not keep of a case. */
const UNTOLD = {
  system: '',
  server: '',
  operator: null,
  recorder: null,
  odds: null,
  healthyPrefixOdds: null,
  seconds: 0,
  error: null,
  first: [],
  relatedFirst: [],
};

/** What the baseline says as an evaluation, of the cases for which `keep` holds. */
export function baselineEvaluation(
  baseline: Baseline,
  keep: (method: string, id: string) => boolean,
): Readonly<Record<string, MethodEvaluation>> {
  const rows = (method: string, cases: Readonly<Record<string, BaselineRow>>) =>
    sorted(cases)
      .filter(([id]) => keep(method, id))
      .map(([id, row]): CaseRow => ({ id, ...UNTOLD, ...row }));
  return Object.fromEntries(Object.entries(baseline.methods).map(([m, cases]) => [m, summarise(rows(m, cases))]));
}

/** What a person reviews: `-` and `+` before each entry that went and came, by method (or `cost`) and case. */
export function baselineDiff(old: Baseline | null, now: Baseline): string {
  const [before, after] = [entries(old), entries(now)];
  const keys = [...new Set([...before.keys(), ...after.keys()])].sort(compare);
  const line = (sign: string, key: string, value: string | undefined) =>
    value === undefined ? '' : `${sign} ${key} ${value}\n`;
  return keys
    .filter((key) => before.get(key) !== after.get(key))
    .map((key) => line('-', key, before.get(key)) + line('+', key, after.get(key)))
    .join('');
}

function entries(baseline: Baseline | null): Map<string, string> {
  const out = new Map<string, string>();
  if (baseline === null) return out;
  for (const [name, value] of Object.entries(baseline.parameters)) out.set(`parameter ${name}`, String(value));
  for (const [id, cost] of Object.entries(baseline.costs)) out.set(`cost ${id}`, JSON.stringify(cost));
  for (const [method, rows] of Object.entries(baseline.methods))
    for (const [id, row] of Object.entries(rows)) out.set(`${method} ${id}`, JSON.stringify(row));
  return out;
}

function rounded(cost: Cost): BaselineCost {
  const figure = (n: number) => Number(n.toPrecision(3));
  return {
    time: Object.fromEntries(Object.entries(cost.time).map(([part, n]) => [part, figure(n)])),
    memory: figure(cost.memory),
  };
}

function steadyCost(now: BaselineCost, old: BaselineCost | undefined): BaselineCost {
  if (old === undefined) return now;
  const steady = (n: number, before: number | undefined, floor: number) =>
    before !== undefined && Math.abs(n - before) <= Math.max(COST_NOISE * before, floor) ? before : n;
  const time = Object.entries(now.time).map(([part, n]) => [part, steady(n, old.time[part], TIME_FLOOR)]);
  return { time: Object.fromEntries(time) as BaselineCost['time'], memory: steady(now.memory, old.memory, 0) };
}

function sorted<T>(record: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(record).sort(([a], [b]) => compare(a, b));
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
