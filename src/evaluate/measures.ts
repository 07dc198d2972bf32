/** What is averaged over cases: for each measure, which cases it is of and what a case counts. Pure. */
import {
  type Difference,
  type Interval,
  LEAST_SERVERS,
  type Part,
  meanInterval,
  pairedDifference,
} from './bootstrap.js';
import { blames } from './case.js';
import type { CaseRow } from './evaluation.js';

/** What a case counts, 0..1; null where the measure is not of such cases. */
type Measure = (row: CaseRow) => number | null;

const within =
  (k: number): Measure =>
  (row) =>
    !blames(row.category) ? null : row.related !== null && row.related <= k ? 1 : 0;
const yes = (condition: boolean) => (condition ? 1 : 0);

export const MEASURES = {
  top1: within(1),
  top3: within(3),
  top5: within(5),
  mrr: (row) => (!blames(row.category) ? null : row.related === null ? 0 : 1 / row.related),
  bugSaid: (row) => (blames(row.category) ? yes(row.verdictRight) : null),
  verdicts: (row) => (blames(row.category) ? null : yes(row.verdictRight)),
  falseAlarms: (row) => (row.healthyPrefixVerdict === null ? null : yes(row.healthyPrefixVerdict !== 'none')),
} as const satisfies Readonly<Record<string, Measure>>;

export type MeasureName = keyof typeof MEASURES;

/** 95 % intervals of the shares (and of mrr), 0..1; null where too few servers have such cases. */
export type Intervals = { readonly servers: number } & { readonly [Name in MeasureName]: Interval | null };

export function intervalsOf(rows: readonly CaseRow[]): Intervals {
  const servers = new Set(rows.map((r) => r.server)).size;
  const of = (name: MeasureName) =>
    servers < LEAST_SERVERS ? null : meanInterval(partsByServer(rows.map((r) => [r.server, MEASURES[name](r)])));
  return {
    servers,
    top1: of('top1'),
    top3: of('top3'),
    top5: of('top5'),
    mrr: of('mrr'),
    bugSaid: of('bugSaid'),
    verdicts: of('verdicts'),
    falseAlarms: of('falseAlarms'),
  };
}

/** In what methods are compared. */
export const COMPARED = ['top1', 'top5', 'mrr'] as const;

/** The same cases under two methods, or before and after a change; null where too few servers have a guilty function. */
export type Differences = { readonly [Name in (typeof COMPARED)[number]]: Difference | null };

export function differencesOf(pairs: readonly (readonly [CaseRow, CaseRow])[]): Differences {
  const of = (name: (typeof COMPARED)[number]) => {
    const measure = MEASURES[name];
    const difference = ([a, b]: readonly [CaseRow, CaseRow]) => {
      const [x, y] = [measure(a), measure(b)];
      return x === null || y === null ? null : x - y;
    };
    return pairedDifference(partsByServer(pairs.map((pair) => [pair[0].server, difference(pair)])));
  };
  return { top1: of('top1'), top5: of('top5'), mrr: of('mrr') };
}

/** Each server's part, in the order of their names: the draws depend on no other order. */
function partsByServer(values: readonly (readonly [server: string, value: number | null])[]): Part[] {
  const parts = new Map<string, { sum: number; of: number }>();
  for (const [server, value] of values) {
    if (value === null) continue;
    const part = parts.get(server);
    if (part === undefined) parts.set(server, { sum: value, of: 1 });
    else {
      part.sum += value;
      part.of++;
    }
  }
  return [...parts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, part]) => part);
}
