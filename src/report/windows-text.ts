/** Two windows against each other, in words and figures: what the reports of `compare` share. Pure. */
import type { ComparedWindow, ComparedWindows } from '../coordinator/compare.js';
import type { Ratio } from '../work/ratios.js';
import { type KindChange, isFar } from '../work/compared.js';
import type { LoneEpisode } from '../work/compared-episodes.js';
import { perSecond, sequenceText } from './changes-text.js';
import { duration, grouped, moment, plural } from './text.js';

export const KIND_HEADER = ['kind of unit', 'a second', 'times', 'each takes', 'times', 'calls of each', 'times'];

/** A row for each kind of unit that changed. */
export function kindRows({ work }: ComparedWindows): string[][] {
  return (work?.kinds ?? []).map((kind) => {
    const { before, after, rate, length, issued } = kind;
    const calls = ({ meanCalls }: KindChange['before']) => (meanCalls === null ? '-' : figure(meanCalls));
    const takes = ({ meanSeconds }: KindChange['before']) => (meanSeconds === null ? '-' : duration(meanSeconds));
    return [
      kindName(kind),
      `${rateText(before.perSecond)} > ${rateText(after.perSecond)}`,
      kind.state === 'changed' ? ratioText(rate) : kind.state,
      before.meanSeconds === null && after.meanSeconds === null ? '-' : `${takes(before)} > ${takes(after)}`,
      ratioText(length),
      `${calls(before)} > ${calls(after)}`,
      ratioText(issued),
    ];
  });
}

export const kindName = ({ calls }: Pick<KindChange, 'calls'>) => calls.join(', ') || '(no call in common)';
const rateText = (n: number) => perSecond(n).slice(0, -2);

/** "0.25 (0.21 to 0.30)"; nothing where it is no change. */
export function ratioText(ratio: Ratio | null): string {
  if (ratio === null || !isFar(ratio)) return '';
  return `${figure(ratio.ratio)} (${figure(ratio.low)} to ${figure(ratio.high)})`;
}

export const figure = (n: number) => (n >= 9.95 ? grouped(Number(n.toPrecision(2))) : String(Number(n.toPrecision(2))));

export function episodeLine({ core, calls, perSecond: rate, count, otherAtMost }: LoneEpisode): string {
  const other = otherAtMost > 0 ? `at most ${perSecond(otherAtMost)}` : 'never';
  const around = core.length === calls.length ? '' : `; mostly in ${sequenceText(calls)}`;
  return `${sequenceText(core)}: ${perSecond(rate)} (${plural(count, 'time')}), ${other} in the other${around}`;
}

/** A kind that changed, in a sentence: how often, and how long. */
export function kindLine({ state, before, after, rate, length, issued }: KindChange): string {
  const often = `${perSecond(before.perSecond)} > ${perSecond(after.perSecond)}`;
  const factor = ratioText(rate);
  const parts = [
    state === 'new'
      ? `new, ${perSecond(after.perSecond)}`
      : state === 'gone'
        ? `gone, ${perSecond(before.perSecond)} before`
        : factor === ''
          ? often
          : `${often}: ${factor} times as often`,
  ];
  if (before.meanSeconds !== null && after.meanSeconds !== null) {
    const takes = `each takes ${duration(before.meanSeconds)} > ${duration(after.meanSeconds)}`;
    parts.push(ratioText(length) === '' ? takes : `${takes}: ${ratioText(length)} times as long`);
  } else {
    const only = before.meanSeconds ?? after.meanSeconds;
    if (only !== null) parts.push(`each takes ${duration(only)}`);
  }
  if (before.meanCalls !== null && after.meanCalls !== null && ratioText(issued) !== '')
    parts.push(
      `calls of each ${figure(before.meanCalls)} > ${figure(after.meanCalls)}: ${ratioText(issued)} times as many`,
    );
  return parts.join('; ');
}

/** What was held against what. */
export function windowLine(w: ComparedWindow): string {
  const from = w.clock === 'none' ? '' : ` from ${moment(w, w.from)}`;
  return `${w.trace}: ${duration(w.to - w.from)}${from}, ${plural(w.events, 'call')}, verdict ${w.verdict}`;
}

/** A word on what is not told. */
export function windowNotes({ work, before, after }: ComparedWindows): string[] {
  if (work === null)
    return ['Kinds of work and episodes are compared of traces, or of results written with --format json-all=FILE.'];
  const { moreKinds, unchanged, leftOut } = work;
  const skipped = before.skippedLines + after.skippedLines;
  const told = `${plural(unchanged, 'kind')} of units did not change`;
  return [
    unchanged === 0 && moreKinds === 0
      ? 'No other kind of units is frequent enough to be compared.'
      : `${told}${moreKinds > 0 ? `; ${plural(moreKinds, 'more kind')} did` : ''}.`,
    ...(leftOut.before + leftOut.after > 0
      ? [`${plural(leftOut.before + leftOut.after, 'unit')} of rare kinds left out.`]
      : []),
    ...(skipped > 0 ? [`${plural(skipped, 'line')} of the traces could not be read.`] : []),
  ];
}
