/** Tables of an evaluation for a terminal: methods with their intervals, groups, reliability, differences. */
import type { Evaluation, MethodEvaluation, Summary } from '../evaluate/evaluation.js';
import { DIFFERENCE_HEADER, differenceRows } from './differences.js';
import {
  GROUPINGS,
  GROUP_COLUMNS,
  type Grouping,
  METHOD_COLUMNS,
  figures,
  intervalCells,
  reliabilityGrids,
} from './evaluation-cells.js';
import type { Paint } from './paint.js';
import { type Column, table } from './columns.js';

/** Below this width only what matters most is told. */
const WIDE = 92;
const RIGHT = { align: 'right' as const };
const INTERVAL = '  95 %';

/** A row a method, and its intervals below it. */
export function methodTable(
  methods: Readonly<Record<string, MethodEvaluation>>,
  width: number,
  paint: Paint,
): string[] {
  const columns = METHOD_COLUMNS.filter((c) => c.wide !== true || width >= WIDE);
  return summaryTable(
    { title: 'method', shrinkTo: 8 },
    columns,
    Object.entries(methods).map(([name, m]) => [name, m.total]),
    width,
    paint,
  );
}

/** A row a group, with its intervals where it has enough servers. */
export function groupTable(m: MethodEvaluation, by: Grouping, width: number, paint: Paint): string[] {
  const rows = Object.entries(GROUPINGS[by](m));
  return rows.length === 0 ? [] : summaryTable({ title: by, shrinkTo: 12 }, GROUP_COLUMNS, rows, width, paint);
}

/** Of each server the wrong function that is first most often. */
export function wrongFirstTable({ wrongFirst }: MethodEvaluation, width: number, paint: Paint): string[] {
  if (wrongFirst.length === 0) return [];
  const columns = [{ title: 'server' }, { title: 'cases', ...RIGHT }, { title: 'most often wrong first', shrinkTo: 8 }];
  const rows = wrongFirst.map((w) => [w.server, `${w.cases}/${w.of}`, w.function]);
  return table(columns, rows, width, (text, row) => (row < 0 ? paint.dim(text) : text));
}

type SummaryRow = readonly [name: string, summary: Summary];

function summaryTable(
  head: Column,
  columns: typeof METHOD_COLUMNS,
  rows: readonly SummaryRow[],
  width: number,
  paint: Paint,
): string[] {
  const cells: string[][] = [];
  const dimmed = new Set([-1]);
  for (const [name, summary] of rows) {
    cells.push([name, ...figures(columns, summary)]);
    const intervals = intervalCells(columns, summary);
    if (intervals !== null) dimmed.add(cells.push([INTERVAL, ...intervals]) - 1);
  }
  const all = [head, ...columns.map(({ title }) => ({ title, ...RIGHT }))];
  return table(all, cells, width, (text, row) => (dimmed.has(row) ? paint.dim(text) : text));
}

/** What the summary's columns mean. */
export function explanations({ methods }: Pick<Evaluation, 'methods'>): string[] {
  const totals = Object.values(methods).map((m) => m.total);
  const servers = totals.find((t) => intervalCells(METHOD_COLUMNS, t) !== null)?.intervals.servers;
  return [
    '(top-k and scope of related functions; verdicts of the cases without a guilty function)',
    ...(servers === undefined ? [] : [`(95 %: interval in percent, bootstrap over ${servers} servers)`]),
  ];
}

/** The first method against each other one. */
export function comparisonTable({ comparisons }: Evaluation, width: number, paint: Paint): string[] {
  const rows = comparisons.flatMap((c) => differenceRows(c).map((cells, k) => [k === 0 ? c.against : '', ...cells]));
  if (rows.length === 0) return [];
  const titles = [`${comparisons[0]!.method} minus`, ...DIFFERENCE_HEADER];
  const columns = titles.map((title, k) => (k < 2 ? { title } : { title, ...RIGHT }));
  return table(columns, rows, width, (text, row) => (row < 0 ? paint.dim(text) : text));
}

/** How often what was said with a probability was so. */
export function reliabilityTables(m: MethodEvaluation, width: number, paint: Paint): string[] {
  return reliabilityGrids(m).flatMap(({ header, rows, brier }, k) => [
    ...(k === 0 ? [] : ['']),
    ...table(
      header.map((title, i) => (i === 0 ? { title } : { title, ...RIGHT })),
      rows,
      width,
      (text, row) => (row < 0 ? paint.dim(text) : text),
    ),
    paint.dim(brier),
  ]);
}
