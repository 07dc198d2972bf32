/** Threads by time: who calls how often, who waits in one call, who is between calls all the time. */
import type uPlot from 'uplot';
import type { ThreadStrip, Timeline } from '../../../timeline/timeline.js';
import { duration, grouped, moment } from '../../text.js';
import { type TimeChart, axisWidth, timeChart } from './chart.js';
import { h, name, section } from './dom.js';
import { colour } from './palette.js';
import { sortableTable } from './table.js';
import { type Doing, doingOf } from './thread-states.js';

const ROW = 18;
const FEWEST_ROWS = 2;

/** Spans of a thread that a suspect's evidence speaks of. */
export interface Spoken {
  readonly tid: number;
  readonly from: number;
  readonly to: number;
}

export function threadsSection(timeline: Timeline, chart: TimeChart, spoken: readonly Spoken[]): HTMLElement {
  const { threads, others } = timeline;
  const place = h('div', { class: 'chart strip' });
  const read = h('p', { class: 'reading' }, ' ');
  const states = threads.map((t) => doingOf(t, timeline));
  const busiest = Math.max(1, ...threads.map((t) => Math.max(...t.calls)));
  const rows = Math.max(FEWEST_ROWS, threads.length);
  const width = (timeline.to - timeline.from) / timeline.cells;
  const label = (t: ThreadStrip) => (t.name === '' ? String(t.tid) : `${t.tid} ${t.name}`);
  queueMicrotask(() =>
    timeChart(
      place,
      chart,
      {
        height: rows * ROW,
        label: 'What each thread did over time; the table below says it in figures',
        series: () => [{ show: true, paths: () => null, points: { show: false } }],
        yRange: () => [0, rows],
        yAxis: () => ({
          splits: () => threads.map((_, k) => rows - k - 0.5),
          values: () => threads.map((t) => cut(label(t), axisWidth())),
          grid: { show: false },
        }),
        draw: (u) => drawStrips(u, timeline, states, busiest, rows, spoken),
        onCursor: (cell, y) => {
          const row = Math.floor(rows - y);
          const t = threads[row];
          read.textContent =
            cell === null || t === undefined
              ? ' '
              : reading(
                  t,
                  states[row]![Math.min(cell, timeline.cells - 1)]!,
                  Math.min(cell, timeline.cells - 1),
                  timeline,
                  chart,
                );
        },
      },
      () => {
        const xs = Array.from({ length: timeline.cells + 1 }, (_, c) => timeline.from + c * width);
        return [xs, xs.map(() => null)];
      },
    ),
  );
  return section(
    'threads',
    'Threads',
    h('p', { class: 'help' }, 'Each row is a thread. Outlined: what the evidence against the suspects speaks of.'),
    h(
      'ul',
      { class: 'key' },
      h('li', {}, h('span', { class: 'swatch calling' }), 'calls: taller and darker, more often'),
      h('li', {}, h('span', { class: 'swatch waiting' }), 'waiting: inside of one call all the time'),
      h('li', {}, h('span', { class: 'swatch computing' }), 'computing: in no call all the time'),
    ),
    place,
    read,
    others !== null &&
      h(
        'p',
        { class: 'help' },
        `${grouped(others.threads)} more threads with fewer calls are not drawn (${grouped(others.calls.reduce((a, b) => a + b, 0))} calls).`,
      ),
    h('details', {}, h('summary', {}, 'The same as a table'), threadTable(timeline, states, spoken)),
  );
}

/** About the width of a character of the axis's font. */
const CHARACTER = 7;

function cut(text: string, pixels: number): string {
  const most = Math.max(6, Math.floor((pixels - 16) / CHARACTER));
  const chars = [...text];
  return chars.length <= most ? text : `${chars.slice(0, most - 1).join('')}…`;
}

function drawStrips(
  u: uPlot,
  timeline: Timeline,
  states: readonly (readonly Doing[])[],
  busiest: number,
  rows: number,
  spoken: readonly Spoken[],
): void {
  const { ctx, bbox } = u;
  const ratio = devicePixelRatio;
  const width = (timeline.to - timeline.from) / timeline.cells;
  const x = (seconds: number) => u.valToPos(seconds, 'x', true);
  const pad = 2 * ratio;
  const colours = { calling: colour('calling'), waiting: colour('waiting'), computing: colour('computing'), gone: '' };
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  const high = bbox.height / rows - 2 * pad;
  timeline.threads.forEach((thread, k) => {
    const top = u.valToPos(rows - k, 'y', true) + pad;
    states[k]!.forEach((doing, c) => {
      if (doing === 'gone') return;
      const left = x(timeline.from + c * width);
      const wide = Math.max(ratio, x(timeline.from + (c + 1) * width) - left + 0.5);
      ctx.fillStyle = colours[doing];
      if (doing === 'calling') {
        // By orders of magnitude: a thread that spins makes thousands of times the calls of a calm one.
        const loud = Math.log1p(thread.calls[c]!) / Math.log1p(busiest);
        ctx.globalAlpha = 0.3 + 0.7 * loud;
        const tall = Math.max(ratio * 2, high * loud);
        ctx.fillRect(left, top + high - tall, wide, tall);
      } else if (doing === 'waiting') {
        ctx.globalAlpha = 1;
        ctx.fillRect(left, top + high * 0.36, wide, high * 0.28);
      } else {
        ctx.globalAlpha = 1;
        ctx.fillRect(left, top, wide, high);
      }
    });
    ctx.globalAlpha = 1;
    ctx.strokeStyle = colour('odd');
    ctx.lineWidth = 1.5 * ratio;
    for (const { tid, from, to } of spoken)
      if (tid === thread.tid)
        ctx.strokeRect(x(from), top - ratio, Math.max(3 * ratio, x(to) - x(from)), high + 2 * ratio);
  });
  ctx.restore();
}

const WORDS: Readonly<Record<Doing, string>> = {
  calling: 'calling',
  waiting: 'inside of one call',
  computing: 'between calls',
  gone: 'not there',
};

function reading(t: ThreadStrip, doing: Doing, cell: number, timeline: Timeline, { clock }: TimeChart): string {
  const at = timeline.from + ((timeline.to - timeline.from) * cell) / timeline.cells;
  const inside = t.inCalls === null ? '' : `, ${t.inCalls[cell]!} % of the time inside of calls`;
  return `thread ${t.tid} ${t.name}, ${moment(clock, at)}: ${WORDS[doing]}, ${grouped(t.calls[cell]!)} calls${inside}`;
}

function threadTable(
  timeline: Timeline,
  states: readonly (readonly Doing[])[],
  spoken: readonly Spoken[],
): HTMLElement {
  const { cells, from, to, splitAt } = timeline;
  const width = (to - from) / cells;
  const cutAt = splitAt === null ? cells : Math.round((splitAt - from) / width);
  const rows = timeline.threads.map((t, k) => {
    const rate = (first: number, end: number) =>
      end <= first ? null : t.calls.slice(first, end).reduce((a, b) => a + b, 0) / ((end - first) * width);
    const spent = (what: Doing) => states[k]!.filter((doing) => doing === what).length * width;
    return {
      t,
      before: rate(0, cutAt),
      after: rate(cutAt, cells),
      blocked: spent('waiting'),
      spinning: spent('computing'),
      named: spoken.some(({ tid }) => tid === t.tid),
    };
  });
  type Row = (typeof rows)[number];
  const figure = (value: number | null) => (value === null ? '–' : grouped(Math.round(value * 10) / 10));
  const timed = timeline.threads.some((t) => t.inCalls !== null);
  return sortableTable(
    'Threads of the window',
    [
      { title: 'thread', numeric: true, value: (r: Row) => r.t.tid },
      { title: 'name', value: (r: Row) => r.t.name, show: (r: Row) => name(r.t.name) },
      { title: 'process', numeric: true, value: (r: Row) => r.t.pid },
      {
        title: splitAt === null ? 'calls a second' : 'calls a second before',
        numeric: true,
        value: (r: Row) => r.before,
        show: (r: Row) => figure(r.before),
      },
      ...(splitAt === null
        ? []
        : [{ title: 'after', numeric: true, value: (r: Row) => r.after, show: (r: Row) => figure(r.after) }]),
      ...(timed
        ? [
            {
              title: 'in one call',
              numeric: true,
              value: (r: Row) => r.blocked,
              show: (r: Row) => duration(r.blocked),
            },
            {
              title: 'between calls',
              numeric: true,
              value: (r: Row) => r.spinning,
              show: (r: Row) => duration(r.spinning),
            },
          ]
        : []),
      {
        title: 'never returned from',
        value: (r: Row) => r.t.stuckIn ?? '',
        show: (r: Row) => (r.t.stuckIn === null ? '' : name(r.t.stuckIn)),
      },
      { title: 'evidence', value: (r: Row) => (r.named ? 'yes' : '') },
    ],
    rows,
  );
}
