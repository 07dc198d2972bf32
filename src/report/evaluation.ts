/** Reports of `evaluate`: methods side by side, then case by case. */
import { type Paint, painter } from './paint.js';
import type { CaseRow, Evaluation, MethodEvaluation } from '../evaluate/evaluation.js';
import { csvText } from './csv-text.js';
import { DIFFERENCE_HEADER, differenceRows } from './differences.js';
import {
  GROUPINGS,
  GROUP_COLUMNS,
  type Grouping,
  METHOD_COLUMNS,
  figuresWithin,
  reliabilityGrids,
  wrongFirstCell,
} from './evaluation-cells.js';
import {
  comparisonTable,
  explanations,
  groupTable,
  methodTable,
  reliabilityTables,
  wrongFirstTable,
} from './evaluation-tables.js';
import { jsonReporter } from './json.js';
import { type JunitCase, junitText } from './junit-text.js';
import { code, markdownTable, plain } from './markdown-text.js';
import type { Reporter } from './reporter.js';
import { table } from './columns.js';
import { forAnyNames } from './any-names.js';

/** A guilty function at this place or better is found: what the JUnit report asks for. */
const FOUND_AT = 5;

const rank = (r: number | null) => (r === null ? '-' : String(r));

function verdictText(row: CaseRow): string {
  if (row.status === 'failed') return 'failed';
  const resource = row.externalResource === null ? '' : ` (${row.externalResource})`;
  return `${row.verdict}${resource}${row.verdictRight ? '' : ' !'}`;
}

const CASE_HEADER = ['case', 'category', 'root', 'related', 'path', 'verdict', 'prefix', 'first suspect'];

function caseRow(row: CaseRow): string[] {
  return [
    row.id,
    row.category,
    rank(row.root),
    rank(row.related),
    rank(row.path),
    verdictText(row),
    row.healthyPrefixVerdict ?? '-',
    row.first[0]?.function ?? '',
  ];
}

const RIGHT = { align: 'right' as const };

/** What the table for people can tell beside the summary: groups of cases, and how often confidence is right. */
export const TABLE_DETAILS = [...(Object.keys(GROUPINGS) as Grouping[]), 'confidence'] as const;
export type TableDetail = (typeof TABLE_DETAILS)[number];

const tableReporter = (details: readonly TableDetail[]): Reporter<Evaluation> => ({
  id: 'table',
  what: 'methods side by side, then case by case',
  extension: 'txt',
  render(d, { width, color }) {
    const paint = painter(color);
    const lines = methodTable(d.methods, width, paint);
    lines.push(...explanations(d).map(paint.dim));
    const differences = comparisonTable(d, width, paint);
    if (differences.length > 0) lines.push('', ...differences);
    for (const [method, evaluation] of Object.entries(d.methods)) {
      lines.push('', paint.bold(method));
      lines.push(...caseTable(evaluation.cases, width, paint));
      for (const c of evaluation.cases) if (c.error !== null) lines.push(paint.red(`${c.id}: ${c.error}`));
      for (const detail of details) lines.push(...detailTable(evaluation, detail, width, paint));
      if (details.length > 0) lines.push('');
      lines.push(paint.dim(`${evaluation.total.seconds.toFixed(1)} s of analysis`));
    }
    if (d.status === 'partial')
      lines.push('', paint.yellow('The run was cut short: these are the cases done until then.'));
    return lines.join('\n') + '\n';
  },
});

function detailTable(m: MethodEvaluation, detail: TableDetail, width: number, paint: Paint): string[] {
  if (detail === 'confidence') {
    const tables = reliabilityTables(m, width, paint);
    return ['', ...(tables.length > 0 ? tables : [paint.dim('(the method tells no confidence)')])];
  }
  const groups = groupTable(m, detail, width, paint);
  const wrong = detail === 'server' ? wrongFirstTable(m, width, paint) : [];
  return [
    '',
    ...(groups.length > 0 ? groups : [paint.dim(`(no case tells its ${detail})`)]),
    ...(wrong.length > 0 ? ['', ...wrong] : []),
  ];
}

/** Below this width the category is left out. */
const WIDE = 100;

function caseTable(cases: readonly CaseRow[], width: number, paint: Paint): string[] {
  const wide = width >= WIDE;
  const kept = <T>(cells: readonly T[]) => cells.filter((_, k) => wide || k !== 1);
  const columns = [
    { title: 'case', shrinkTo: 20 },
    { title: 'category' },
    { title: 'root', ...RIGHT },
    { title: 'related', ...RIGHT },
    { title: 'path', ...RIGHT },
    { title: 'verdict', shrinkTo: 8 },
    { title: 'prefix', shrinkTo: 6 },
    { title: 'first suspect', shrinkTo: 8 },
  ];
  const rows = cases.map((c) => kept(caseRow(c)));
  return table(kept(columns), rows, width, (text, row, column) => {
    if (row < 0) return paint.dim(text);
    const c = cases[row]!;
    switch (kept(columns)[column]!.title) {
      case 'related':
        return c.related === null ? text : c.related <= FOUND_AT ? paint.green(text) : paint.yellow(text);
      case 'verdict':
        return c.verdictRight ? text : paint.red(text);
      case 'prefix':
        return c.healthyPrefixVerdict === null || c.healthyPrefixVerdict === 'none' ? text : paint.yellow(text);
      default:
        return text;
    }
  });
}

const CSV_FIELDS = [
  'id',
  'system',
  'category',
  'root',
  'related',
  'path',
  'scope',
  'verdict',
  'externalResource',
] as const;
const CSV_REST = [
  'suspects',
  'healthyPrefixVerdict',
  'seconds',
  'status',
  'error',
  'verdictRight',
  'resourceRight',
  'server',
  'operator',
  'recorder',
  'odds',
  'healthyPrefixOdds',
] as const;

const csvReporter: Reporter<Evaluation> = {
  id: 'csv',
  what: 'one row a method and case',
  extension: 'csv',
  render: (d) => {
    const fields = [...CSV_FIELDS, ...CSV_REST];
    const rows = Object.entries(d.methods).flatMap(([method, { cases }]) =>
      cases.map((c) => [method, ...fields.map((f) => c[f])]),
    );
    return csvText(['method', ...fields], rows);
  },
};

const numeric = (from: number, to: number) => Array.from({ length: to - from }, (_, k) => from + k);

const markdownReporter: Reporter<Evaluation> = {
  id: 'markdown',
  what: 'tables for a README or a ticket',
  extension: 'md',
  render(d) {
    const header = ['method', ...METHOD_COLUMNS.map((c) => c.title)];
    const rows = Object.entries(d.methods).map(([m, e]) => [code(m), ...figuresWithin(METHOD_COLUMNS, e.total)]);
    const parts = [markdownTable(header, rows, numeric(1, header.length)), ...differencesMarkdown(d)];
    for (const [method, evaluation] of Object.entries(d.methods)) {
      parts.push(`### ${method}\n`);
      const caseRows = evaluation.cases.map((c) => {
        const cells = caseRow(c);
        return [...cells.slice(0, -1).map(plain), cells.at(-1) === '' ? '' : code(cells.at(-1)!)];
      });
      parts.push(markdownTable(CASE_HEADER, caseRows, [2, 3, 4]));
      for (const by of Object.keys(GROUPINGS) as Grouping[]) parts.push(...groupMarkdown(evaluation, by));
      for (const { header, rows, brier } of reliabilityGrids(evaluation))
        parts.push(markdownTable(header, rows, [1, 2, 3]), `${brier}\n`);
    }
    return parts.join('\n');
  },
};

function differencesMarkdown({ comparisons }: Evaluation): string[] {
  const rows = comparisons.flatMap((c) => differenceRows(c).map((cells) => [code(c.against), ...cells]));
  if (rows.length === 0) return [];
  return [markdownTable([`${plain(comparisons[0]!.method)} minus`, ...DIFFERENCE_HEADER], rows, [2, 3, 4])];
}

function groupMarkdown(m: MethodEvaluation, by: Grouping): string[] {
  const groups = Object.entries(GROUPINGS[by](m));
  if (groups.length === 0) return [];
  const wrong = by === 'server' ? ['most often wrong first'] : [];
  const header = [by, ...GROUP_COLUMNS.map((c) => c.title), ...wrong];
  const rows = groups.map(([name, s]) => {
    const cell = wrongFirstCell(m, name);
    const more = wrong.length === 0 ? [] : [cell === null ? '' : `${cell[1]} ${code(cell[0])}`];
    return [plain(name), ...figuresWithin(GROUP_COLUMNS, s), ...more];
  });
  return [markdownTable(header, rows, numeric(1, 1 + GROUP_COLUMNS.length))];
}

const junitReporter: Reporter<Evaluation> = {
  id: 'junit',
  what: `a test a case: related function in the top ${FOUND_AT}, or the right verdict`,
  extension: 'xml',
  render: (d) =>
    junitText(
      'perfscope evaluate',
      Object.entries(d.methods).flatMap(([method, { cases }]) => cases.map((c) => junitCase(method, c))),
    ),
};

function junitCase(method: string, c: CaseRow): JunitCase {
  const base = { name: c.id, classname: `perfscope.${method}.${c.category}`, seconds: c.seconds };
  if (c.status === 'failed') return { ...base, error: { message: c.error ?? 'failed', text: '' } };
  const guilty = c.category !== 'external' && c.category !== 'none';
  const passed = guilty ? c.related !== null && c.related <= FOUND_AT : c.verdictRight;
  const first = c.first.map((f) => `${f.rank} ${f.function}`).join('\n');
  if (passed) return base;
  const message = guilty ? `related function at rank ${rank(c.related)}` : `verdict ${verdictText(c)}`;
  return { ...base, failure: { message, text: first } };
}

/** The reporters; the table for people tells `details`, too. */
export function evaluationReporters(details: readonly TableDetail[] = []): readonly Reporter<Evaluation>[] {
  return forAnyNames([
    tableReporter(details),
    { ...jsonReporter, what: 'the whole document (schema: perfscope schema evaluation)' },
    csvReporter,
    markdownReporter,
    junitReporter,
  ]);
}

export const EVALUATION_REPORTERS = evaluationReporters();
