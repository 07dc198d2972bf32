/** What reports of evaluations put into their tables: cells of summaries, of intervals, of groups and of reliability. */
import type { Interval } from '../evaluate/bootstrap.js';
import type { Groups, MethodEvaluation, Summary } from '../evaluate/evaluation.js';
import type { MeasureName } from '../evaluate/measures.js';
import type { Reliability } from '../evaluate/reliability.js';

/** What is told of a summary: the figure, and the measure whose interval goes with it. */
interface SummaryColumn {
  readonly title: string;
  readonly figure: (s: Summary) => string;
  readonly interval?: MeasureName;
  /** Left out where there is little room. */
  readonly wide?: boolean;
}

const share = (n: number, of: number) => (of === 0 ? '-' : `${n}/${of}`);
const RANKS: readonly SummaryColumn[] = [
  { title: 'top-1', figure: (s) => share(s.related.top1, s.guilty), interval: 'top1' },
  { title: 'top-3', figure: (s) => share(s.related.top3, s.guilty), interval: 'top3' },
  { title: 'top-5', figure: (s) => share(s.related.top5, s.guilty), interval: 'top5' },
  { title: 'MRR', figure: (s) => (s.guilty === 0 ? '-' : s.related.mrr.toFixed(3)), interval: 'mrr' },
];
const DEPTH: readonly SummaryColumn[] = [
  { title: 'root top-5', figure: (s) => share(s.root.top5, s.guilty), wide: true },
  { title: 'scope', figure: (s) => (s.medianScope === null ? '-' : `${(s.medianScope * 100).toFixed(2)} %`) },
];
const VERDICTS: readonly SummaryColumn[] = [
  { title: 'bug said', figure: (s) => share(s.bugSaid.right, s.bugSaid.of), interval: 'bugSaid' },
  { title: 'verdicts', figure: (s) => share(s.verdicts.right, s.verdicts.of), interval: 'verdicts' },
  {
    title: 'false alarms',
    figure: (s) => share(s.healthyPrefixes.falseAlarms, s.healthyPrefixes.of),
    interval: 'falseAlarms',
  },
];

export const METHOD_COLUMNS: readonly SummaryColumn[] = [...RANKS, ...DEPTH, ...VERDICTS];
export const GROUP_COLUMNS: readonly SummaryColumn[] = [
  { title: 'cases', figure: (s) => String(s.cases) },
  ...RANKS,
  ...VERDICTS,
];

export const figures = (columns: readonly SummaryColumn[], s: Summary) => columns.map((c) => c.figure(s));

/** The intervals alone, short: percent, MRR as it is. Null where none is known. */
export function intervalCells(columns: readonly SummaryColumn[], s: Summary): string[] | null {
  const cells = columns.map(({ interval }) => {
    const i = interval === undefined ? null : s.intervals[interval];
    return i === null ? '' : range(i, interval === 'mrr');
  });
  return cells.every((c) => c === '') ? null : cells;
}

/** Figures with their intervals behind: `19/32 (44-75 %)`. */
export function figuresWithin(columns: readonly SummaryColumn[], s: Summary): string[] {
  return columns.map(({ figure, interval }) => {
    const i = interval === undefined ? null : s.intervals[interval];
    return i === null ? figure(s) : `${figure(s)} (${range(i, interval === 'mrr')}${interval === 'mrr' ? '' : ' %'})`;
  });
}

function range({ low, high }: Interval, isMean: boolean): string {
  const number = (n: number) => (isMean ? n.toFixed(2).replace(/^0/, '') : (n * 100).toFixed(0));
  return `${number(low)}-${number(high)}`;
}

/** What cases can be grouped by. */
export const GROUPINGS = {
  server: (m) => m.byServer,
  category: (m) => m.byCategory,
  operator: (m) => m.byOperator,
  recorder: (m) => m.byRecorder,
} as const satisfies Readonly<Record<string, (m: MethodEvaluation) => Groups>>;

export type Grouping = keyof typeof GROUPINGS;

/** Of a server: the wrong function that is first most often, and in how many of its cases. */
export function wrongFirstCell(m: MethodEvaluation, server: string): readonly [name: string, share: string] | null {
  const wrong = m.wrongFirst.find((w) => w.server === server);
  return wrong === undefined ? null : [wrong.function, share(wrong.cases, wrong.of)];
}

export interface ReliabilityGrid {
  readonly title: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly brier: string;
}

/** A table for each kind of probability that the method tells. */
export function reliabilityGrids({ reliability }: MethodEvaluation): ReliabilityGrid[] {
  const { firstSuspects, suspects, odds } = reliability;
  return [
    ...grid('confidence of first suspects', 'suspects', firstSuspects),
    ...grid('confidence of the first ten', 'suspects', suspects),
    ...grid('odds of a bug', 'windows', odds),
  ];
}

function grid(title: string, what: string, r: Reliability | null): ReliabilityGrid[] {
  if (r === null) return [];
  const percent = (n: number) => `${(n * 100).toFixed(0)} %`;
  const rows = r.fifths.map((f) => [
    `${(f.from * 100).toFixed(0)} to ${percent(f.to)}`,
    String(f.of),
    f.said === null ? '-' : percent(f.said),
    f.of === 0 ? '-' : `${percent(f.right / f.of)} (${f.right})`,
  ]);
  return [{ title, header: [title, what, 'on average', 'right'], rows, brier: `Brier score ${r.brier.toFixed(3)}` }];
}
