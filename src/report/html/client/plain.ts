/** Pages of charts over days and tables: archives of incidents, nights of a bug set. */
import uPlot from 'uplot';
import { type Cell, LINKED, type PlainChart, type PlainPage, type PlainTable } from '../plain-page.js';
import { grouped } from '../../text.js';
import { type Child, h, name, section } from './dom.js';
import { colour, followTheme, onRecolour, switchTheme } from './palette.js';
import { sortableTable } from './table.js';

const data = JSON.parse(document.getElementById('data')!.textContent!) as PlainPage;
const HEIGHT = 220;
const COLOURS = 10;
const DAY = 86_400;

followTheme();
const parts = [...data.charts.map(chartSection), ...data.tables.map(tableSection)];
document.body.prepend(
  h(
    'header',
    { class: `verdict ${data.mood}` },
    h('button', { type: 'button', class: 'theme', click: switchTheme }, 'Light or dark'),
    h('h1', {}, data.title),
    h(
      'ul',
      { class: 'reasons' },
      data.lines.map((text) => h('li', {}, text)),
    ),
    h(
      'nav',
      { 'aria-label': 'Parts of this page' },
      parts.map((part) => h('a', { href: `#${part.id}` }, part.querySelector('h2')!.textContent!)),
    ),
  ),
  h('main', {}, parts),
  h('footer', {}, `Made by ${data.madeBy}. Times are UTC.`),
);

function chartSection(chart: PlainChart): HTMLElement {
  const place = h('div', { class: 'chart' });
  const read = h('p', { class: 'reading' }, ' ');
  queueMicrotask(() => draw(place, read, chart));
  const rows = chart.times.map((time, k) => ({ time, k }));
  type Row = (typeof rows)[number];
  return section(
    chart.id,
    chart.title,
    h('p', { class: 'help' }, chart.help),
    h(
      'ul',
      { class: 'legend' },
      chart.series.map((s, k) => h('li', {}, h('span', { class: `swatch c${(k % COLOURS) + 1}` }), s.name)),
    ),
    place,
    read,
    h(
      'details',
      {},
      h('summary', {}, 'The same as a table'),
      sortableTable(
        chart.title,
        [
          { title: 'time', value: (r: Row) => dateText(r.time, chart.kind === 'bars') },
          ...chart.series.map((s) => ({ title: s.name, numeric: true, value: (r: Row) => s.values[r.k] ?? null })),
        ],
        rows,
      ),
    ),
  );
}

function dateText(time: number, day: boolean): string {
  return new Date(time * 1000)
    .toISOString()
    .slice(0, day ? 10 : 16)
    .replace('T', ' ');
}

function draw(place: HTMLElement, read: HTMLElement, { times, series, kind, title }: PlainChart): void {
  let plot: uPlot | null = null;
  const values = kind === 'bars' ? stacked(series) : series.map((s) => [...s.values]);
  const width = () => Math.max(260, place.clientWidth);
  const say = (u: uPlot) => {
    const at = u.cursor.idx;
    read.textContent =
      at === null || at === undefined
        ? ' '
        : `${dateText(times[at]!, kind === 'bars')}: ${series.map((s) => `${s.name} ${figure(s.values[at] ?? null)}`).join(', ')}`;
  };
  const make = () => {
    plot?.destroy();
    const axis = { stroke: colour('muted'), grid: { stroke: colour('line'), width: 1 }, ticks: { show: false } };
    // Stacked from the top down: what is drawn later lies before.
    const drawn = values.map((v, k) => ({ v, k }));
    if (kind === 'bars') drawn.reverse();
    const first = times[0] ?? 0;
    const last = times.at(-1) ?? 0;
    plot = new uPlot(
      {
        width: width(),
        height: HEIGHT,
        legend: { show: false },
        padding: [8, 12, 0, 0],
        cursor: { drag: { x: false, y: false }, points: { show: kind === 'lines' } },
        tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
        scales: {
          x: { range: () => [first - DAY, last + DAY] },
          y: { range: (_, __, most) => [0, Math.max(1e-9, most * 1.05)] },
        },
        axes: [
          { ...axis, space: 70, values: (_, at) => at.map((t) => dateText(t, true)) },
          { ...axis, size: 60 },
        ],
        series: [
          {},
          ...drawn.map(({ k }) => {
            const own = colour(`c${(k % COLOURS) + 1}`);
            return kind === 'bars'
              ? {
                  stroke: own,
                  fill: own,
                  width: 0,
                  paths: uPlot.paths.bars!({ size: [0.9, 40] }),
                  points: { show: false },
                }
              : { stroke: own, width: 2, spanGaps: true, points: { show: true, size: 5, fill: own } };
          }),
        ],
        hooks: { setCursor: [say] },
      },
      [[...times], ...drawn.map(({ v }) => v)] as uPlot.AlignedData,
      place,
    );
    plot.root.setAttribute('role', 'img');
    plot.root.setAttribute('aria-label', `${title}; the table below it has the figures`);
  };
  make();
  onRecolour(make);
  let was = width();
  new ResizeObserver(() => {
    if (width() === was) return;
    was = width();
    make();
  }).observe(place);
}

/** Each series on those before it. */
function stacked(series: PlainChart['series']): number[][] {
  const sums: number[][] = [];
  for (const { values } of series) sums.push(values.map((v, i) => (v ?? 0) + (sums.at(-1)?.[i] ?? 0)));
  return sums;
}

function figure(value: number | null): string {
  return value === null ? '–' : grouped(Number.isInteger(value) ? value : Number(value.toPrecision(4)));
}

function tableSection(table: PlainTable): HTMLElement {
  const plain = (cell: Cell | undefined) =>
    cell === undefined || cell === null ? null : typeof cell === 'object' ? cell.text : cell;
  const columns = table.columns.map(({ title, numeric, extra }, k) => ({
    title,
    numeric: numeric === true,
    extra: extra === true,
    value: (row: readonly Cell[]) => plain(row[k]),
    show: (row: readonly Cell[]): Child => shown(row[k]),
  }));
  return section(
    table.id,
    table.title,
    sortableTable(table.caption, columns, table.rows),
    table.more !== null && h('p', { class: 'help' }, table.more),
  );
}

function shown(cell: Cell | undefined): Child {
  if (cell === undefined || cell === null) return '–';
  if (typeof cell === 'number') return figure(cell);
  if (typeof cell === 'string')
    return /^\d{4}-\d\d-\d\d/.test(cell) ? h('span', { class: 'moment' }, cell) : name(cell);
  return LINKED.test(cell.file) ? h('a', { href: cell.file }, name(cell.text)) : name(cell.text);
}
