/** Reports of a batch: what recurs, what looks alike, what failed. */
import pc from 'picocolors';
import { jsonReporter } from '../report/json.js';
import { code, markdownTable, plain } from '../report/markdown-text.js';
import type { Reporter } from '../report/reporter.js';
import { table } from '../report/columns.js';
import { grouped, plural } from '../report/text.js';
import {
  type AlikeIncidents,
  type BatchSummary,
  type IncidentRow,
  type RecurringFunction,
  isDamaged,
} from './summary.js';
import { visibleIn } from '../lib/visible.js';
import { forAnyNames } from '../report/any-names.js';

/** Rows of each table: the rest is in summary.json. */
const SHOWN = 20;

const RIGHT = { align: 'right' as const };

function totals(s: BatchSummary): string[] {
  const { incidents, analysed, failed, damaged, pending, verdicts } = s.total;
  const lines = [
    `${plural(incidents, 'incident')}: ${grouped(analysed)} analysed, ${grouped(failed)} failed` +
      (pending > 0 ? `, ${grouped(pending)} not done yet` : ''),
    `verdicts: ${Object.entries(verdicts)
      .map(([v, n]) => `${grouped(n)} ${v}`)
      .join(', ')}`,
  ];
  if (damaged > 0) lines.push(`${grouped(damaged)} of the analysed were damaged in part`);
  return lines;
}

const FUNCTION_HEADER = ['function', 'incidents', 'best rank', 'programs', 'hosts', 'first', 'last', 'days'];
const functionRow = (f: RecurringFunction): string[] => [
  f.function,
  grouped(f.incidents.length),
  String(f.bestRank),
  f.programs.join(', '),
  f.hosts.length === 0 ? '-' : grouped(f.hosts.length),
  day(f.first),
  day(f.last),
  String(f.days),
];

const ALIKE_HEADER = ['incidents', 'program', 'functions', 'hosts', 'first', 'last', 'example'];
const alikeRow = (a: AlikeIncidents): string[] => [
  grouped(a.incidents.length),
  a.program,
  a.functions.slice(0, 3).join(', '),
  a.hosts.length === 0 ? '-' : grouped(a.hosts.length),
  day(a.first),
  day(a.last),
  a.incidents[0]!,
];

const recurs = (s: BatchSummary) => s.functions.filter((f) => f.incidents.length > 1);
const failures = (s: BatchSummary) => s.incidents.filter((r) => r.error !== null);
const day = (time: string | null) => (time === null ? '-' : time.slice(0, 10));
const rest = (shown: number, all: number) =>
  all > shown ? [`and ${grouped(all - shown)} more: see summary.json`] : [];

/** A terminal has no room for all columns. */
function narrow(header: readonly string[], rows: readonly string[][], without: readonly string[]) {
  const kept = header.map((title) => !without.includes(title));
  const some = (cells: readonly string[]) => cells.filter((_, k) => kept[k]);
  return { header: some(header), rows: rows.map(some) };
}

const tableReporter: Reporter<BatchSummary> = {
  id: 'table',
  what: 'what recurs, what looks alike, what failed',
  extension: 'txt',
  render(s, { width, color }) {
    const paint = pc.createColors(color);
    const dim = (text: string, row: number) => (row < 0 ? paint.dim(text) : text);
    const lines = totals(s);
    const section = (title: string, body: readonly string[]) => lines.push('', paint.bold(title), ...body);
    const functions = recurs(s);
    if (functions.length > 0) {
      const shown = narrow(FUNCTION_HEADER, functions.slice(0, SHOWN).map(functionRow), ['first', 'days']);
      const columns = shown.header.map((title, k) =>
        k === 0 ? { title, shrinkTo: 24 } : k === 3 ? { title, shrinkTo: 8 } : { title, ...RIGHT },
      );
      section('Functions that recur', [...table(columns, shown.rows, width, dim), ...rest(SHOWN, functions.length)]);
    }
    if (s.alike.length > 0) {
      const shown = narrow(ALIKE_HEADER, s.alike.slice(0, SHOWN).map(alikeRow), ['first', 'example']);
      const columns = shown.header.map((title, k) =>
        k === 2 ? { title, shrinkTo: 24 } : k === 1 ? { title, shrinkTo: 8 } : { title, ...RIGHT },
      );
      section('Incidents that look alike', [...table(columns, shown.rows, width, dim), ...rest(SHOWN, s.alike.length)]);
    }
    const failed = failures(s);
    if (failed.length > 0) {
      const said = failed.slice(0, SHOWN).map((r) => paint.red(`${r.name}: ${r.error!.message}`));
      section('Failed', [...said, ...rest(SHOWN, failed.length)]);
    }
    return lines.join('\n') + '\n';
  },
};

const markdownReporter: Reporter<BatchSummary> = {
  id: 'markdown',
  what: 'the same for tickets and chat',
  extension: 'md',
  render: (s) => summaryMarkdown(s),
};

export function summaryMarkdown(summary: BatchSummary): string {
  const s = visibleIn(summary);
  const lines = ['# Incidents', '', ...totals(s).map((t) => `- ${t}`)];
  const section = (title: string, header: string[], rows: string[][], right: number[]) => {
    if (rows.length > 0) lines.push('', `## ${title}`, '', markdownTable(header, rows, right).trimEnd());
  };
  const quoted =
    (...columns: number[]) =>
    (row: string[]) =>
      row.map((c, k) => (columns.includes(k) ? code(c) : plain(c)));
  section('Functions that recur', FUNCTION_HEADER, recurs(s).map(functionRow).map(quoted(0)), [1, 2, 4, 7]);
  section('Incidents that look alike', ALIKE_HEADER, s.alike.map(alikeRow).map(quoted(2, 6)), [0, 3]);
  const cause = (r: IncidentRow) => [code(r.name), r.error!.code, plain(r.error!.message)];
  section('Failed', ['incident', 'code', 'cause'], failures(s).map(cause), []);
  const damaged = s.incidents.filter(isDamaged).map((r) => [code(r.name), plain(r.warnings.join(', '))]);
  section('Analysed in part', ['incident', 'warnings'], damaged, []);
  return lines.join('\n') + '\n';
}

export const BATCH_REPORTERS: readonly Reporter<BatchSummary>[] = forAnyNames([
  tableReporter,
  { ...jsonReporter, what: 'the whole summary (docs/batch.md)' },
  markdownReporter,
]);
