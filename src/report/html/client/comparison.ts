/** The page of a comparison: two windows against each other. */
import { grouped, plural } from '../../text.js';
import type { ComparisonData, PageKind, PageRatio } from '../comparison-data.js';
import { type Child, h, name, section } from './dom.js';
import { fine } from './excerpt.js';
import { flameSection } from './flame.js';
import { followTheme, switchTheme } from './palette.js';
import { sortableTable } from './table.js';

const data = JSON.parse(document.getElementById('data')!.textContent!) as ComparisonData;
followTheme();
const parts = [kindsSection(), episodesSection(), flame(), ...data.parts.map(movesSection), notesSection()].filter(
  (part) => part !== null,
);
document.body.prepend(
  h('a', { class: 'skip', href: `#${parts[0]?.id ?? 'about'}` }, 'To what changed'),
  h(
    'header',
    { class: `verdict ${data.mood}` },
    h('button', { type: 'button', class: 'theme', click: switchTheme }, 'Light or dark'),
    h('p', { class: 'label' }, 'Comparison'),
    h('h1', {}, data.title),
    h(
      'ul',
      { class: 'reasons' },
      data.lines.map((text) => h('li', {}, `${text}.`)),
    ),
    h(
      'dl',
      { class: 'story' },
      data.sides.map(([heading, text]) => h('div', {}, h('dt', {}, heading), h('dd', {}, text))),
    ),
    h(
      'nav',
      { 'aria-label': 'Parts of this page' },
      parts.map((part) => h('a', { href: `#${part.id}` }, part.querySelector('h2')!.textContent!)),
    ),
  ),
  h('main', {}, parts),
  h('footer', {}, `Made by ${data.madeBy}. Times of day are UTC.`),
);

function kindsSection(): HTMLElement | null {
  const { kinds } = data;
  if (kinds === null) return null;
  if (kinds.length === 0) return section('kinds', 'Kinds of work', h('p', {}, 'No kind of work changed.'));
  const scale = scaleOf(kinds);
  const measure = (
    title: string,
    figure: (f: PageKind['before']) => number | null,
    show: (n: number) => string,
    of: (k: PageKind) => PageRatio | null,
    extra = false,
  ) => {
    const text = (n: number | null) => (n === null ? '–' : show(n));
    return {
      title,
      extra,
      value: (k: PageKind) => of(k)?.ratio ?? null,
      show: (k: PageKind) => [
        h('span', { class: 'moment' }, `${text(figure(k.before))} → ${text(figure(k.after))}`),
        interval(of(k), scale),
      ],
    };
  };
  const persec = (n: number) => (n >= 100 ? grouped(Math.round(n)) : String(Number(n.toPrecision(2))));
  return section(
    'kinds',
    'Kinds of work',
    h(
      'p',
      { class: 'help' },
      'Units of work are what a thread does between two waits; units of both windows that issue the same calls are a kind. A bar is the interval of after by before, on a scale of factors (of those that leave the line out 95 in 100 are right); the line in its middle is “as before”. The table sorts by the factor.',
    ),
    sortableTable(
      'Kinds of units that changed, those first whose share of the time or of the calls moved most',
      [
        {
          title: 'calls of its units',
          value: (k: PageKind) => k.name,
          show: (k: PageKind) => [name(k.name), k.state !== 'changed' && h('span', { class: 'tag' }, k.state)],
        },
        measure(
          'a second',
          (f) => f.perSecond,
          persec,
          (k) => k.rate,
        ),
        measure(
          'each takes',
          (f) => f.meanSeconds,
          fine,
          (k) => k.length,
        ),
        measure(
          'calls of each',
          (f) => f.meanCalls,
          persec,
          (k) => k.issued,
          true,
        ),
        measure(
          'threads at it',
          (f) => f.threads,
          persec,
          () => null,
          true,
        ),
      ],
      kinds,
    ),
  );
}

/** The largest factor that is drawn, up or down. */
function scaleOf(kinds: readonly PageKind[]): number {
  const factors = kinds.flatMap((k) => [k.rate, k.length, k.issued]).filter((r) => r !== null);
  return Math.min(1000, Math.max(2, ...factors.map((r) => Math.max(r.ratio, 1 / r.ratio))));
}

/** An interval as a bar around the line that means "as before". */
function interval(r: PageRatio | null, scale: number): Child {
  if (r === null) return null;
  const at = (factor: number) => 50 + 50 * Math.max(-1, Math.min(1, Math.log(factor) / Math.log(scale)));
  const bar = h('span', { class: r.far ? (r.ratio > 1 ? 'up' : 'down') : 'unsure' });
  bar.style.left = `${at(r.low)}%`;
  bar.style.width = `${Math.max(1, at(r.high) - at(r.low))}%`;
  return [
    h('span', { class: 'interval', 'aria-hidden': 'true' }, bar),
    h('span', { class: r.far ? 'factor' : 'factor muted' }, r.far ? `${r.text} times` : `as before: ${r.text}`),
  ];
}

function episodesSection(): HTMLElement | null {
  if (data.kinds === null) return null;
  const list = (title: string, lines: readonly string[]) =>
    lines.length > 0 && [
      h('h3', {}, title),
      h(
        'ul',
        { class: 'lines' },
        lines.map((line) => h('li', {}, line)),
      ),
    ];
  const none = data.fresh.length + data.gone.length === 0;
  return section(
    'episodes',
    'Episodes',
    h(
      'p',
      { class: 'help' },
      'Sequences of calls, one right after the other in a thread, that are frequent in one window and part of nothing frequent in the other.',
    ),
    none && h('p', {}, 'None is new or gone.'),
    list(`New: ${plural(data.fresh.length, 'episode')}`, data.fresh),
    list(`Gone: ${plural(data.gone.length, 'episode')}`, data.gone),
  );
}

function flame(): HTMLElement | null {
  if (data.flame === null) return null;
  return flameSection(data.flame, data.suspects, 'Flame graph, the second window against the first');
}

function movesSection(part: ComparisonData['parts'][number], k: number): HTMLElement {
  const columns = data.header.map((title, c) => ({
    title,
    numeric: c > 1,
    value: (row: readonly string[]) => row[c] ?? '',
    show: (row: readonly string[]): Child => (c === 1 ? name(row[c] ?? '') : (row[c] ?? '')),
  }));
  return section(`moved-${k + 1}`, 'What moved', sortableTable(part.title, columns, part.rows));
}

function notesSection(): HTMLElement | null {
  if (data.notes.length === 0) return null;
  return section(
    'about',
    'What is left out',
    h(
      'ul',
      {},
      data.notes.map((text) => h('li', {}, text)),
    ),
  );
}
