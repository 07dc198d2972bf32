/** The page of a comparison: two windows against each other, or two documents. Pure. */
import type { ComparedWindow, Comparison } from '../../coordinator/compare.js';
import { type KindChange, isFar } from '../../work/compared.js';
import { MOVE_HEADER, moveRows } from '../moves.js';
import { duration, plural } from '../text.js';
import { episodeLine, figure, kindName, windowLine, windowNotes } from '../windows-text.js';
import type { ComparisonData, PageKind, PageRatio } from './comparison-data.js';
import { flameOf } from './flame.js';
import { renderPage } from './page.js';
import { allVisible } from './visible.js';

const ROWS = 500;

export function comparisonPage(d: Comparison): string {
  const data = comparisonData(d);
  return renderPage('comparison', data.title, data);
}

export function comparisonData(comparison: Comparison): ComparisonData {
  const d = allVisible(comparison);
  const { windows } = d;
  const work = windows?.work ?? null;
  const verdict = windows?.after.verdict ?? 'none';
  return {
    title: titleOf(d),
    mood: verdict === 'bug' ? 'bug' : verdict === 'none' ? 'none' : 'external',
    lines: story(d),
    sides:
      windows === null
        ? []
        : [
            ['Before', sideText(windows.before)],
            ['After', sideText(windows.after)],
          ],
    header: MOVE_HEADER,
    parts: d.parts.map((p) => ({ title: p.title, rows: moveRows(p).slice(0, ROWS) })).filter((p) => p.rows.length > 0),
    kinds: work === null ? null : work.kinds.map(pageKind),
    fresh: (work?.episodes.fresh ?? []).map(episodeLine),
    gone: (work?.episodes.gone ?? []).map(episodeLine),
    flame: flameOf(windows?.stacks ?? undefined),
    suspects: windows === null ? [] : windows.after.suspects.slice(0, 3).map((s) => s.function),
    notes: windows === null ? [] : windowNotes(windows),
    madeBy: `perfscope ${d.tool.version}`,
  };
}

function titleOf({ windows, kind, changed }: Comparison): string {
  if (windows === null) return changed ? `Two ${kind}s: something moved` : `Two ${kind}s: nothing moved`;
  const { work, before, after } = windows;
  if (before.verdict !== after.verdict) return `Before: ${before.verdict}. After: ${after.verdict}`;
  const both = `Both windows: ${after.verdict}`;
  if (work === null) return both;
  const kinds = work.kinds.length + work.moreKinds;
  return `${both}; ${kinds === 0 ? 'no kind of work changed' : `${plural(kinds, 'kind')} of work changed`}`;
}

/** What moved most, a sentence each. */
function story({ windows }: Comparison): string[] {
  const work = windows?.work ?? null;
  if (work === null) return [];
  const { fresh, gone } = work.episodes;
  const first = work.kinds[0];
  return [
    ...(first === undefined ? [] : [kindSentence(first)]),
    ...(fresh.length + gone.length === 0
      ? ['no episode is new or gone']
      : [`${plural(fresh.length, 'episode')} new, ${gone.length} gone`]),
  ];
}

function kindSentence(kind: KindChange): string {
  const what = `most moved ${kindName(kind)}`;
  if (kind.state !== 'changed') return `${what}: ${kind.state}`;
  const parts = [
    ...(kind.rate !== null && isFar(kind.rate) ? [`${figure(kind.rate.ratio)} times as often`] : []),
    ...(kind.length !== null && isFar(kind.length)
      ? [
          `each takes ${figure(kind.length.ratio)} times as long (${duration(kind.before.meanSeconds!)} before, ${duration(kind.after.meanSeconds!)} after)`,
        ]
      : []),
    ...(kind.issued !== null && isFar(kind.issued)
      ? [`each issues ${figure(kind.issued.ratio)} times as many calls`]
      : []),
  ];
  return `${what}: ${parts.join(', ')}`;
}

function sideText(w: ComparedWindow): string {
  const first = w.suspects[0];
  const suspect = first === undefined ? 'no suspect' : `first suspect ${first.function}`;
  return `${windowLine(w)}, ${suspect}`;
}

function pageKind(kind: KindChange): PageKind {
  const ratio = (r: KindChange['rate']): PageRatio | null =>
    r === null ? null : { ...r, text: `${figure(r.ratio)} (${figure(r.low)} to ${figure(r.high)})`, far: isFar(r) };
  const { state, before, after, rate, length, issued } = kind;
  return {
    name: kindName(kind),
    state,
    before,
    after,
    rate: ratio(rate),
    length: ratio(length),
    issued: ratio(issued),
  };
}
