/** The window over time: calls a second, and what the threads' time went to, each stacked by what calls are for. */
import uPlot from 'uplot';
import type { Timeline } from '../../../timeline/timeline.js';
import { grouped, moment } from '../../text.js';
import { type ChartParts, type TimeChart, timeChart } from './chart.js';
import { h, section } from './dom.js';
import { colour } from './palette.js';
import { sortableTable } from './table.js';
import type { Zoom } from './zoom.js';

const HEIGHT = 190;
/** Room below the axis for the marks of abnormal units, as a part of the highest value. */
const MARKS = 0.07;

interface Layer {
  readonly name: string;
  readonly colour: string;
  readonly values: readonly number[];
}

export function timelineSection(timeline: Timeline, chart: TimeChart): HTMLElement {
  const width = (timeline.to - timeline.from) / timeline.cells;
  const rates = timeline.groups
    .filter((g) => g.calls.some((n) => n > 0))
    .map((g) =>
      layer(
        g.group,
        g.calls.map((n) => n / width),
      ),
    );
  const times = timeline.groups.flatMap((g) =>
    g.seconds === null
      ? []
      : [
          layer(
            g.group,
            g.seconds.map((s) => s / width),
          ),
        ],
  );
  if (timeline.between !== null)
    times.push(
      layer(
        'between calls',
        timeline.between.map((s) => s / width),
      ),
    );
  const odd = timeline.abnormalUnits.reduce((a, b) => a + b, 0);
  const marks = odd === 0 ? null : (u: uPlot) => drawMarks(u, timeline);
  const rateHelp =
    odd === 0
      ? 'No unit of work in the window is abnormal.'
      : `Marks below the axis: where the ${grouped(odd)} abnormal units of work begin, darker where there are more.`;
  return section(
    'timeline',
    'Timeline',
    toolbar(chart),
    h('h3', {}, 'Calls a second'),
    h('p', { class: 'help' }, rateHelp),
    stacked(timeline, chart, rates, 'calls a second', marks),
    ...(times.length === 0
      ? [h('p', { class: 'help' }, 'The trace has no durations: where time went is not known.')]
      : [
          h('h3', {}, 'Where the threads were'),
          h(
            'p',
            { class: 'help' },
            'How many threads at a time were inside of which calls, or between calls (running, or waiting to run).',
          ),
          stacked(timeline, chart, times, 'threads', null),
        ]),
    beforeAfter(timeline),
  );
}

const COLOURS: Readonly<Record<string, string>> = {
  network: 'c1',
  files: 'c2',
  'pipes and events': 'c3',
  'event polling': 'c4',
  locks: 'c5',
  sleeping: 'c6',
  memory: 'c7',
  processes: 'c8',
  other: 'c9',
  'between calls': 'c10',
};

function layer(name: string, values: readonly number[]): Layer {
  return { name, colour: Object.hasOwn(COLOURS, name) ? COLOURS[name]! : 'c9', values };
}

function stacked(
  timeline: Timeline,
  chart: TimeChart,
  layers: readonly Layer[],
  unit: string,
  marks: ((u: uPlot) => void) | null,
): HTMLElement {
  const place = h('div', { class: 'chart' });
  const hidden = new Set<string>();
  const read = h('p', { class: 'reading' }, ' ');
  const width = (timeline.to - timeline.from) / timeline.cells;
  const xs = Array.from({ length: timeline.cells + 1 }, (_, c) => timeline.from + c * width);
  // From the top of the stack down, so that each layer covers the ones that it stands on.
  const top = [...layers].reverse();
  const data = (): uPlot.AlignedData => {
    const sums = new Array<number>(timeline.cells).fill(0);
    const stack = layers.map((l) => {
      if (!hidden.has(l.name)) l.values.forEach((v, c) => (sums[c]! += v));
      // Steps need the end of the last cell, too.
      return [...sums, sums.at(-1)!];
    });
    return [xs, ...stack.reverse()];
  };
  const parts: ChartParts = {
    height: HEIGHT,
    label: `${unit} over time, by what calls are for; the table below has the figures`,
    series: () =>
      top.map((l) => ({
        fill: colour(l.colour),
        stroke: colour('page'),
        width: 0.5,
        paths: uPlot.paths.stepped!({ align: 1 }),
        points: { show: false },
      })),
    yAxis: () => ({ values: (_, at) => at.map((v) => (v < 0 ? '' : grouped(Math.abs(v)))), space: 36 }),
    yRange: (_, __, max) => {
      const highest = max > 0 ? max * 1.05 : 1;
      return [marks === null ? 0 : -MARKS * highest, highest];
    },
    ...(marks === null ? {} : { draw: marks }),
    onCursor: (cell) => {
      const c = cell === null ? null : Math.min(cell, timeline.cells - 1);
      read.textContent = c === null ? ' ' : reading(timeline, layers, chart, c, unit);
    },
  };
  const legend = h('div', { class: 'legend', role: 'group', 'aria-label': `Kinds of calls shown: ${unit}` });
  queueMicrotask(() => {
    const drawn = timeChart(place, chart, parts, data);
    legend.append(
      ...layers.map((l) => {
        const button = h(
          'button',
          { type: 'button', 'aria-pressed': 'true' },
          h('span', { class: `swatch ${l.colour}` }),
          l.name,
        );
        button.addEventListener('click', () => {
          const shows = hidden.has(l.name);
          if (shows) hidden.delete(l.name);
          else hidden.add(l.name);
          button.setAttribute('aria-pressed', String(shows));
          drawn.redraw();
        });
        return button;
      }),
    );
  });
  return h('div', {}, place, legend, read);
}

function reading(
  timeline: Timeline,
  layers: readonly Layer[],
  { clock }: TimeChart,
  cell: number,
  unit: string,
): string {
  const at = timeline.from + ((timeline.to - timeline.from) * cell) / timeline.cells;
  const parts = layers.filter((l) => l.values[cell]! > 0).map((l) => `${l.name} ${grouped(l.values[cell]!)}`);
  const odd = timeline.abnormalUnits[cell]!;
  const units = odd === 0 ? '' : `; ${odd} of ${timeline.units[cell]!} units abnormal`;
  return `${moment(clock, at)}: ${unit}: ${parts.join(', ') || 'none'}${units}`;
}

function drawMarks(u: uPlot, timeline: Timeline): void {
  const { ctx, bbox } = u;
  const width = (timeline.to - timeline.from) / timeline.cells;
  const most = Math.max(...timeline.abnormalUnits);
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.fillStyle = colour('odd');
  const top = u.valToPos(0, 'y', true) + 2 * devicePixelRatio;
  timeline.abnormalUnits.forEach((n, c) => {
    if (n === 0) return;
    const left = u.valToPos(timeline.from + c * width, 'x', true);
    const right = u.valToPos(timeline.from + (c + 1) * width, 'x', true);
    ctx.globalAlpha = 0.35 + (0.65 * n) / most;
    ctx.fillRect(left, top, Math.max(devicePixelRatio, right - left), bbox.top + bbox.height - top);
  });
  ctx.restore();
}

function toolbar({ zoom, clock, onset }: TimeChart): HTMLElement {
  const shown = h('output', { class: 'range', 'aria-live': 'polite' });
  const tell = () => {
    const { from, to } = zoom.range;
    shown.textContent = `${moment(clock, from)} to ${moment(clock, to)}`;
  };
  tell();
  zoom.follow(tell);
  const button = (text: string, press: () => void) => h('button', { type: 'button', click: press }, text);
  return h(
    'div',
    { class: 'toolbar', role: 'group', 'aria-label': 'Stretch of time shown by all charts' },
    button('Whole window', () => zoom.show(zoom.whole)),
    onset !== null && button('Around the onset', () => aroundOnset(zoom, onset)),
    button('Zoom in', () => zoom.scale(0.5)),
    button('Zoom out', () => zoom.scale(2)),
    button('Earlier', () => zoom.shift(-0.5)),
    button('Later', () => zoom.shift(0.5)),
    shown,
    h(
      'span',
      { class: 'help' },
      'Drag in a chart to zoom, double-click for the whole window.',
      onset !== null && ' The dashed line is the onset.',
    ),
  );
}

function aroundOnset(zoom: Zoom, onset: number): void {
  const reach = (zoom.whole.to - zoom.whole.from) / 10;
  zoom.show({ from: onset - reach, to: onset + reach });
}

/** The same as figures: for readers of tables, and for those who listen. */
function beforeAfter(timeline: Timeline): HTMLElement {
  const { from, to, splitAt, cells } = timeline;
  const width = (to - from) / cells;
  const cut = splitAt === null ? 0 : Math.round((splitAt - from) / width);
  const mean = (values: readonly number[], first: number, end: number) =>
    end <= first ? null : values.slice(first, end).reduce((a, b) => a + b, 0) / ((end - first) * width);
  const rows = timeline.groups.map((g) => ({
    name: g.group,
    calls: g.calls as readonly number[] | null,
    seconds: g.seconds,
  }));
  if (timeline.between !== null) rows.push({ name: 'between calls', calls: null, seconds: timeline.between });
  const figure = (
    title: string,
    of: (row: (typeof rows)[number]) => readonly number[] | null,
    first: number,
    end: number,
  ) => ({
    title,
    numeric: true,
    value: (row: (typeof rows)[number]) => {
      const values = of(row);
      const value = values === null ? null : mean(values, first, end);
      return value === null ? null : Math.round(value * 1000) / 1000;
    },
    show: (row: (typeof rows)[number]) => {
      const values = of(row);
      const value = values === null ? null : mean(values, first, end);
      return value === null ? '–' : grouped(Math.round(value * 100) / 100);
    },
  });
  const calls = (row: (typeof rows)[number]) => row.calls;
  const seconds = (row: (typeof rows)[number]) => row.seconds;
  const columns =
    splitAt === null
      ? [figure('calls a second', calls, 0, cells), figure('threads at a time', seconds, 0, cells)]
      : [
          figure('calls a second before', calls, 0, cut),
          figure('after', calls, cut, cells),
          figure('threads at a time before', seconds, 0, cut),
          figure('after', seconds, cut, cells),
        ];
  return h(
    'details',
    {},
    h('summary', {}, 'The same as a table'),
    sortableTable(
      splitAt === null ? 'Kinds of calls in the window' : 'Kinds of calls before and after the onset',
      [{ title: 'what for', value: (row: (typeof rows)[number]) => row.name }, ...columns],
      rows,
    ),
  );
}
