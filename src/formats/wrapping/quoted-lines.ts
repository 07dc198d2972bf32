/** Quotation marks round each line: what CSV, JSON and the lists of programs make of a text. */
import type { Mark } from './mark.js';
import { tableColumn } from './table-column.js';

/** Each line in quotation marks: a column of CSV, a list of a program or of JSON. */
const QUOTED_LINE = /^(["'])(.*)\1(?: ?[,;])?$/;
/** Several fields of CSV, each in quotation marks or not: where the first and the last have them, they belong to these. RFC 4180. */
const ROW = /^(?:"(?:[^"]|"")*" *|[^",;\t|]*)(?:[,;\t|](?: *"(?:[^"]|"")*" *|[^",;\t|]*))+$/;
/** Behind the one field of a list. */
const LIST_END = / ?[,;]$/;

/** Share that a sign must have which one line of the program may bear. */
const MOST = 0.9;

export const QUOTED_LINES: Mark = {
  id: 'quoted-lines',
  what: 'quotation marks round each line',
  sign: (lines) => {
    const items = lines.filter((line) => /\w/.test(line)).map(ofList);
    const quoted = items.filter((line) => QUOTED_LINE.test(line)).length;
    return (
      items.length > 1 &&
      quoted >= items.length * MOST &&
      (items.every(isJsonText) || tableColumn(lines) === null) &&
      items.filter(isRow).length < items.length * MOST
    );
  },
  undo: (line) => {
    const [, mark, inner] = QUOTED_LINE.exec(ofList(line)) ?? [];
    if (inner === undefined) return line;
    return mark === '"' ? unquoted(`"${inner}"`) : inner;
  },
};

/** The line without the brackets of a list that begins or ends in it. */
const ofList = (line: string): string =>
  line
    .trim()
    .replace(/^\[(?=")/, '')
    .replace(/(?<=")\],?$/, '');

function isRow(line: string): boolean {
  return ROW.test(line.trim().replace(LIST_END, ''));
}

function isJsonText(line: string): boolean {
  try {
    return typeof JSON.parse(line.trim().replace(/ ?,$/, '')) === 'string';
  } catch {
    return false;
  }
}

/** What a string in quotation marks says: of JSON and most languages, or of CSV, which doubles them. */
export function unquoted(quoted: string): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    const inner = quoted.slice(1, -1);
    return inner.includes('\\"') ? inner.replaceAll('\\"', '"') : inner.replaceAll('""', '"');
  }
}
