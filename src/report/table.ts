/** The result for a terminal: what was looked at, the verdict, the suspects, and why the first few are suspected. */
import { type Paint, painter } from './paint.js';
import type { ResultDocument, Suspect } from '../result.js';
import { changesText } from './changes-text.js';
import { sentence } from './messages.js';
import type { RenderContext, Reporter } from './reporter.js';
import { markBelow, sparkline } from './sparkline.js';
import { facts, rankTexts, reasons, suspectsNote, tieLegend, verdictWords, warnings } from './summary.js';
import { table, wrap } from './columns.js';
import { bar, moment, plural } from './text.js';

/** Suspects that get a line of words, and lines each: more is what `--format json` is for. */
const EXPLAINED = 3;
const REASONS_EACH = 2;
const LABEL_WIDTH = 9;
const BAR_CELLS = 10;
/** Below this width the object file is left out. */
const NARROW = 60;

export const tableReporter: Reporter<ResultDocument> = {
  id: 'table',
  what: 'for people, as wide as the terminal',
  extension: 'txt',
  render(d, context) {
    const paint = painter(context.color);
    const lines: string[] = [];
    const labelled = (label: string, text: string, colour: (s: string) => string = (s) => s) => {
      const indent = ' '.repeat(LABEL_WIDTH);
      const [first, ...rest] = wrap(text, Math.max(20, context.width - LABEL_WIDTH)).split('\n');
      lines.push(paint.dim(label.padEnd(LABEL_WIDTH)) + colour(first!), ...rest.map((l) => indent + colour(l)));
    };

    for (const [label, text] of facts(d)) labelled(label, text);
    for (const text of warnings(d)) labelled('warning', text, paint.yellow);
    const verdictColour = d.verdict === 'bug' ? paint.red : d.verdict === 'none' ? paint.green : paint.yellow;
    labelled('verdict', `${d.verdict}: ${verdictWords(d)}`, (s) => paint.bold(verdictColour(s)));
    for (const text of reasons(d)) labelled('', text);
    overTime(d, context.width - LABEL_WIDTH).forEach((text, k) =>
      lines.push(paint.dim((k === 0 ? 'calls' : '').padEnd(LABEL_WIDTH)) + (k === 0 ? paint.cyan(text) : text)),
    );

    if (d.suspects.length > 0) {
      const note = suspectsNote(d);
      if (note !== null) lines.push('', wrap(note, context.width));
      lines.push('', ...suspectTable(d.suspects, context, paint), ...why(d, context, paint));
    } else if (d.signatures !== null) {
      lines.push('', d.verdict === 'none' || d.verdict === 'external' ? 'No function is suspected.' : 'No suspects.');
    }
    for (const { title, lines: body } of changesText(d)) {
      lines.push('', paint.bold(title));
      for (const text of body) lines.push(`  ${wrap(text, Math.max(20, context.width - 2), '    ')}`);
    }
    return lines.join('\n') + '\n';
  },
};

/** The window as a line of calls, and below it the onset. */
function overTime({ activity, window, onset, trace }: ResultDocument, room: number): string[] {
  if (activity === undefined || activity.every((calls) => calls === 0) || room < 20) return [];
  const line = sparkline(activity, room);
  if (typeof onset !== 'number') return [line.trimEnd()];
  const share = (onset - window.from) / (window.to - window.from);
  return [line.trimEnd(), markBelow(share, `onset ${moment(trace, onset)}`, Math.min(room, activity.length), room)];
}

function suspectTable(suspects: readonly Suspect[], context: RenderContext, paint: Paint) {
  const best = Math.max(...suspects.map((s) => s.score));
  const withObject = context.width >= NARROW;
  const ranks = rankTexts(suspects);
  const rows = suspects.map((s, i) => [
    ranks[i]!,
    s.inferred ? `${s.function} (inferred)` : s.function,
    bar(best > 0 ? s.score / best : 0, BAR_CELLS),
    `${Math.round(s.confidence * 100)} %`,
    ...(withObject ? [s.object] : []),
  ]);
  const columns = [
    { title: 'rank', align: 'right' as const },
    { title: 'function', shrinkTo: 12 },
    { title: 'score' },
    { title: 'sure', align: 'right' as const },
    ...(withObject ? [{ title: 'object', shrinkTo: 6 }] : []),
  ];
  const legend = tieLegend(ranks);
  const lines = table(columns, rows, context.width, (text, row, column) => {
    if (row < 0) return paint.dim(text);
    if (column === 1) return row < EXPLAINED ? paint.bold(text) : text;
    return column === 2 ? paint.cyan(text) : text;
  });
  return legend === null ? lines : [...lines, paint.dim(wrap(legend, context.width))];
}

/** Why the first few are suspected; functions that the same words speak of stand together. */
function why(d: ResultDocument, context: RenderContext, paint: Paint): string[] {
  const groups = new Map<string, { names: string[]; said: string[]; tied: Set<string>; called: string }>();
  for (const s of d.suspects.slice(0, EXPLAINED)) {
    const heaviest = [...s.evidence].sort((a, b) => b.weight - a.weight);
    const said = [...new Set(heaviest.map((e) => sentence(e.message, d.trace)))].slice(0, REASONS_EACH);
    const called = s.callPath.length > 0 ? `called by ${s.callPath.slice(0, 3).join(' < ')}` : '';
    if (said.length === 0 && called === '' && s.tiedWith.length === 0) continue;
    // Members of one tie stand together, and others that nothing else is said of.
    const tie = s.tiedWith.length === 0 ? [] : [s.function, ...s.tiedWith].sort();
    const key = [...said, ...tie].join('\n');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { names: [s.function], said, tied: new Set(s.tiedWith), called });
    else {
      group.names.push(s.function);
      for (const name of s.tiedWith) group.tied.add(name);
      if (group.called !== called) group.called = '';
    }
  }
  for (const { names, said, tied } of groups.values()) {
    const others = [...tied].filter((name) => !names.includes(name));
    if (others.length > 0) said.push(`cannot be told apart from ${some(others)}`);
    else if (tied.size > 0) said.push('cannot be told apart');
  }
  const lines: string[] = [];
  for (const { names, said, called } of groups.values()) {
    lines.push('', ...wrap(names.join(', '), context.width).split('\n').map(paint.bold));
    const all = called === '' ? said : [...said, called];
    for (const text of all) lines.push(`  ${wrap(text, Math.max(20, context.width - 2), '  ')}`);
  }
  return lines;
}

function some(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return names.length <= 3 ? shown : `${shown} and ${plural(names.length - 3, 'other')}`;
}
