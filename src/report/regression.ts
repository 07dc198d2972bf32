/** Reports of `regress`: gates and what crossed them first, then what moved, then costs. */
import { painter } from './paint.js';
import { type GateResult } from '../regress/gates.js';
import { type HistoryEntry, historyEntry } from '../regress/history.js';
import { type Regression, totalCosts } from '../regress/regression.js';
import { COMPARISON_REPORTERS } from './comparison.js';
import { METHOD_COLUMNS, figuresWithin } from './evaluation-cells.js';
import { methodTable } from './evaluation-tables.js';
import { historyPage } from './html/history-page.js';
import { jsonReporter } from './json.js';
import { type JunitCase, junitText } from './junit-text.js';
import { code, markdownTable } from './markdown-text.js';
import { prometheusReporter } from './regression-prometheus.js';
import type { Reporter } from './reporter.js';
import { table, wrap } from './columns.js';
import { plural } from './text.js';
import { forAnyNames } from './any-names.js';

const figure = (n: number) => (Number.isInteger(n) ? String(n) : n.toPrecision(3));

function headline(d: Regression): string {
  const crossed = d.gates.filter((g) => g.crossed).length;
  if (d.status === 'partial') return 'The run was cut short: nothing can be said of the cases that are missing.';
  if (crossed > 0) return `${plural(crossed, 'gate')} of ${d.gates.length} crossed`;
  return d.gates.length === 0
    ? 'There is no baseline to compare with.'
    : `${plural(d.gates.length, 'gate')}, none crossed`;
}

function notes(d: Regression): string[] {
  const cases = Object.keys(d.costs).length;
  return [
    ...(d.gates.length > 0 && d.newCases.length > 0 ? [`not in the baseline: ${d.newCases.join(', ')}`] : []),
    ...(d.otherParameters.length > 0 ? [`other parameters: ${d.otherParameters.join(', ')}`] : []),
    ...(d.calibration === null
      ? []
      : [
          `${plural(cases, 'case')} measured; the calibration took ${d.calibration.seconds.toFixed(2)} s of processor time`,
        ]),
  ];
}

const COST_HEADER = ['cost', 'baseline', 'now', 'ratio'];

/** Total costs, in multiples of the calibration. */
function costRows(d: Regression): string[][] {
  const { before, shared, after } = totalCosts(d);
  const row = (name: string, was: number | undefined, is: number) => [
    name,
    was === undefined ? '-' : figure(was),
    figure(is),
    was === undefined || was === 0 ? '-' : (is / was).toFixed(2),
  ];
  const compared = Object.keys(before.time).length > 0;
  const now = compared ? shared : after;
  return [
    ...Object.entries(now.time).map(([part, is]) => row(`time: ${part}`, before.time[part], is)),
    row('memory', compared ? before.memory : undefined, now.memory),
  ];
}

const moved = (id: 'table' | 'markdown') => COMPARISON_REPORTERS.find((r) => r.id === id)!;

const tableReporter: Reporter<Regression> = {
  id: 'table',
  what: 'for people',
  extension: 'txt',
  render(d, context) {
    const { width, color } = context;
    const paint = painter(color);
    const dim = (text: string, row: number) => (row < 0 ? paint.dim(text) : text);
    const lines = [paint.bold(d.passed ? paint.green(headline(d)) : paint.red(headline(d)))];
    for (const g of d.gates.filter((x) => x.crossed)) {
      lines.push(`${paint.red(g.condition)} crossed:`);
      for (const reason of g.reasons) lines.push(`  ${wrap(reason, width - 2, '    ')}`);
    }
    const right = { align: 'right' as const };
    lines.push('', ...methodTable(d.evaluation.methods, width, paint));
    const costs = COST_HEADER.map((title, k) => (k === 0 ? { title } : { title, ...right }));
    lines.push('', ...table(costs, costRows(d), width, dim));
    for (const note of notes(d)) lines.push(wrap(note, width, '  '));
    if (d.comparison.changed) lines.push('', 'What moved', moved('table').render(d.comparison, context).trimEnd());
    return lines.join('\n') + '\n';
  },
};

const markdownReporter: Reporter<Regression> = {
  id: 'markdown',
  what: 'summary of a CI job',
  extension: 'md',
  render(d, context) {
    const verdict = d.passed ? 'passed' : d.status === 'partial' ? 'cut short' : 'failed';
    const parts = [`## perfscope regress: ${verdict}\n`, `${headline(d)}.\n`.replace('..', '.')];
    const crossed = d.gates.filter((g) => g.crossed);
    if (crossed.length > 0) {
      const list = crossed.flatMap((g) => g.reasons.map((r) => [code(g.condition), r]));
      parts.push(markdownTable(['gate', 'crossed by'], list));
    }
    const header = ['method', ...METHOD_COLUMNS.map((c) => c.title)];
    const rows = Object.entries(d.evaluation.methods).map(([m, e]) => [
      code(m),
      ...figuresWithin(METHOD_COLUMNS, e.total),
    ]);
    parts.push(markdownTable(header, rows, [...header.keys()].slice(1)));
    parts.push(markdownTable(COST_HEADER, costRows(d), [1, 2, 3]));
    if (d.comparison.changed) parts.push('### What moved\n', moved('markdown').render(d.comparison, context));
    const said = [`perfscope ${d.tool.version}, ${d.at}${d.label === null ? '' : `, ${d.label}`}`, ...notes(d)];
    parts.push(said.map((text) => `- ${text}\n`).join(''));
    return parts.join('\n');
  },
};

const junitReporter: Reporter<Regression> = {
  id: 'junit',
  what: 'a test a case and a test a gate',
  extension: 'xml',
  render: (d) => junitText('perfscope regress', [...caseTests(d), ...d.gates.map(gateTest)]),
};

/** A case is a test that fails when something of it crossed a gate, and an error when it failed itself. */
function caseTests(d: Regression): JunitCase[] {
  const reasons = d.gates.filter((g) => g.crossed).flatMap((g) => g.reasons);
  return Object.entries(d.evaluation.methods).flatMap(([method, { cases }]) =>
    cases.map((c): JunitCase => {
      const test = { name: c.id, classname: `perfscope.${method}.${c.category}`, seconds: c.seconds };
      if (c.status === 'failed') return { ...test, error: { message: c.error ?? 'failed', text: '' } };
      const mine = reasons.filter((r) => r.startsWith(`${method} ${c.id}: `) || r.startsWith(`${c.id}: `));
      return mine.length === 0 ? test : { ...test, failure: { message: mine[0]!, text: mine.join('\n') } };
    }),
  );
}

function gateTest(g: GateResult): JunitCase {
  const test = { name: g.condition, classname: 'perfscope.gates', seconds: 0 };
  if (!g.crossed) return test;
  return { ...test, failure: { message: g.reasons[0] ?? g.condition, text: g.reasons.join('\n') } };
}

/** @param history the nights so far, this one included; null: there is none but this one */
export function historyReporter(history: readonly HistoryEntry[] | null): Reporter<Regression> {
  return {
    id: 'html',
    what: 'one page with the nights of --history as plots',
    extension: 'html',
    render: (d) => historyPage(d, history ?? [historyEntry(d)]),
  };
}

export const REGRESSION_REPORTERS: readonly Reporter<Regression>[] = forAnyNames([
  tableReporter,
  { ...jsonReporter, what: 'the whole document' },
  markdownReporter,
  junitReporter,
  prometheusReporter,
  historyReporter(null),
]);
