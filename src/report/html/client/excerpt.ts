/** Successive calls of one thread, one line a step. */
import { type Clock, duration, grouped, moment, plural } from '../../text.js';
import type { Excerpt } from '../../../timeline/timeline.js';
import { h, name } from './dom.js';

/** `speaks`: calls that are set off. */
export function excerptTable(
  { tid, steps, more }: Excerpt,
  clock: Clock,
  speaks: ReadonlySet<string> = new Set(),
): HTMLElement {
  const begin = steps[0]?.at ?? 0;
  return h(
    'div',
    {},
    h(
      'table',
      { class: 'excerpt' },
      h('caption', {}, `thread ${tid}, from ${moment(clock, begin)}`),
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          ['after', 'call', 'times', 'took'].map((title, k) =>
            h('th', { scope: 'col', class: k === 1 ? undefined : 'number' }, title),
          ),
        ),
      ),
      h(
        'tbody',
        {},
        steps.map((s) =>
          h(
            'tr',
            { class: speaks.has(s.call) ? 'speaks' : undefined },
            h('td', { class: 'number' }, s.at === begin ? '0' : duration(s.at - begin)),
            h('td', {}, name(s.call)),
            h('td', { class: 'number' }, grouped(s.count)),
            h('td', { class: 'number' }, s.unfinished ? 'never returned' : s.seconds === null ? '–' : fine(s.seconds)),
          ),
        ),
      ),
    ),
    more > 0 && h('p', { class: 'help' }, `and ${plural(more, 'call')} more`),
  );
}

/** Calls take microseconds. */
export function fine(seconds: number): string {
  return seconds < 1e-3 ? `${Math.round(seconds * 1e6)} µs` : duration(seconds);
}
