/** What moved between two documents, as rows of a table. */
import type { Comparison, Move } from '../coordinator/compare.js';

export const MOVE_HEADER = ['what', 'name', 'before', 'after'];

const number = (n: number | null) => (n === null ? '-' : Number.isInteger(n) ? String(n) : n.toFixed(4));

/** Rows "what, name, before, after" of a part. */
export function moveRows(part: Comparison['parts'][number]): string[][] {
  const row = (what: string) => (m: Move) => [what, m.name, number(m.before), number(m.after)];
  return [
    ...part.verdicts.map((v) => ['verdict', v.name, v.before ?? '-', v.after ?? '-']),
    ...part.ranks.map(row('rank')),
    ...part.totals.map(row('total')),
  ];
}
