/** What moved between two documents of the same kind: two results (of two traces, or of two windows), or two evaluations. Pure. */
import { serverOf } from '../evaluate/case-keys.js';
import type { CaseRow, Evaluation, MethodEvaluation } from '../evaluate/evaluation.js';
import { type Differences, differencesOf } from '../evaluate/measures.js';
import { clusteringOptions } from '../outliers/clustering.js';
import { DEFAULT_PARAMETERS } from '../parameters.js';
import type { ResultDocument, Verdict } from '../result.js';
import { comparedStacks } from '../stacks/compared-stacks.js';
import type { StackProfile } from '../stacks/stack-profile.js';
import { TOOL } from '../version.js';
import { type ComparedWork, comparedWork } from '../work/compared.js';

export interface Move {
  readonly name: string;
  /** Null: not there. */
  readonly before: number | null;
  readonly after: number | null;
}

export interface VerdictChange {
  readonly before: Verdict | null;
  readonly after: Verdict | null;
}

/** The document of `compare`, version 2 (1 knew of no windows). */
export interface Comparison {
  readonly schemaVersion: 2;
  readonly tool: { readonly name: 'perfscope'; readonly version: string };
  readonly kind: 'result' | 'evaluation';
  readonly parts: readonly ComparedPart[];
  /** Something moved, timings aside. */
  readonly changed: boolean;
  /** Of results: what the windows themselves tell; null of evaluations. */
  readonly windows: ComparedWindows | null;
}

export interface ComparedWindows {
  readonly before: ComparedWindow;
  readonly after: ComparedWindow;
  /** Null where a result lacks its section `work`. */
  readonly work: ComparedWork | null;
  /** Before: the first window, after: the second. Null where a result lacks its section `stacks`. */
  readonly stacks: StackProfile | null;
}

export interface ComparedWindow {
  readonly trace: string;
  readonly clock: string;
  /** Seconds on the trace's own clock of its first event. */
  readonly startedAt: number;
  /** Seconds since the trace's first event. */
  readonly from: number;
  readonly to: number;
  /** Calls of the window. */
  readonly events: number;
  readonly skippedLines: number;
  readonly signatures: string | null;
  readonly verdict: Verdict;
  readonly suspects: readonly { readonly function: string; readonly confidence: number }[];
}

/** Named of each side. */
const SUSPECTS = 10;

/** Suspects of two results, or the cases of one method of two evaluations. */
export interface ComparedPart {
  readonly title: string;
  /** Verdicts that differ, by the name of the case ('' for a result). */
  readonly verdicts: readonly (VerdictChange & { readonly name: string })[];
  /** Ranks that differ: of suspects, or the related rank of cases. Best rank (of either side) first. */
  readonly ranks: readonly Move[];
  /** Totals that differ. */
  readonly totals: readonly Move[];
  /** Of evaluations: after minus before, over the cases that both have; null for results. */
  readonly differences: Differences | null;
}

export function compareResults(before: ResultDocument, after: ResultDocument): Comparison {
  const ranks = moves(rankMap(before), rankMap(after));
  const verdicts = before.verdict === after.verdict ? [] : [{ name: '', before: before.verdict, after: after.verdict }];
  const totals = moves(
    new Map([
      ['events', before.trace.events],
      ['abnormal units', before.units.abnormal],
    ]),
    new Map([
      ['events', after.trace.events],
      ['abnormal units', after.units.abnormal],
    ]),
  );
  const windows = { before: windowOf(before), after: windowOf(after) };
  const [was, is] = [before.work, after.work];
  const work =
    was && is ? comparedWork(was, is, clusteringOptions({ ...DEFAULT_PARAMETERS, ...after.parameters })) : null;
  const stacks = before.stacks && after.stacks ? comparedStacks(before.stacks, after.stacks) : null;
  const part = { title: after.trace.path, verdicts, ranks, totals, differences: null };
  return document('result', [part], { ...windows, work, stacks });
}

function windowOf({ trace, window, activity, signatures, verdict, suspects }: ResultDocument): ComparedWindow {
  const { path, clock, startedAt, events, skippedLines } = trace;
  return {
    trace: path,
    clock,
    startedAt,
    ...window,
    events: activity?.reduce((sum, n) => sum + n, 0) ?? events,
    skippedLines,
    signatures: signatures?.path ?? null,
    verdict,
    suspects: suspects.slice(0, SUSPECTS).map((s) => ({ function: s.function, confidence: s.confidence })),
  };
}

export function compareEvaluations(
  before: Pick<Evaluation, 'methods'>,
  after: Pick<Evaluation, 'methods'>,
): Comparison {
  const methods = [...new Set([...Object.keys(before.methods), ...Object.keys(after.methods)])];
  const parts = methods.map((method): ComparedPart => {
    const [a, b] = [before.methods[method], after.methods[method]];
    const ranksOf = (m: typeof a) => new Map((m?.cases ?? []).map((c) => [c.id, c.related]));
    const verdictsOf = (m: typeof a) => new Map((m?.cases ?? []).map((c) => [c.id, c.verdict]));
    const [va, vb] = [verdictsOf(a), verdictsOf(b)];
    const names = [...new Set([...va.keys(), ...vb.keys()])];
    const verdicts = names
      .map((name) => ({ name, before: va.get(name) ?? null, after: vb.get(name) ?? null }))
      .filter((v) => v.before !== v.after);
    return {
      title: method,
      verdicts,
      ranks: moves(ranksOf(a), ranksOf(b)),
      totals: totalMoves(a, b),
      differences: differencesOf(commonCases(a?.cases ?? [], b?.cases ?? [])),
    };
  });
  return document('evaluation', parts);
}

function document(
  kind: Comparison['kind'],
  parts: readonly ComparedPart[],
  windows: ComparedWindows | null = null,
): Comparison {
  const work = windows?.work ?? null;
  const changed =
    parts.some((p) => p.verdicts.length + p.ranks.length + p.totals.length > 0) ||
    (work !== null && work.kinds.length + work.episodes.fresh.length + work.episodes.gone.length > 0);
  return { schemaVersion: 2, tool: TOOL, kind, parts, changed, windows };
}

type Scored = MethodEvaluation | undefined;

/** Totals that one of two documents does not tell, being older, did not move. */
function totalMoves(a: Scored, b: Scored): Move[] {
  const [before, after] = [numbers(a?.total), numbers(b?.total)];
  const told = (name: string) => a === undefined || b === undefined || (before.has(name) && after.has(name));
  return moves(before, after).filter((m) => told(m.name));
}

/** Pairs (after, before) of the cases that both have. */
function commonCases(before: readonly CaseRow[], after: readonly CaseRow[]): [CaseRow, CaseRow][] {
  const known = new Map(before.map((row) => [row.id, row]));
  return after.flatMap((row): [CaseRow, CaseRow][] => {
    const old = known.get(row.id);
    // Older documents do not tell the server.
    return old === undefined ? [] : [[{ ...row, server: row.server ?? serverOf(row) }, old]];
  });
}

function rankMap(d: ResultDocument): Map<string, number> {
  const map = new Map<string, number>();
  for (const s of d.suspects) if (!map.has(s.function)) map.set(s.function, s.rank);
  return map;
}

function moves(before: ReadonlyMap<string, number | null>, after: ReadonlyMap<string, number | null>): Move[] {
  const out: Move[] = [];
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const move = { name, before: before.get(name) ?? null, after: after.get(name) ?? null };
    if (move.before !== move.after) out.push(move);
  }
  const best = (m: Move) => Math.min(m.before ?? Infinity, m.after ?? Infinity);
  return out.sort((a, b) => best(a) - best(b));
}

/** Numbers of a nested object by their paths; without times, which always move, and intervals, which follow the rest. */
function numbers(value: object | undefined, prefix = ''): Map<string, number | null> {
  const out = new Map<string, number | null>();
  for (const [key, v] of Object.entries(value ?? {})) {
    if (key === 'seconds' || key === 'intervals') continue;
    if (typeof v === 'number' || v === null) out.set(prefix + key, v as number | null);
    else if (typeof v === 'object') for (const [k, n] of numbers(v as object, `${prefix}${key}.`)) out.set(k, n);
  }
  return out;
}
