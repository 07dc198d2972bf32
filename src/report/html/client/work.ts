/** Kinds of work: what the window's units do, the normal against the abnormal; and the calls that changed most. */
import { type Clock, grouped, plural } from '../../text.js';
import type { CallTotals, ClusterSummary, Timeline } from '../../../timeline/timeline.js';
import { h, name, section } from './dom.js';
import { excerptTable, fine } from './excerpt.js';
import { sortableTable } from './table.js';

export function workSection({ clusters, moreClusters }: Timeline, clock: Clock): HTMLElement | null {
  if (clusters.length === 0) return null;
  const length = (seconds: number | null) => (seconds === null ? '–' : fine(seconds));
  const rows = clusters.map((cluster, k) => ({ cluster, k: k + 1 }));
  type Row = (typeof rows)[number];
  return section(
    'work',
    'Kinds of work',
    h(
      'p',
      { class: 'help' },
      'Units of work are what a thread does between two waits. Those that issue the same calls are a kind; in each, abnormal units differ by how often or how long.',
    ),
    sortableTable(
      'Kinds of units, those with most abnormal ones first',
      [
        { title: 'kind', numeric: true, value: (r: Row) => r.k },
        {
          title: 'calls in all of them',
          value: (r: Row) => r.cluster.calls.join(', '),
          show: (r: Row) => name(r.cluster.calls.join(', ') || 'none in common'),
        },
        {
          title: 'units',
          numeric: true,
          value: (r: Row) => r.cluster.units,
          show: (r: Row) => grouped(r.cluster.units),
        },
        {
          title: 'abnormal',
          numeric: true,
          value: (r: Row) => r.cluster.abnormal,
          show: (r: Row) => grouped(r.cluster.abnormal),
        },
        { title: 'why', value: (r: Row) => why(r.cluster) },
        {
          title: 'normal takes',
          numeric: true,
          value: (r: Row) => r.cluster.normalSeconds,
          show: (r: Row) => length(r.cluster.normalSeconds),
        },
        {
          title: 'abnormal takes',
          numeric: true,
          value: (r: Row) => r.cluster.abnormalSeconds,
          show: (r: Row) => length(r.cluster.abnormalSeconds),
        },
      ],
      rows,
    ),
    moreClusters > 0 &&
      h('p', { class: 'help' }, `${plural(moreClusters, 'more kind')} with fewer abnormal units left out.`),
    rows
      .filter(({ cluster }) => cluster.abnormal > 0 && cluster.examples.length > 0)
      .map(({ cluster, k }) =>
        h(
          'details',
          {},
          h('summary', {}, `Examples of kind ${k}`),
          h(
            'div',
            { class: 'columns' },
            cluster.examples.map((x) =>
              h('div', {}, h('h4', {}, x.abnormal ? 'An abnormal unit' : 'A normal unit'), excerptTable(x, clock)),
            ),
          ),
        ),
      ),
  );
}

function why({ small, odd, abnormal }: ClusterSummary): string {
  if (abnormal === 0) return '';
  if (small) return 'seldom done';
  return [odd.frequency > 0 && 'how often', odd.time > 0 && 'how long'].filter(Boolean).join(', ');
}

export function callsSection({ calls, moreCalls, splitAt, from, to }: Timeline): HTMLElement | null {
  if (calls.length === 0) return null;
  const timed = calls.some((c) => c.after.seconds !== null);
  const rate = (count: number, seconds: number) => (seconds <= 0 ? null : count / seconds);
  const [before, after] = splitAt === null ? [0, to - from] : [splitAt - from, to - splitAt];
  const each = ({ calls: n, seconds }: CallTotals['before']) => (n === 0 || seconds === null ? null : seconds / n);
  const column = (title: string, value: (c: CallTotals) => number | null, show: (v: number) => string) => ({
    title,
    numeric: true,
    value,
    show: (c: CallTotals) => {
      const v = value(c);
      return v === null ? '–' : show(v);
    },
  });
  const persec = (v: number) => grouped(Math.round(v * 10) / 10);
  return section(
    'calls',
    splitAt === null ? 'Calls' : 'Calls, before and after the onset',
    sortableTable(
      splitAt === null
        ? 'Calls of the window'
        : 'Calls, those that the evidence names first, then those that changed most',
      [
        { title: 'call', value: (c) => c.call, show: (c) => name(c.call) },
        ...(splitAt === null ? [] : [column('a second before', (c) => rate(c.before.calls, before), persec)]),
        column(splitAt === null ? 'a second' : 'after', (c) => rate(c.after.calls, after), persec),
        ...(timed && splitAt !== null ? [column('each took before', (c) => each(c.before), fine)] : []),
        ...(timed ? [column(splitAt === null ? 'each took' : 'after', (c) => each(c.after), fine)] : []),
        column(
          'never returned',
          (c) => c.unfinished,
          (v) => (v === 0 ? '' : grouped(v)),
        ),
      ],
      calls,
    ),
    moreCalls > 0 && h('p', { class: 'help' }, `${plural(moreCalls, 'more kind')} of calls changed less.`),
  );
}
