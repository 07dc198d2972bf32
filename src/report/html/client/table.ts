/** Tables that sort by a click on a heading and that can be copied into a spreadsheet. */
import { type Child, h } from './dom.js';

export interface Column<Row> {
  readonly title: string;
  readonly numeric?: boolean;
  /** Left out where the page is narrow. */
  readonly extra?: boolean;
  /** What it is sorted by and copied as. */
  value(row: Row): string | number | null;
  /** What is shown; default: the value. */
  show?(row: Row): Child;
}

/** Longer tables begin with their first rows. */
const LONG = 16;
const FIRST = 12;

export function sortableTable<Row>(
  caption: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): HTMLElement {
  const body = h('tbody');
  let most = rows.length > LONG ? FIRST : rows.length;
  const fill = (list: readonly Row[]) =>
    body.replaceChildren(
      ...list.slice(0, most).map((row) =>
        h(
          'tr',
          {},
          columns.map((c, k) => {
            const child = c.show === undefined ? String(c.value(row) ?? '') : c.show(row);
            return k === 0
              ? h('th', { scope: 'row', class: classOf(c) }, child)
              : h('td', { class: classOf(c) }, child);
          }),
        ),
      ),
    );
  fill(rows);
  let shown = rows;
  const heads = columns.map((c) => h('th', { scope: 'col', class: classOf(c) }));
  columns.forEach((c, k) => {
    const sort = () => {
      // Numbers are looked at from the largest down.
      const was = heads[k]!.getAttribute('aria-sort');
      const down = was === null ? c.numeric === true : was === 'ascending';
      heads.forEach((head) => head.removeAttribute('aria-sort'));
      heads[k]!.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      shown = [...rows].sort((a, b) => (down ? -1 : 1) * compare(c.value(a), c.value(b)));
      fill(shown);
    };
    heads[k]!.append(h('button', { type: 'button', class: 'sort', click: sort }, c.title));
  });
  const copy = h('button', { type: 'button' }, 'Copy table');
  copy.addEventListener('click', () => {
    const lines = [columns.map((c) => c.title), ...shown.map((row) => columns.map((c) => cell(c.value(row))))];
    void copyText(lines.map((line) => line.join('\t')).join('\n')).then((done) => {
      copy.textContent = done ? 'Copied' : 'Copying is not allowed here';
      setTimeout(() => (copy.textContent = 'Copy table'), 2000);
    });
  });
  const all = h('button', { type: 'button' }, `Show all ${rows.length} rows`);
  const showAll = () => {
    most = rows.length;
    fill(shown);
    all.remove();
  };
  all.addEventListener('click', showAll);
  addEventListener('beforeprint', showAll);
  const table = h('table', {}, h('caption', {}, h('span', {}, caption)), h('thead', {}, h('tr', {}, heads)), body);
  return h(
    'div',
    { class: 'table' },
    h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption }, table),
    h('div', { class: 'buttons' }, rows.length > LONG && all, copy),
  );
}

function classOf<Row>({ numeric, extra }: Column<Row>): string | undefined {
  const classes = [numeric === true ? 'number' : '', extra === true ? 'extra' : ''].join(' ').trim();
  return classes === '' ? undefined : classes;
}

function compare(a: string | number | null, b: string | number | null): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a ?? '').localeCompare(String(b ?? ''), 'en', { numeric: true });
}

/** A spreadsheet takes what begins so for a formula. */
const FORMULA = /^[=+\-@]/;

function cell(value: string | number | null): string {
  if (typeof value !== 'string') return String(value ?? '');
  const text = value.replace(/[\t\n\r]/g, ' ');
  return FORMULA.test(text) ? `'${text}` : text;
}

async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = h('textarea', { 'aria-hidden': 'true' });
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}
