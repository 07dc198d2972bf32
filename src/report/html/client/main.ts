/** The page of an incident: its parts in the order in which questions come up. */
import { plural } from '../../text.js';
import type { PageData } from '../page-data.js';
import type { TimeChart } from './chart.js';
import { h, section } from './dom.js';
import { flameSection } from './flame.js';
import { followTheme, switchTheme } from './palette.js';
import { evidenceSection, suspectsSection } from './suspects.js';
import { sortableTable } from './table.js';
import { threadsSection } from './threads.js';
import { timelineSection } from './timeline.js';
import { callsSection, workSection } from './work.js';
import { Zoom } from './zoom.js';

const data = JSON.parse(document.getElementById('data')!.textContent!) as PageData;
followTheme();
const parts = sections();
document.body.prepend(
  h('a', { class: 'skip', href: '#suspects' }, 'To the suspects'),
  header(),
  h('main', {}, parts),
  h('footer', {}, `Made by ${data.madeBy}. Times of day are UTC.`),
);
openTarget();
addEventListener('hashchange', openTarget);

function sections(): HTMLElement[] {
  const { timeline, window, clock, onset } = data;
  const zoom = timeline === null ? null : new Zoom(window, (window.to - window.from) / timeline.cells);
  const chart: TimeChart | null = zoom === null ? null : { zoom, clock, onset };
  const spoken = data.suspects
    .slice(0, 3)
    .flatMap((s) => s.evidence.flatMap((e) => e.threads.map((tid) => ({ tid, ...e.span }))));
  const suspected = data.suspects.slice(0, 3).map((s) => s.function);
  const drawn =
    timeline === null || chart === null
      ? [noTimeline()]
      : [timelineSection(timeline, chart), threadsSection(timeline, chart, spoken)];
  return [
    suspectsSection(data),
    ...drawn,
    changesSection(),
    evidenceSection(data, zoom),
    data.flame === null ? null : flameSection(data.flame, suspected),
    timeline === null ? null : callsSection(timeline),
    timeline === null ? null : workSection(timeline, clock),
    aboutSection(),
  ].filter((part) => part !== null);
}

function header(): HTMLElement {
  return h(
    'header',
    { class: `verdict ${data.verdict}` },
    h('button', { type: 'button', class: 'theme', click: switchTheme }, 'Light or dark'),
    h('p', { class: 'label' }, 'Verdict'),
    h('h1', {}, h('span', { class: 'badge' }, `${data.verdict}:`), ' ', data.verdictWords),
    data.reasons.length > 0 &&
      h(
        'ul',
        { class: 'reasons' },
        data.reasons.map((text) => h('li', {}, `${text}.`)),
      ),
    h(
      'dl',
      { class: 'story' },
      data.story.map(([heading, text]) => h('div', {}, h('dt', {}, heading), h('dd', {}, text))),
    ),
    data.warnings.length > 0 &&
      h(
        'div',
        { class: 'warnings', role: 'note' },
        h('strong', {}, plural(data.warnings.length, 'warning')),
        h(
          'ul',
          {},
          data.warnings.map((text) => h('li', {}, text)),
        ),
      ),
    h(
      'dl',
      { class: 'facts' },
      data.facts.map(([label, text]) => [h('dt', {}, label), h('dd', {}, text)]),
    ),
    h(
      'nav',
      { 'aria-label': 'Parts of this page' },
      parts.map((part) => h('a', { href: `#${part.id}` }, part.querySelector('h2')!.textContent!)),
    ),
  );
}

/** What the calls alone tell: all there is without signatures. */
function changesSection(): HTMLElement | null {
  if (data.changes.length === 0) return null;
  const paragraphs = data.changes.map(({ title, lines }) => [
    h('h3', {}, title),
    h(
      'ul',
      { class: 'lines' },
      lines.map((line) => h('li', {}, line)),
    ),
  ]);
  return section('changes', 'What changed', paragraphs);
}

function noTimeline(): HTMLElement {
  return section(
    'timeline',
    'Timeline',
    h('p', {}, 'This result was made without a timeline: analyse again with --format html.'),
  );
}

function aboutSection(): HTMLElement {
  return section(
    'about',
    'What was read, skipped and assumed',
    h(
      'dl',
      { class: 'facts' },
      data.assumptions.map(([label, text]) => [h('dt', {}, label), h('dd', {}, text)]),
    ),
    data.warnings.length > 0 &&
      h(
        'ul',
        {},
        data.warnings.map((text) => h('li', {}, text)),
      ),
    h(
      'details',
      {},
      h('summary', {}, 'Parameters'),
      sortableTable(
        'Parameters of the analysis',
        [
          { title: 'parameter', value: (row: readonly [string, number]) => row[0] },
          { title: 'value', numeric: true, value: (row: readonly [string, number]) => row[1] },
        ],
        data.parameters,
      ),
    ),
  );
}

/** A link to a suspect opens its evidence. */
function openTarget(): void {
  if (!/^#[\w-]+$/.test(location.hash)) return;
  const target = document.getElementById(location.hash.slice(1));
  if (target instanceof HTMLDetailsElement) {
    target.open = true;
    target.scrollIntoView();
  }
}
