/**
 * A table without quotation marks, as psql, mysql and Markdown draw it or as tabs make it, one column of which holds the threads of lines that
 * name none. Of others, borders and numbers of rows are taken off as marks and heads.
 */
import { isRecord } from './known-lines.js';
import type { Mark } from './mark.js';
import { momentOf } from './moment.js';
import { isUnthreaded, threadColumn, tidOf, withThread } from './threads.js';

/** A step of a Wrapping that is no id of a table: how columns are kept apart, columns before and behind the line, that of the threads. */
const STEP = /^drawn:(bars|tabs):(\d+):(\d+):(\d+)$/;
type Separator = 'bars' | 'tabs';
/** What is drawn between rows. */
const BORDER = /^[\s+|:-]*---[\s+|:-]*$/;
/** So large a share of the lines has a line of the trace there. */
const MOST = 0.6;

/** The step that takes a line of the trace out of its row and puts its thread before it; null where the lines are no such table. */
export function drawnTable(lines: readonly string[]): string | null {
  for (const separator of ['bars', 'tabs'] as const) {
    const rows = lines.map((line) => cellsOf(line, separator));
    const columns = rows.map((row) => (row.length < 2 ? -1 : row.findIndex((cell) => isRecord(cell))));
    const column = columns.find((each) => each >= 0) ?? -1;
    const held = rows.filter((row, i) => columns[i] === column && isUnthreaded(row[column]!));
    if (column < 0 || held.length < lines.length * MOST) continue;
    // Strings and flags may hold what keeps columns apart.
    const width = Math.min(...held.map(({ length }) => length));
    const behind = width - column - 1;
    const beside = held.map((row) => [...row.slice(0, column), '', ...row.slice(row.length - behind)]);
    const head = rows.slice(0, columns.indexOf(column)).find(({ length }) => length === width) ?? null;
    const threads = threadColumn(head, beside);
    if (threads >= 0) return `drawn:${separator}:${column}:${behind}:${threads}`;
  }
  return null;
}

/** The mark of a step that `drawnTable` gave; null for another. */
export function drawnMark(step: string): Mark | null {
  const [, separator, before, after, threads] = STEP.exec(step) ?? [];
  if (separator === undefined) return null;
  const [column, behind] = [Number(before), Number(after)];
  return {
    id: step,
    what: 'columns of a table',
    sign: () => false,
    undo: (line) => {
      if (BORDER.test(line)) return '';
      const row = cellsOf(line, separator as Separator);
      if (row.length < column + behind + 1) return line;
      const text = row.slice(column, row.length - behind).join(separator === 'bars' ? ' | ' : '\t');
      const beside = [...row.slice(0, column), '', ...row.slice(row.length - behind)];
      const moment = beside.map(momentOf).find((found) => found !== '');
      // A frame has lost the blank before its mark.
      const record = withThread(tidOf(beside[Number(threads)]), text.replace(/^> /, ' > '));
      return `${moment === undefined ? '' : `${moment} `}${record}`;
    },
  };
}

function cellsOf(line: string, separator: Separator): string[] {
  if (separator === 'tabs') return line.split('\t').map((cell) => cell.trim());
  const inside = line
    .trim()
    .replace(/^\|(?= )/, '')
    .replace(/(?<= )\|$/, '')
    .trim();
  return inside.split(/ +\| +/);
}
