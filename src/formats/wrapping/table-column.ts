/** A column of a table: clouds and log viewers export what they found as CSV, with the line in quotation marks and its time beside it. */
import type { Mark } from './mark.js';
import { holdsRecord } from './known-lines.js';
import { momentOf } from './moment.js';
import { threadColumn, tidOf, withThread } from './threads.js';

/** A step of a Wrapping that is no id of a table: separator, number of the column, and of that of the threads. */
const STEP = /^column:(.):(\d+)(?::(\d+))?$/s;
const SEPARATORS = [',', '\t', ';', '|'];
/** Fewer lines share anything by chance. */
const LEAST_LINES = 2;
/** So large a share of the lines has a line of the trace there, and so large a share of those in quotation marks. */
const MOST = 0.6;
const QUOTED = 0.3;

/** The step that takes a line of the trace out of its row; null where the lines are no table. */
export function tableColumn(lines: readonly string[]): string | null {
  for (const separator of SEPARATORS) {
    const rows = lines.map((line) => fieldsOf(line, separator));
    const width = Math.max(...rows.map((row) => row.length));
    for (let column = 0; column < width; column++) {
      // Traces have many columns by their commas, and nothing in quotation marks there.
      if (rows.filter((row) => row[column]?.quoted === true).length < LEAST_LINES) continue;
      const held = rows.filter((row) => row.length > 1 && holdsRecord(row[column]?.text ?? ''));
      const quoted = held.filter((row) => row[column]!.quoted);
      if (quoted.length < LEAST_LINES || held.length < lines.length * MOST) continue;
      if (quoted.length < held.length * QUOTED) continue;
      // The first line names the columns, if it is no row like the others.
      const names = held[0] === rows[0] ? null : rows[0]!.map(({ text }) => text);
      const beside = held.map((row) => row.map(({ text }, i) => (i === column ? '' : text)));
      const threads = threadColumn(names, beside);
      return `column:${separator}:${column}${threads < 0 ? '' : `:${threads}`}`;
    }
  }
  return null;
}

/** The mark of a step that `tableColumn` gave; null for another. */
export function columnMark(step: string): Mark | null {
  const [, separator, number, threads] = STEP.exec(step) ?? [];
  if (separator === undefined) return null;
  const column = Number(number);
  return {
    id: step,
    what: 'columns of a table',
    sign: () => false,
    undo: (line) => {
      const row = fieldsOf(line, separator);
      const text = row[column]?.text;
      if (text === undefined || row.length === 1) return line;
      const moment = row.map((field) => momentOf(field.text)).find((found) => found !== '');
      const tid = threads === undefined ? '' : tidOf(row[Number(threads)]?.text);
      const record = withThread(tid, text.trimEnd().replace(/[\r\n]/g, ' '));
      return `${moment === undefined ? '' : `${moment} `}${record}`;
    },
  };
}

interface Field {
  readonly text: string;
  readonly quoted: boolean;
}

/** Quotation marks that are doubled, within a field. */
const DOUBLED = /[^\t,;|"]""|""[^\t,;|"]/;

/** Fields of a line of CSV: in quotation marks, which are doubled inside or have a backslash before them, or up to the separator. */
function fieldsOf(line: string, separator: string): Field[] {
  const fields: Field[] = [];
  const backslashed = line.includes('\\"') && !DOUBLED.test(line);
  for (let p = 0; p <= line.length;) {
    let end = p;
    if (line[p] === '"') {
      const escape = backslashed ? '\\' : '"';
      for (end = p + 1; end < line.length && (line[end] !== '"' || (!backslashed && line[end + 1] === '"')); end++)
        if (line[end] === escape) end++;
      const next = line[end + 1];
      if (next === undefined || next === separator) {
        const text = line.slice(p + 1, end);
        fields.push({ text: text.replace(backslashed ? /\\(["\\])/g : /"(")/g, '$1'), quoted: true });
        p = end + 2;
        continue;
      }
    }
    end = line.indexOf(separator, p);
    if (end < 0) end = line.length;
    fields.push({ text: line.slice(p, end), quoted: false });
    p = end + 1;
  }
  return fields;
}
