/** Reports of `compare`. */
import { painter } from './paint.js';
import type { Comparison, Move } from '../coordinator/compare.js';
import { csvText } from './csv-text.js';
import { DIFFERENCE_HEADER, differenceRows } from './differences.js';
import { jsonReporter } from './json.js';
import { code, markdownTable, plain } from './markdown-text.js';
import type { Reporter } from './reporter.js';
import { table } from './text.js';
import { forAnyNames } from './visible.js';

const number = (n: number | null) => (n === null ? '-' : Number.isInteger(n) ? String(n) : n.toFixed(4));

/** Rows "what, name, before, after" of a part. */
function rows(part: Comparison['parts'][number]): string[][] {
  const row = (what: string) => (m: Move) => [what, m.name, number(m.before), number(m.after)];
  return [
    ...part.verdicts.map((v) => ['verdict', v.name, v.before ?? '-', v.after ?? '-']),
    ...part.ranks.map(row('rank')),
    ...part.totals.map(row('total')),
  ];
}

/** Whether what moved says something about other servers; only of evaluations with enough of them. */
function differences({ differences }: Comparison['parts'][number]): string[][] {
  return differences === null ? [] : differenceRows(differences);
}
const SINCE = ['after minus before', ...DIFFERENCE_HEADER.slice(1)];

const quoted = ([what, name, ...values]: string[]) => [what!, code(name!), ...values.map(plain)];

const HEADER = ['what', 'name', 'before', 'after'];

export const COMPARISON_REPORTERS: readonly Reporter<Comparison>[] = forAnyNames<Comparison>([
  {
    id: 'table',
    what: 'for people',
    extension: 'txt',
    render(d, { width, color }) {
      const paint = painter(color);
      if (!d.changed) return 'Nothing moved.\n';
      const lines: string[] = [];
      for (const part of d.parts) {
        const body = rows(part);
        if (body.length === 0) continue;
        const columns = HEADER.map((title, k) => (k === 1 ? { title, shrinkTo: 10 } : { title }));
        const dim = (text: string, row: number) => (row < 0 ? paint.dim(text) : text);
        lines.push(paint.bold(part.title), ...table(columns, body, width, dim), '');
        const since = differences(part);
        if (since.length === 0) continue;
        const right = SINCE.map((title, k) => (k === 0 ? { title } : { title, align: 'right' as const }));
        lines.push(...table(right, since, width, dim), '');
      }
      return lines.join('\n');
    },
  },
  { ...jsonReporter, what: 'the whole document' },
  {
    id: 'csv',
    what: 'one row a move',
    extension: 'csv',
    render: (d) =>
      csvText(
        ['part', ...HEADER],
        d.parts.flatMap((p) => rows(p).map((r) => [p.title, ...r])),
      ),
  },
  {
    id: 'markdown',
    what: 'for tickets and chat',
    extension: 'md',
    render: (d) =>
      d.changed
        ? d.parts
            .filter((p) => rows(p).length > 0)
            .flatMap((p) => [
              `### ${plain(p.title)}\n\n${markdownTable(HEADER, rows(p).map(quoted), [2, 3])}`,
              ...(differences(p).length === 0 ? [] : [markdownTable(SINCE, differences(p), [1, 2, 3])]),
            ])
            .join('\n')
        : 'Nothing moved.\n',
  },
]);
