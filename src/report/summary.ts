/** The sentences that several reporters begin with: what was looked at, and what came of it. */
import type { ResultDocument, Suspect } from '../result.js';
import { sentence } from './messages.js';
import { duration, grouped, moment, plural, startOf } from './text.js';

/** What the verdict means, in a few words. */
export function verdictWords(d: ResultDocument): string {
  switch (d.verdict) {
    case 'bug':
      return `the program misbehaves${sureness(d.odds)}`;
    case 'external':
      return `not the program: its surroundings${d.externalResource === null ? '' : ` (${d.externalResource})`}`;
    case 'none':
      return `nothing is wrong in this window${sureness(typeof d.odds === 'number' ? 1 - d.odds : null)}`;
    case 'inconclusive':
      return 'the trace does not tell';
  }
}

/** Never all sure, as the odds never are. */
function sureness(probability: number | null | undefined): string {
  return typeof probability === 'number' ? ` (${Math.min(99, Math.round(100 * probability))} % sure)` : '';
}

/** What stands above the suspects of a window that no function is blamed for; null where they are blamed. */
export function suspectsNote(d: ResultDocument): string | null {
  if (d.suspects.length === 0 || d.verdict === 'bug') return null;
  if (d.verdict === 'none') return 'No function is blamed. What stands out most, should the verdict be wrong:';
  if (d.verdict === 'external')
    return 'No function is blamed. Those that the window shows most of, should the verdict be wrong:';
  return null;
}

/** How names of files and programs are written, and other text. */
interface Writing {
  name(text: string): string;
  text(text: string): string;
}
const AS_IT_IS: Writing = { name: (text) => text, text: (text) => text };

/** Facts about the input, most important first, as label and text. */
export function facts(d: ResultDocument, write: Writing = AS_IT_IS): [label: string, text: string][] {
  const t = d.trace;
  const start = startOf(t);
  const out: [string, string][] = [
    [
      'trace',
      `${write.name(t.path)} (${write.text(t.format)}), ${duration(t.span)}${start === '' ? '' : ` from ${start}`}`,
    ],
    [
      'events',
      [
        plural(t.events, 'call'),
        `${plural(t.threads, 'thread')} of ${plural(t.processes, 'process', 'processes')}`,
        ...(t.unfinished > 0 ? [`${grouped(t.unfinished)} never returned`] : []),
        ...(t.skippedLines > 0 ? [`${plural(t.skippedLines, 'line')} skipped`] : []),
      ].join(', '),
    ],
  ];
  const whole = d.window.from <= 0 && d.window.to >= t.span;
  if (!whole) {
    const length = duration(d.window.to - d.window.from);
    out.push(['window', `${moment(t, d.window.from)} to ${moment(t, d.window.to)} (${length})`]);
  }
  if (d.signatures !== null) {
    const { program, functions, functionsInBinary: inBinary } = d.signatures;
    const ofBinary = inBinary === null ? '' : ` of ${grouped(inBinary)} in the binary`;
    out.push(['learned', `${program}: ${plural(functions, 'function')}${ofBinary}`]);
  }
  if (d.units.total > 0) out.push(['units', `${grouped(d.units.abnormal)} of ${grouped(d.units.total)} abnormal`]);
  return out;
}

export function reasons(d: ResultDocument): string[] {
  return d.reasons.map((r) => sentence(r, d.trace));
}

export function warnings(d: ResultDocument): string[] {
  return d.warnings.map((w) => sentence(w, d.trace));
}

/** Places for people: a tie has that of its best member, marked: `1=` `1=` `3`. The document has the worst (docs/evaluation.md). */
export function rankTexts(suspects: readonly Suspect[]): string[] {
  let first = 0;
  return suspects.map(({ rank }, i) => {
    if (i > 0 && suspects[i - 1]!.rank !== rank) first = i;
    const alone = rank === first + 1;
    return alone ? String(rank) : `${first + 1}=`;
  });
}

/** What `=` means, where it stands; null where it does not. */
export function tieLegend(ranks: readonly string[]): string | null {
  return ranks.some((r) => r.endsWith('=')) ? '= a tie: the trace does not tell these functions apart' : null;
}
