/** Reports of `evaluate`: methods side by side, then case by case. */
import { type Paint, painter } from './paint.js';
import type { CaseRow, Evaluation, Summary } from '../evaluate/evaluation.js';
import { csvText } from './csv-text.js';
import { jsonReporter } from './json.js';
import { type JunitCase, junitText } from './junit-text.js';
import { code, markdownTable, plain } from './markdown-text.js';
import type { Reporter } from './reporter.js';
import { table } from './text.js';
import { forAnyNames } from './visible.js';

/** A guilty function at this place or better is found: what the JUnit report asks for. */
const FOUND_AT = 5;

export const SUMMARY_HEADER = [
  'method',
  'top-1',
  'top-3',
  'top-5',
  'MRR',
  'root top-5',
  'scope',
  'verdicts',
  'false alarms',
];

export function summaryRow(method: string, s: Summary): string[] {
  const of = (n: number) => `${n}/${s.guilty}`;
  return [
    method,
    of(s.related.top1),
    of(s.related.top3),
    of(s.related.top5),
    s.related.mrr.toFixed(3),
    of(s.root.top5),
    s.medianScope === null ? '-' : `${(s.medianScope * 100).toFixed(2)} %`,
    `${s.verdicts.right}/${s.verdicts.of}`,
    `${s.healthyPrefixes.falseAlarms}/${s.healthyPrefixes.of}`,
  ];
}

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

const tableReporter: Reporter<Evaluation> = {
  id: 'table',
  what: 'methods side by side, then case by case',
  extension: 'txt',
  render(d, { width, color }) {
    const paint = painter(color);
    const dim = (text: string, row: number) => (row < 0 ? paint.dim(text) : text);
    const lines: string[] = [];
    const entries = Object.entries(d.methods);
    const columns = SUMMARY_HEADER.map((title, k) => (k === 0 ? { title, shrinkTo: 8 } : { title, ...RIGHT }));
    lines.push(
      ...table(
        columns,
        entries.map(([m, e]) => summaryRow(m, e.total)),
        width,
        dim,
      ),
    );
    lines.push(paint.dim('(top-k and scope of related functions; verdicts of the cases without a guilty function)'));
    for (const [method, evaluation] of entries) {
      lines.push('', paint.bold(method));
      lines.push(...caseTable(evaluation.cases, width, paint));
      for (const c of evaluation.cases) if (c.error !== null) lines.push(paint.red(`${c.id}: ${c.error}`));
      lines.push(paint.dim(`${evaluation.total.seconds.toFixed(1)} s of analysis`));
    }
    if (d.status === 'partial')
      lines.push('', paint.yellow('The run was cut short: these are the cases done until then.'));
    return lines.join('\n') + '\n';
  },
};

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

const markdownReporter: Reporter<Evaluation> = {
  id: 'markdown',
  what: 'tables for a README or a ticket',
  extension: 'md',
  render(d) {
    const entries = Object.entries(d.methods);
    const numeric = SUMMARY_HEADER.map((_, k) => k).slice(1);
    const parts = [
      markdownTable(
        SUMMARY_HEADER,
        entries.map(([m, e]) => summaryRow(code(m), e.total)),
        numeric,
      ),
    ];
    for (const [method, evaluation] of entries) {
      parts.push(`### ${method}\n`);
      const rows = evaluation.cases.map((c) => {
        const cells = caseRow(c);
        return [...cells.slice(0, -1).map(plain), cells.at(-1) === '' ? '' : code(cells.at(-1)!)];
      });
      parts.push(markdownTable(CASE_HEADER, rows, [2, 3, 4]));
      parts.push(groupTable('category', evaluation.byCategory), groupTable('system', evaluation.bySystem));
    }
    return parts.join('\n');
  },
};

function groupTable(by: string, groups: Readonly<Record<string, Summary>>): string {
  const rows = Object.entries(groups).map(([name, s]) => summaryRow(plain(name), s));
  return markdownTable([by, ...SUMMARY_HEADER.slice(1)], rows, SUMMARY_HEADER.map((_, k) => k).slice(1));
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

export const EVALUATION_REPORTERS: readonly Reporter<Evaluation>[] = forAnyNames([
  tableReporter,
  { ...jsonReporter, what: 'the whole document' },
  csvReporter,
  markdownReporter,
  junitReporter,
]);
