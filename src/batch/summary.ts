/**
 * One document for all incidents of a results folder: what became of each, which functions recur over incidents,
 * programs, hosts and time, and which incidents look alike. Made from the result files alone, in the order of their ids.
 */
import type { ErrorCode } from '../errors.js';
import type { ResultDocument, Verdict } from '../result.js';
import { TOOL } from '../version.js';
import { type Features, alike, episodesOf, featuresOf } from './alike.js';
import { Texts } from './compact.js';
import { type IncidentDocument, type IncidentRecord, isFailure } from './job.js';

export const SUMMARY_SCHEMA_VERSION = 1;

export interface IncidentRow {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly status: 'ok' | 'failed';
  readonly program: string | null;
  readonly verdict: Verdict | null;
  readonly externalResource: string | null;
  /** ISO 8601, where the trace has a wall clock. */
  readonly startedAt: string | null;
  readonly span: number | null;
  readonly events: number | null;
  readonly suspects: readonly { readonly rank: number; readonly function: string; readonly confidence: number }[];
  /** Codes of its warnings: damaged-input, truncated-input, skipped-lines, ... */
  readonly warnings: readonly string[];
  readonly error: { readonly code: ErrorCode; readonly message: string; readonly attempts: number } | null;
}

/** Where and when something was seen. */
interface Spread {
  readonly incidents: readonly string[];
  readonly hosts: readonly string[];
  readonly first: string | null;
  readonly last: string | null;
  /** Days (UTC) on which it was seen. */
  readonly days: number;
}

export interface RecurringFunction extends Spread {
  readonly function: string;
  readonly programs: readonly string[];
  readonly bestRank: number;
}

export interface AlikeIncidents extends Spread {
  readonly program: string;
  /** Functions suspected in most of them, by how often and how high. */
  readonly functions: readonly string[];
  readonly episodes: readonly string[];
}

export interface BatchSummary {
  readonly schemaVersion: 1;
  readonly tool: { readonly name: 'perfscope'; readonly version: string };
  readonly status: 'ok' | 'partial';
  readonly total: {
    readonly incidents: number;
    readonly analysed: number;
    readonly failed: number;
    /** Analysed, though part of the input was damaged or cut off. */
    readonly damaged: number;
    readonly pending: number;
    readonly verdicts: Readonly<Record<Verdict, number>>;
  };
  readonly functions: readonly RecurringFunction[];
  readonly alike: readonly AlikeIncidents[];
  readonly incidents: readonly IncidentRow[];
}

/** Suspects that count as named. */
const NAMED = 5;
const LISTED = 5;
const DAMAGE = new Set(['damaged-input', 'truncated-input', 'skipped-lines']);

/** Takes documents one by one, so that they need not be in memory together. */
export class Summariser {
  private readonly rows: IncidentRow[] = [];
  private readonly features = new Map<string, Features>();
  private readonly episodes = new Map<string, ReadonlyMap<string, number>>();
  private readonly texts = new Texts();

  add(record: Pick<IncidentRecord, 'id' | 'name' | 'labels'>, document: IncidentDocument): void {
    const { id, name, labels } = record;
    if (isFailure(document)) {
      const { code, message } = document.error;
      const error = { code, message, attempts: document.attempts };
      this.rows.push({ id, name, labels, status: 'failed', ...NOTHING, program: labels['program'] ?? null, error });
      return;
    }
    this.rows.push({ id, name, labels, ...rowOf(document, this.texts) });
    if (document.verdict !== 'bug') return;
    this.features.set(id, this.shared(featuresOf(document)));
    const heard = new Map<string, number>();
    for (const s of document.suspects.filter((x) => x.rank <= NAMED))
      for (const [e, w] of episodesOf(s)) heard.set(e, (heard.get(e) ?? 0) + w / s.rank);
    this.episodes.set(id, this.shared(heard));
  }

  private shared(weights: Features): Features {
    return new Map([...weights].map(([key, weight]) => [this.texts.one(key), weight]));
  }

  /** `pending`: incidents that are still to be done. */
  finish(pending = 0): BatchSummary {
    const rows = [...this.rows].sort((a, b) => (a.id < b.id ? -1 : 1));
    const analysed = rows.filter((r) => r.status === 'ok');
    const count = (verdict: Verdict) => analysed.filter((r) => r.verdict === verdict).length;
    return {
      schemaVersion: SUMMARY_SCHEMA_VERSION,
      tool: TOOL,
      status: pending > 0 ? 'partial' : 'ok',
      total: {
        incidents: rows.length + pending,
        analysed: analysed.length,
        failed: rows.length - analysed.length,
        damaged: analysed.filter(isDamaged).length,
        pending,
        verdicts: {
          bug: count('bug'),
          external: count('external'),
          none: count('none'),
          inconclusive: count('inconclusive'),
        },
      },
      functions: recurring(analysed),
      alike: this.clusters(analysed),
      incidents: rows,
    };
  }

  private clusters(rows: readonly IncidentRow[]): AlikeIncidents[] {
    const byId = new Map(rows.map((r) => [r.id, r]));
    const comparable = rows.flatMap((r) => {
      const features = this.features.get(r.id);
      return features === undefined ? [] : [{ id: r.id, group: r.program ?? '', features }];
    });
    return alike(comparable)
      .filter((ids) => ids.length > 1)
      .map((ids) => {
        const members = ids.map((id) => byId.get(id)!);
        const functions = heaviest(members.flatMap((r) => r.suspects.map((s) => [s.function, 1 / s.rank] as const)));
        const episodes = heaviest(ids.flatMap((id) => [...this.episodes.get(id)!]));
        return { program: members[0]!.program ?? '', functions, episodes, ...spreadOf(members) };
      });
  }
}

export function isDamaged(row: IncidentRow): boolean {
  return row.warnings.some((w) => DAMAGE.has(w));
}

const NOTHING = {
  verdict: null,
  externalResource: null,
  startedAt: null,
  span: null,
  events: null,
  suspects: [],
  warnings: [],
} as const;

function rowOf(d: ResultDocument, texts: Texts): Omit<IncidentRow, 'id' | 'name' | 'labels'> {
  const named = d.suspects.filter((s) => s.rank <= NAMED);
  const program = d.signatures?.program;
  return {
    status: 'ok',
    program: program === undefined ? null : texts.one(program),
    verdict: d.verdict,
    externalResource: d.externalResource,
    startedAt: d.trace.clock === 'epoch' ? new Date(d.trace.startedAt * 1000).toISOString() : null,
    span: d.trace.span,
    events: d.trace.events,
    suspects: named.map((s) => ({ rank: s.rank, function: texts.one(s.function), confidence: s.confidence })),
    warnings: [...new Set(d.warnings.map((w) => texts.one(w.code)))].sort(),
    error: null,
  };
}

function recurring(rows: readonly IncidentRow[]): RecurringFunction[] {
  const seen = new Map<string, IncidentRow[]>();
  const best = new Map<string, number>();
  for (const row of rows) {
    if (row.verdict !== 'bug') continue;
    for (const { function: name, rank } of row.suspects) {
      const at = seen.get(name);
      if (at === undefined) seen.set(name, [row]);
      else at.push(row);
      best.set(name, Math.min(rank, best.get(name) ?? Infinity));
    }
  }
  return [...seen]
    .map(([name, where]) => ({
      function: name,
      programs: unique(where.map((r) => r.program)),
      bestRank: best.get(name)!,
      ...spreadOf(where),
    }))
    .sort(
      (a, b) =>
        b.incidents.length - a.incidents.length || a.bestRank - b.bestRank || (a.function < b.function ? -1 : 1),
    );
}

function spreadOf(rows: readonly IncidentRow[]): Spread {
  const times = rows.flatMap((r) => (r.startedAt === null ? [] : [r.startedAt])).sort();
  return {
    incidents: rows.map((r) => r.id),
    hosts: unique(rows.map((r) => r.labels['host'])),
    first: times[0] ?? null,
    last: times.at(-1) ?? null,
    days: new Set(times.map((t) => t.slice(0, 10))).size,
  };
}

function heaviest(pairs: readonly (readonly [string, number])[]): string[] {
  const sums = new Map<string, number>();
  for (const [key, weight] of pairs) sums.set(key, (sums.get(key) ?? 0) + weight);
  const sorted = [...sums].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return sorted.slice(0, LISTED).map(([key]) => key);
}

function unique(values: readonly (string | null | undefined)[]): string[] {
  return [...new Set(values.flatMap((v) => (v === null || v === undefined || v === '' ? [] : [v])))].sort();
}
