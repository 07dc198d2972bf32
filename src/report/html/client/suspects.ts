/** The suspects: a table of all, and the evidence against each. */
import { moment, plural } from '../../text.js';
import type { Excerpt, Timeline } from '../../../timeline/timeline.js';
import type { PageData, PageEvidence, PageSuspect } from '../page-data.js';
import { excerptTable } from './excerpt.js';
import { type Child, h, name, section } from './dom.js';
import { sortableTable } from './table.js';
import type { Zoom } from './zoom.js';

const percent = (share: number) => `${Math.round(share * 100)} %`;

export function suspectsSection(data: PageData): HTMLElement {
  if (data.suspects.length === 0) return section('suspects', 'Suspects', h('p', {}, 'No function is suspected.'));
  const rows = data.suspects.map((suspect, k) => ({ suspect, k }));
  type Row = (typeof rows)[number];
  return section(
    'suspects',
    'Suspects',
    data.note !== null && h('p', { class: 'note' }, data.note),
    sortableTable(
      'Functions suspected, the likeliest first',
      [
        { title: 'rank', numeric: true, value: (r: Row) => r.k, show: (r: Row) => r.suspect.rank },
        {
          title: 'function',
          value: (r: Row) => r.suspect.function,
          show: (r: Row) => [
            h('a', { href: `#suspect-${r.k + 1}` }, name(r.suspect.function)),
            r.suspect.inferred && h('span', { class: 'tag' }, 'inferred'),
            h('div', { class: 'why' }, r.suspect.reasons[0] ?? ''),
          ],
        },
        { title: 'sure', numeric: true, value: (r: Row) => r.suspect.confidence, show: (r: Row) => sure(r.suspect) },
        {
          title: 'score',
          numeric: true,
          extra: true,
          value: (r: Row) => r.suspect.score,
          show: (r: Row) => r.suspect.score.toFixed(2),
        },
        {
          title: 'cannot be told apart from',
          extra: true,
          value: (r: Row) => r.suspect.tiedWith.join(', '),
          show: (r: Row) => tied(r.suspect),
        },
        { title: 'object', extra: true, value: (r: Row) => r.suspect.object, show: (r: Row) => name(r.suspect.object) },
      ],
      rows,
    ),
    h(
      'p',
      { class: 'help' },
      'Sure: of functions shown with so many per cent, about as many are at or next to the defect. A rank with = is shared.',
    ),
    data.moreSuspects > 0 && h('p', { class: 'help' }, `${plural(data.moreSuspects, 'weaker suspect')} left out.`),
  );
}

function sure({ confidence }: PageSuspect): Child {
  const bar = h('span', { class: 'bar', 'aria-hidden': 'true' }, h('span'));
  (bar.firstElementChild as HTMLElement).style.width = `${100 * confidence}%`;
  return [percent(confidence), bar];
}

function tied({ tiedWith, moreTied }: PageSuspect): Child {
  return [
    tiedWith.slice(0, 3).map((other, k) => [k > 0 && ', ', name(other)]),
    tiedWith.length + moreTied > 3 && ` and ${plural(tiedWith.length + moreTied - 3, 'other')}`,
  ];
}

/** Suspects whose evidence is open at first. */
const OPEN = 1;

export function evidenceSection(data: PageData, zoom: Zoom | null): HTMLElement | null {
  if (data.suspects.every((s) => s.evidence.length === 0 && s.callPath.length === 0)) return null;
  return section(
    'evidence',
    'Evidence',
    data.suspects.map((s, k) =>
      h(
        'details',
        { id: `suspect-${k + 1}`, class: 'suspect', open: k < OPEN },
        h(
          'summary',
          {},
          h(
            'h3',
            {},
            h('span', { class: 'rank' }, s.rank),
            ' ',
            name(s.function),
            ' ',
            h('span', { class: 'muted' }, percent(s.confidence)),
          ),
        ),
        s.tiedWith.length > 0 &&
          h('p', {}, 'The trace does not tell it from ', tied({ ...s, tiedWith: s.tiedWith }), '.'),
        callPath(s),
        s.evidence.map((e) => evidence(e, data, zoom)),
      ),
    ),
  );
}

function callPath(s: PageSuspect): Child {
  if (s.callPath.length === 0) return null;
  return h(
    'div',
    {},
    h('h4', {}, s.inferred ? 'Call path, from the binary' : 'Call path, as learned'),
    h(
      'ol',
      { class: 'path' },
      [...s.callPath].reverse().map((f) => h('li', {}, name(f))),
      h('li', { class: 'here' }, name(s.function)),
    ),
  );
}

function evidence(e: PageEvidence, data: PageData, zoom: Zoom | null): HTMLElement {
  const { from, to } = e.span;
  const show = () => {
    const margin = Math.max((to - from) * 0.1, (data.window.to - data.window.from) / 100);
    zoom?.show({ from: from - margin, to: to + margin });
    document.getElementById('timeline')?.scrollIntoView();
  };
  return h(
    'article',
    { class: 'evidence' },
    h('h4', {}, e.kind, h('span', { class: 'muted' }, ` · ${percent(e.weight)} of its score`)),
    h('p', {}, e.sentence, '.'),
    h(
      'ol',
      { class: 'episode', 'aria-label': 'Calls that speak, in their order' },
      e.episode.map((call) => h('li', {}, name(call))),
    ),
    h(
      'dl',
      { class: 'figures' },
      figure('seen', e.seen),
      figure('to be expected', e.learned),
      figure('threads', e.threads.join(', ') || '–'),
      figure('first seen', moment(data.clock, from)),
    ),
    zoom !== null && h('button', { type: 'button', click: show }, 'Show in the timeline'),
    shown(e, data.timeline, data),
  );
}

const figure = (label: string, text: string) => [h('dt', {}, label), h('dd', {}, text)];

/** The calls as they happened, where the timeline has them. */
function shown(e: PageEvidence, timeline: Timeline | null, { clock }: PageData): Child {
  const excerpt = timeline?.excerpts.find((x: Excerpt) => x.tid === e.threads[0] && x.at === e.span.from);
  if (excerpt === undefined) return null;
  return h(
    'details',
    {},
    h('summary', {}, 'As it happened for the first time'),
    excerptTable(excerpt, clock, new Set(e.episode)),
  );
}
