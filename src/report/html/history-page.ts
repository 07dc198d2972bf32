/** The page of nightly runs: accuracy and costs over the nights, and what this night said. Pure. */
import type { HistoryEntry } from '../../regress/history.js';
import type { Regression } from '../../regress/regression.js';
import { plural } from '../text.js';
import type { Cell, PlainChart, PlainPage, PlainTable } from './plain-page.js';
import { renderPage } from './page.js';

/** Nights on the page: the last ones. */
const NIGHTS = 1500;
const ROWS = 1000;

export function historyPage(d: Regression, history: readonly HistoryEntry[]): string {
  const page = historyData(d, history);
  return renderPage('plain', page.title, page);
}

export function historyData(d: Regression, history: readonly HistoryEntry[]): PlainPage {
  const nights = history
    .filter((h) => Number.isFinite(Date.parse(h.at)))
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
    .slice(-NIGHTS);
  const crossed = d.gates.filter((g) => g.crossed);
  const verdict = d.passed ? 'passed' : d.status === 'partial' ? 'cut short' : 'failed';
  return {
    title: `perfscope regress: ${verdict}`,
    mood: d.passed ? 'none' : d.status === 'partial' ? 'external' : 'bug',
    lines: [
      `${d.at.slice(0, 16).replace('T', ' ')}${d.label === null ? '' : `, ${d.label}`}`,
      d.gates.length === 0
        ? 'no baseline to compare with'
        : `${crossed.length} of ${plural(d.gates.length, 'gate')} crossed`,
      plural(nights.length, 'night'),
    ],
    charts: charts(nights),
    tables: [gates(d), cases(d), runs(nights)].filter((t) => t.rows.length > 0),
    madeBy: `perfscope ${d.tool.version}`,
  };
}

function charts(nights: readonly HistoryEntry[]): PlainChart[] {
  const times = nights.map((h) => Date.parse(h.at) / 1000);
  const chart = (id: string, title: string, help: string, series: PlainChart['series']): PlainChart => {
    return { id, title, help, times, series, kind: 'lines' };
  };
  const finite = (n: unknown) => (typeof n === 'number' && Number.isFinite(n) ? n : null);
  const methods = names(nights.map((h) => h.methods));
  const parts = names(nights.map((h) => h.time));
  const perMethod = (
    id: string,
    title: string,
    help: string,
    fields: readonly (keyof HistoryEntry['methods'][string])[],
  ) =>
    chart(
      id,
      title,
      help,
      methods.flatMap((m) =>
        fields.map((f) => {
          const values = nights.map((h) => finite(h.methods[m]?.[f]));
          return { name: methods.length > 1 ? `${m} ${f}` : f, values };
        }),
      ),
    );
  const all = [
    perMethod('found', 'Related function found', 'Cases with the related function in the first one, three, five.', [
      'top1',
      'top3',
      'top5',
    ]),
    perMethod('mrr', 'Mean reciprocal rank', 'Of the related function, over the guilty cases.', ['mrr']),
    perMethod('alarms', 'False alarms and failures', 'Healthy beginnings called sick; cases that failed.', [
      'falseAlarms',
      'failed',
    ]),
    chart(
      'time',
      'Processor time',
      'Over all cases, in multiples of the calibration.',
      parts.map((part) => ({ name: part, values: nights.map((h) => finite(h.time[part])) })),
    ),
    chart('memory', 'Memory', 'Largest of each case, summed, in multiples of the calibration.', [
      { name: 'memory', values: nights.map((h) => finite(h.memory)) },
    ]),
  ];
  return times.length === 0 ? [] : all.filter((c) => c.series.some((s) => s.values.some((v) => v !== null)));
}

function names(maps: readonly Readonly<Record<string, unknown>>[]): string[] {
  return [...new Set(maps.flatMap((m) => Object.keys(m)))];
}

function gates(d: Regression): PlainTable {
  const rows = d.gates
    .filter((g) => g.crossed)
    .flatMap((g) => g.reasons.map((reason): Cell[] => [g.condition, reason]));
  return {
    id: 'gates',
    title: 'Gates crossed',
    caption: 'What crossed a gate tonight',
    columns: [{ title: 'gate' }, { title: 'crossed by' }],
    rows: rows.slice(0, ROWS),
    more: null,
  };
}

function cases(d: Regression): PlainTable {
  const rows = Object.entries(d.evaluation.methods).flatMap(([method, { cases: list }]) =>
    list.map((c): Cell[] => [
      c.id,
      method,
      c.category,
      c.related,
      c.root,
      c.verdict ?? c.error,
      c.first[0]?.function ?? null,
    ]),
  );
  return {
    id: 'cases',
    title: 'Cases of this night',
    caption: 'Ranks and verdicts by case',
    columns: [
      { title: 'case' },
      { title: 'method', extra: true },
      { title: 'category', extra: true },
      { title: 'related', numeric: true },
      { title: 'root', numeric: true },
      { title: 'verdict' },
      { title: 'first suspect', extra: true },
    ],
    rows: rows.slice(0, ROWS),
    more: null,
  };
}

function runs(nights: readonly HistoryEntry[]): PlainTable {
  const last = [...nights].reverse();
  return {
    id: 'runs',
    title: 'Nights',
    caption: 'Runs, the latest first',
    columns: [{ title: 'time' }, { title: 'label' }, { title: 'passed' }, { title: 'crossed' }],
    rows: last.slice(0, ROWS).map((h): Cell[] => {
      const time = h.at.slice(0, 16).replace('T', ' ');
      return [
        time,
        h.label ?? null,
        h.status === 'partial' ? 'cut short' : h.passed ? 'yes' : 'no',
        (h.crossed ?? []).join('; '),
      ];
    }),
    more: null,
  };
}
