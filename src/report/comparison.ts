/** Reports of `compare`. */
import type { Comparison } from '../coordinator/compare.js';
import { csvText } from './csv-text.js';
import { DIFFERENCE_HEADER, differenceRows } from './differences.js';
import { comparisonPage } from './html/comparison-page.js';
import { jsonReporter } from './json.js';
import { code, markdownTable, plain } from './markdown-text.js';
import { MOVE_HEADER, moveRows } from './moves.js';
import { painter } from './paint.js';
import type { Reporter } from './reporter.js';
import { table, wrap } from './columns.js';
import { forAnyNames } from './any-names.js';
import { KIND_HEADER, episodeLine, kindLine, kindName, kindRows, windowLine, windowNotes } from './windows-text.js';

/** Whether what moved says something about other servers; only of evaluations with enough of them. */
function differences({ differences }: Comparison['parts'][number]): string[][] {
  return differences === null ? [] : differenceRows(differences);
}
const SINCE = ['after minus before', ...DIFFERENCE_HEADER.slice(1)];

const quoted = ([what, name, ...values]: string[]) => [what!, code(name!), ...values.map(plain)];

const NOTHING = 'Nothing moved.';

/** Episodes of one window alone, under their headings. */
function lone(d: Comparison): [title: string, lines: string[]][] {
  const { fresh = [], gone = [] } = d.windows?.work?.episodes ?? {};
  const parts: [string, string[]][] = [
    ['Episodes that are new', fresh.map(episodeLine)],
    ['Episodes that are gone', gone.map(episodeLine)],
  ];
  return parts.filter(([, lines]) => lines.length > 0);
}

const tableReporter: Reporter<Comparison> = {
  id: 'table',
  what: 'for people',
  extension: 'txt',
  needs: ['work'],
  render(d, { width, color }) {
    const paint = painter(color);
    const dim = (text: string, row: number) => (row < 0 ? paint.dim(text) : text);
    const lines: string[] = [];
    const { windows } = d;
    if (windows !== null)
      lines.push(
        ...[`before  ${windowLine(windows.before)}`, `after   ${windowLine(windows.after)}`].map((line) =>
          wrap(line, width, ' '.repeat(8)),
        ),
        '',
      );
    if (!d.changed) lines.push(NOTHING, '');
    for (const part of d.parts) {
      const body = moveRows(part);
      if (body.length === 0) continue;
      const columns = MOVE_HEADER.map((title, k) => (k === 1 ? { title, shrinkTo: 10 } : { title }));
      lines.push(paint.bold(part.title), ...table(columns, body, width, dim), '');
      const since = differences(part);
      if (since.length === 0) continue;
      const right = SINCE.map((title, k) => (k === 0 ? { title } : { title, align: 'right' as const }));
      lines.push(...table(right, since, width, dim), '');
    }
    if (windows === null) return lines.join('\n').trimEnd() + '\n';
    const changed = windows.work?.kinds ?? [];
    if (changed.length > 0) lines.push(paint.bold('Kinds of work that changed'));
    for (const kind of changed)
      lines.push(`  ${wrap(kindName(kind), width - 2, '  ')}`, `    ${wrap(kindLine(kind), width - 4, '      ')}`);
    if (changed.length > 0) lines.push('');
    for (const [title, body] of lone(d))
      lines.push(paint.bold(title), ...body.map((l) => `  ${wrap(l, width - 2, '    ')}`), '');
    lines.push(...windowNotes(windows).map((note) => paint.dim(wrap(note, width))));
    return lines.join('\n').trimEnd() + '\n';
  },
};

const csvReporter: Reporter<Comparison> = {
  id: 'csv',
  what: 'one row a move',
  extension: 'csv',
  needs: ['work'],
  render: (d) => {
    const kinds = d.windows?.work?.kinds ?? [];
    const episodes = d.windows?.work?.episodes;
    const title = d.parts[0]?.title ?? '';
    const bound = (n: number) => (n > 0 ? `<=${n}` : '0');
    return csvText(
      ['part', ...MOVE_HEADER],
      [
        ...d.parts.flatMap((p) => moveRows(p).map((r) => [p.title, ...r])),
        ...kinds.flatMap((k) => [
          [title, 'units a second', kindName(k), String(k.before.perSecond), String(k.after.perSecond)],
          [title, 'seconds a unit', kindName(k), String(k.before.meanSeconds ?? ''), String(k.after.meanSeconds ?? '')],
          [title, 'calls a unit', kindName(k), String(k.before.meanCalls ?? ''), String(k.after.meanCalls ?? '')],
        ]),
        ...(episodes?.fresh ?? []).map((e) => [
          title,
          'new episode',
          e.core.join(' '),
          bound(e.otherAtMost),
          String(e.perSecond),
        ]),
        ...(episodes?.gone ?? []).map((e) => [
          title,
          'gone episode',
          e.core.join(' '),
          String(e.perSecond),
          bound(e.otherAtMost),
        ]),
      ],
    );
  },
};

const markdownReporter: Reporter<Comparison> = {
  id: 'markdown',
  what: 'for tickets and chat',
  extension: 'md',
  needs: ['work'],
  render(d) {
    const { windows } = d;
    const list = (lines: readonly string[]) => lines.map((line) => `- ${plain(line)}\n`).join('');
    const kinds = windows === null ? [] : kindRows(windows);
    const parts = [
      ...(windows === null
        ? []
        : [list([`before: ${windowLine(windows.before)}`, `after: ${windowLine(windows.after)}`])]),
      ...(d.changed ? [] : [`${NOTHING}\n`]),
      ...d.parts
        .filter((p) => moveRows(p).length > 0)
        .flatMap((p) => [
          `### ${plain(p.title)}\n\n${markdownTable(MOVE_HEADER, moveRows(p).map(quoted), [2, 3])}`,
          ...(differences(p).length === 0 ? [] : [markdownTable(SINCE, differences(p), [1, 2, 3])]),
        ]),
      ...(kinds.length === 0
        ? []
        : [
            `### Kinds of work that changed\n\n${markdownTable(
              KIND_HEADER,
              kinds.map(([name, ...figures]) => [code(name!), ...figures.map(plain)]),
            )}`,
          ]),
      ...lone(d).map(([title, lines]) => `### ${title}\n\n${list(lines)}`),
      ...(windows === null ? [] : [list(windowNotes(windows))]),
    ];
    return parts.join('\n');
  },
};

const htmlReporter: Reporter<Comparison> = {
  id: 'html',
  what: 'one page: kinds of work, episodes, the differential flame graph',
  extension: 'html',
  needs: ['work', 'stacks'],
  render: (d) => comparisonPage(d),
};

export const COMPARISON_REPORTERS: readonly Reporter<Comparison>[] = forAnyNames<Comparison>([
  tableReporter,
  { ...jsonReporter, what: 'the whole document', needs: ['work'] },
  csvReporter,
  markdownReporter,
  htmlReporter,
]);
