/** All evidence against some suspects of a result, for a terminal: what `explain` prints. */
import type { Evidence, ResultDocument, Suspect } from '../result.js';
import type { Excerpt } from '../timeline/timeline.js';
import { sequenceText } from './changes-text.js';
import { evidenceText } from './evidence-text.js';
import { type Paint, painter } from './paint.js';
import type { RenderContext } from './reporter.js';
import { rankTexts, suspectsNote, verdictWords } from './summary.js';
import { columnsOf, fit, table, wrap } from './columns.js';
import { duration, grouped, moment, plural } from './text.js';
import { visibleIn } from '../lib/visible.js';

const LABEL = 10;
/** Lines are no longer than people read with ease, however wide the terminal. */
const WIDEST = 120;
const NARROWEST = 30;

/** @param suspects some of the document's, in its order */
export function explanation(result: ResultDocument, suspects: readonly Suspect[], context: RenderContext): string {
  const chosen = new Set(suspects);
  const ranks = new Map(rankTexts(result.suspects).map((rank, i) => [result.suspects[i]!, rank]));
  const d = visibleIn({ ...result, stacks: undefined, slices: undefined, changes: undefined });
  const writer = new Writer(context);
  writer.labelled('trace', d.trace.path);
  writer.labelled('verdict', `${d.verdict}: ${verdictWords(d)}`);
  if (typeof d.onset === 'number') writer.labelled('onset', moment(d.trace, d.onset));
  const note = suspectsNote(d);
  if (note !== null) writer.text(note);
  // Functions that the same is said of stand together, as ties do: it is said once.
  const groups = new Map<string, { suspect: Suspect; titles: string[] }>();
  result.suspects.forEach((original, i) => {
    if (!chosen.has(original)) return;
    const suspect = d.suspects[i]!;
    const about = [
      `${Math.round(suspect.confidence * 100)} % sure`,
      suspect.object,
      suspect.inferred ? 'inferred' : '',
    ];
    const lines = writer.title(ranks.get(original)!, suspect.function, about.filter((t) => t !== '').join(', '));
    const key = JSON.stringify([suspect.evidence, suspect.callPath, [suspect.function, ...suspect.tiedWith].sort()]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { suspect, titles: lines });
    else group.titles.push(...lines);
  });
  for (const { suspect, titles } of groups.values()) {
    writer.lines.push('', ...titles);
    about(suspect, d, writer);
  }
  return writer.lines.join('\n') + '\n';
}

class Writer {
  readonly lines: string[] = [];
  readonly paint: Paint;
  readonly width: number;
  constructor({ width, color }: RenderContext) {
    this.paint = painter(color);
    this.width = Math.max(NARROWEST, Math.min(WIDEST, width));
  }

  /** On one line, if there is room for both. */
  title(rank: string, name: string, about: string): string[] {
    const room = this.width - INDENT.length;
    const first = `${rank.padStart(3)}  ${this.paint.bold(fit(name, room))}`;
    const rest = fit(about, room);
    return columnsOf(name) + 2 + columnsOf(rest) <= room
      ? [`${first}  ${this.paint.dim(rest)}`]
      : [first, `${INDENT}${this.paint.dim(rest)}`];
  }

  text(text: string, indent = ''): void {
    for (const line of wrap(text, this.width - indent.length).split('\n')) this.lines.push(indent + line);
  }

  labelled(label: string, text: string, indent = ''): void {
    const [first, ...rest] = wrap(text, this.width - indent.length - LABEL).split('\n');
    this.lines.push(indent + this.paint.dim(label.padEnd(LABEL)) + first!);
    for (const line of rest) this.lines.push(indent + ' '.repeat(LABEL) + line);
  }
}

const INDENT = '     ';

function about(s: Suspect, d: ResultDocument, writer: Writer): void {
  if (s.tiedWith.length > 0) writer.labelled('tied with', s.tiedWith.join(', '), INDENT);
  if (s.callPath.length > 0) writer.labelled('called by', s.callPath.join(' < '), INDENT);
  if (s.inferred) writer.text("Learning never saw it: it is known from the binary's call graph alone.", INDENT);
  if (s.evidence.length === 0) writer.text('The result holds no evidence of its own against it.', INDENT);
  const heaviest = [...s.evidence].sort((a, b) => b.weight - a.weight);
  const shown = new Map<Excerpt, number>();
  heaviest.forEach((e, k) => evidence(e, k, d, writer, shown));
}

function evidence(
  e: Evidence,
  k: number,
  { trace, timeline }: ResultDocument,
  writer: Writer,
  /** Number of the evidence that an excerpt was shown with. */
  shown: Map<Excerpt, number>,
): void {
  const { kind, sentence, seen, learned } = evidenceText(e, trace);
  const { from, to } = e.span;
  writer.lines.push('');
  writer.text(`${k + 1}. ${kind} (${Math.round(100 * e.weight)} % of its score)`, INDENT);
  writer.text(`${sentence}.`, INDENT);
  if (e.episode.length > 0) writer.labelled('calls', sequenceText(e.episode), INDENT);
  const often = to > from && e.count > 1 ? `, ${perSecond(e.count / (to - from))} a second` : '';
  writer.labelled('seen', `${seen}${often}`, INDENT);
  writer.labelled('expected', learned, INDENT);
  writer.labelled('when', `${moment(trace, from)} to ${moment(trace, to)} (${duration(to - from)})`, INDENT);
  if (e.units > 0) writer.labelled('units', grouped(e.units), INDENT);
  const nameOf = (tid: number) => timeline?.threads.find((t) => t.tid === tid)?.name ?? '';
  const threads = e.threads.map((tid) => (nameOf(tid) === '' ? String(tid) : `${tid} (${nameOf(tid)})`));
  if (threads.length > 0) writer.labelled('threads', threads.join(', '), INDENT);
  const excerpt = timeline?.excerpts.find((x) => x.tid === e.threads[0] && x.at === from);
  if (excerpt === undefined) return;
  // Evidence of several kinds may begin at one moment.
  const before = shown.get(excerpt);
  if (before !== undefined) writer.labelled('', `the first time: as in ${before}`, INDENT);
  else asItHappened(excerpt, new Set(e.episode), writer);
  shown.set(excerpt, before ?? k + 1);
}

const perSecond = (n: number) => (n >= 9.95 ? grouped(Math.round(n)) : n.toFixed(n >= 0.995 ? 1 : 2));

/** The calls of the first time, where the document has them (`--format html` beside `json` puts them there). */
function asItHappened({ tid, steps, more }: Excerpt, speaks: ReadonlySet<string>, writer: Writer): void {
  const begin = steps[0]?.at ?? 0;
  const took = (s: Excerpt['steps'][number]) =>
    s.unfinished
      ? 'never returned'
      : s.seconds === null
        ? '-'
        : s.seconds < 1e-3
          ? `${Math.round(s.seconds * 1e6)} us`
          : duration(s.seconds);
  const rows = steps.map((s) => [s.at === begin ? '0' : duration(s.at - begin), s.call, grouped(s.count), took(s)]);
  writer.labelled('', `the first time, in thread ${tid}:`, INDENT);
  const columns = [
    { title: 'after', align: 'right' as const },
    { title: 'call', shrinkTo: 8 },
    { title: 'times', align: 'right' as const },
    { title: 'took', align: 'right' as const },
  ];
  const room = writer.width - INDENT.length - LABEL;
  const { paint } = writer;
  const body = table(columns, rows, room, (text, row, column) =>
    row < 0 ? paint.dim(text) : column === 1 && speaks.has(steps[row]!.call) ? paint.bold(text) : text,
  );
  for (const line of body) writer.lines.push(`${INDENT}${' '.repeat(LABEL)}${line}`);
  if (more > 0) writer.labelled('', `and ${plural(more, 'call')} more`, INDENT);
}
