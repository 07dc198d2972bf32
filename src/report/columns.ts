/**
 * Lines and columns on a terminal, where characters are not all as wide as each other: those of East Asia and emoji take two columns, marks
 * that combine take none. string-width says how wide a text is (yargs has loaded it already); pages need none of this.
 */
import stringWidth from 'string-width';

/** Texts of characters that take a column each: printable ASCII, dashes, dots, boxes and bars. */
const NARROW = /^[\x20-\x7e×\u2010-\u2027\u2500-\u259f]*$/;

/** Columns that a text takes. */
export function columnsOf(text: string): number {
  // The first text beyond ASCII costs string-width more than a whole table: it makes a segmenter, and compiles a pattern of all emoji.
  return NARROW.test(text) ? text.length : stringWidth(text);
}

/** Cut to `width` columns in the middle, so that both the beginning and the end of a name remain; never within what is seen as one character. */
export function fit(text: string, width: number): string {
  if (columnsOf(text) <= width) return text;
  if (width <= 1) return '…'.slice(0, Math.max(0, width));
  const seen = charactersOf(text);
  const headRoom = Math.ceil((width - 1) / 2);
  const head = taken(seen, headRoom);
  const tail = taken(seen.reverse(), width - 1 - columnsOf(head.join('')));
  return `${head.join('')}…${tail.reverse().join('')}`;
}

/** From the first on, as many as fit. */
function taken(characters: readonly string[], width: number): string[] {
  const out: string[] = [];
  let room = width;
  for (const c of characters) {
    room -= columnsOf(c);
    if (room < 0) break;
    out.push(c);
  }
  return out;
}

let segmenter: Intl.Segmenter | undefined;

/** What is seen as one character each (Unicode's grapheme clusters). */
function charactersOf(text: string): string[] {
  // Of most names each is one, and the segmenter takes long to make.
  if (NARROW.test(text)) return [...text];
  segmenter ??= new Intl.Segmenter();
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** Breaks words into lines of at most `width`; lines after the first begin with `indent`. A longer word is cut. */
export function wrap(text: string, width: number, indent = ''): string {
  const lines: string[] = [];
  let line = '';
  for (const whole of text.split(' ')) {
    const word = fit(whole, Math.max(1, width - indent.length));
    if (line !== '' && columnsOf(line) + 1 + columnsOf(word) > width) {
      lines.push(line);
      line = indent + word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join('\n');
}

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Never narrower than this; a column without it keeps its full width. */
  readonly shrinkTo?: number;
}

/**
 * Rows under titles, two spaces between columns, at most `width` columns wide as long as the columns that may
 * shrink allow it. `paint` colours a cell after it was measured.
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
  paint: (text: string, row: number, column: number) => string = (text) => text,
): string[] {
  const widths = columns.map((c, k) => Math.max(columnsOf(c.title), ...rows.map((r) => columnsOf(r[k] ?? ''))));
  let excess = widths.reduce((a, b) => a + b, 0) + 2 * (columns.length - 1) - width;
  while (excess > 0) {
    // Take from the widest that may still give.
    let widest = -1;
    columns.forEach((c, k) => {
      const least = c.shrinkTo === undefined ? Infinity : c.shrinkTo;
      if (widths[k]! > least && (widest < 0 || widths[k]! > widths[widest]!)) widest = k;
    });
    if (widest < 0) break;
    widths[widest]!--;
    excess--;
  }
  const line = (cells: readonly string[], row: number) =>
    cells
      .map((cell, k) => {
        const text = fit(cell, widths[k]!);
        const pad = ' '.repeat(widths[k]! - columnsOf(text));
        const painted = paint(text, row, k);
        return columns[k]!.align === 'right' ? pad + painted : k === columns.length - 1 ? painted : painted + pad;
      })
      .join('  ')
      .trimEnd();
  return [
    line(
      columns.map((c) => c.title),
      -1,
    ),
    ...rows.map((r, i) => line(r, i)),
  ];
}
