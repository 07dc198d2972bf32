/** What moved between two documents of the same kind: two results, or two evaluations. Pure. */
import { serverOf } from '../evaluate/case-keys.js';
import type { CaseRow, Evaluation, MethodEvaluation } from '../evaluate/evaluation.js';
import { type Differences, differencesOf } from '../evaluate/measures.js';
import type { ResultDocument, Verdict } from '../result.js';

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

/** The document of `compare`, version 1. */
export interface Comparison {
  readonly schemaVersion: 1;
  readonly kind: 'result' | 'evaluation';
  readonly parts: readonly ComparedPart[];
  /** Something moved, timings aside. */
  readonly changed: boolean;
}

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
  return document('result', [{ title: after.trace.path, verdicts, ranks, totals, differences: null }]);
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

function document(kind: Comparison['kind'], parts: readonly ComparedPart[]): Comparison {
  const changed = parts.some((p) => p.verdicts.length + p.ranks.length + p.totals.length > 0);
  return { schemaVersion: 1, kind, parts, changed };
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
