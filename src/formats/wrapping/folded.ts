/**
 * Lines that a mail program or a terminal folded at its width: at the last space that fits, or at the very column. What goes on with
 * the line before does not begin as the other records do, and its first word did not fit behind that line.
 */
import { isKnown, beginsPerfRecord, isPerfFrame, isRecord } from './known-lines.js';

export interface Fold {
  readonly id: string;
  readonly what: string;
  /** Whether `line` goes on with `before`, the line above it, of which heads of so many characters were `taken` off. */
  continues(before: string, line: string, taken: number): boolean;
  /** What stood between the two. */
  between(before: string, taken: number): string;
}

/**
 * A step of a Wrapping that is no id of a table: kind, width, whether records begin with their thread or time, and whether the
 * width is that of lines with their heads, which parts of lines do not have then.
 */
const STEP = /^folded:(hard|soft):(\d+):(led|bare)(:headed)?$/;
/** Nobody folds at less, and nobody's window is wider. */
const LEAST_WIDTH = 40;
const MOST_WIDTH = 400;
/** So many folds, and so large a share of those, are no chance. */
const LEAST_FOLDS = 3;
const NEARLY_ALL = 0.9;
/** What the program prints between records follows whole ones. */
const HALF = 0.5;
/** No record, and no frame, is folded more often. */
const MOST_FOLDS = 12;
/** What follows a result (`12<TCP:[a->b]>`, an error, flags, what was ready, a duration) holds no strings. */
const WHOLE =
  /(?:\)\s+= (?:-?\d+|0x[\da-f]+|\?)(?:<[^"]*>)?(?: errno=\d+)?(?: E[A-Z0-9]+)?(?: \([^"]*\))?(?: \/\*[^"]*\*\/)?(?: <[\w.]+>)?|\.\.\.>| ---| \+\+\+)$/;
/** A frame or a notice is whole as well. */
export const isWhole = (line: string): boolean =>
  WHOLE.test(line.trimEnd()) || (isPerfFrame(line) ? line.trimEnd().endsWith(')') : isKnown(line) && !isRecord(line));
/** The thread or time that a record begins with; the record may stand in the next line. */
const LED =
  /^ *(?:\[pid +\d+(?:<[^<>]*>)?\](?: |$)|\d+(?:<[^>]*>)? +(?=\d+[:.]\d|<\.\.\. |[+-]{3} |[a-z_]\w*\()|\d+:\d\d:\d\d(?:\.\d+)?(?: |$)|\d+\.\d{3,9}(?: |$))/;

/** Task, thread and time of perf, folded before the event. */
const PERF_HEAD = /^ *\S.{0,15} +\d+(?:\/\d+)? +(?:\[\d+\] +)?\d+\.\d{6,9}: *$/;
const beginsPerf = (line: string): boolean => isPerfFrame(line) || PERF_HEAD.test(line) || beginsPerfRecord(line);

/** The step that puts the parts of the lines together; null when they were not folded. `heads`: what was taken off each, in characters, before which they were folded. */
export function foldedAt(lines: readonly string[], heads: readonly number[] = []): string | null {
  const records = lines.filter((line) => isRecord(line) || beginsPerf(line));
  const led = lines.filter((line) => LED.test(line)).length > records.length * HALF;
  const chains: Break[][] = [[]];
  for (const [i, line] of lines.entries()) {
    const next = lines[i + 1];
    if (next === undefined || begins(next, led, line)) chains.push([]);
    else chains.at(-1)!.push({ line, next, taken: heads[i] ?? 0 });
  }
  // More in a row are a text of its own, such as a summary.
  const breaks = chains.filter((chain) => chain.length <= MOST_FOLDS).flat();
  if (breaks.length < LEAST_FOLDS || breaks.length > records.length * MOST_FOLDS) return null;
  if (breaks.filter(({ line }) => !isWhole(line)).length < breaks.length * HALF) return null;
  // Parts that look like records prove nothing: the lines before them may be whole in a way that is not known here.
  if (breaks.filter(({ next }) => !isRecord(next)).length < breaks.length * HALF) return null;
  const lengthOf = (line: string, i: number) => line.trimEnd().length + (heads[i] ?? 0);
  const longest = lines.reduce((most, line, i) => Math.max(most, lengthOf(line, i)), 0);
  const widths = new Set(
    breaks.flatMap(({ line, taken }) => [line.length, line.trimEnd().length, line.length + 1].map((n) => n + taken)),
  );
  const headed = heads.length > 0;
  const steps = [
    hard(longest, led, headed),
    ...[...widths].sort((a, b) => a - b).map((width) => soft(width, led, headed)),
  ];
  const kept = (step: Fold) => breaks.filter(({ line, next, taken }) => step.continues(line, next, taken)).length;
  const best = steps.reduce((most, step) => (kept(step) > kept(most) ? step : most));
  const width = Number(STEP.exec(best.id)![2]);
  return width < LEAST_WIDTH || width > MOST_WIDTH || kept(best) < breaks.length * NEARLY_ALL ? null : best.id;
}

interface Break {
  readonly line: string;
  readonly next: string;
  /** Characters of heads before `line`. */
  readonly taken: number;
}

/** The fold of a step that `foldedAt` gave; null for another. */
export function foldOf(step: string): Fold | null {
  const [, kind, width, manner, headed] = STEP.exec(step) ?? [];
  if (kind === undefined) return null;
  return (kind === 'hard' ? hard : soft)(Number(width), manner === 'led', headed !== undefined);
}

/**
 * Whether a record begins with the line, or it is whole otherwise. A part may look like a call (`inet_addr("10.0.0.1")}, 16) = 0`): where
 * records begin with their thread or time it has none, and where they do not, the one before is not whole.
 */
function begins(line: string, led: boolean, before: string): boolean {
  // No rest of another line looks like an event of perf, or is indented as a frame.
  if (line === '' || line.startsWith('\t') || beginsPerf(line)) return true;
  if (led && LED.test(line)) return true;
  if (isRecord(line)) return !led && (isWhole(before) || before === '');
  return isKnown(line);
}

const step = (kind: string, width: number, led: boolean, headed: boolean) => ({
  id: `folded:${kind}:${width}:${led ? 'led' : 'bare'}${headed ? ':headed' : ''}`,
  what: `line breaks at ${width} characters`,
});

/** At the very column; who copied may have lost a space at the end. */
const hard = (width: number, led: boolean, headed: boolean): Fold => ({
  ...step('hard', width, led, headed),
  continues: (before, line, taken) => {
    const length = before.length + (headed ? taken : 0);
    return length >= width - 1 && length <= width && !begins(line, led, before);
  },
  between: (before, taken) => ' '.repeat(Math.max(0, width - before.length - (headed ? taken : 0))),
});

/** At a space; a word that is longer stands alone. */
const soft = (width: number, led: boolean, headed: boolean): Fold => ({
  ...step('soft', width, led, headed),
  continues: (before, line, taken) => {
    const word = line.trimStart().search(/\s|$/);
    const length = before.trimEnd().length + (headed ? taken : 0);
    const fits = length <= width || !before.trimEnd().includes(' ');
    return word > 0 && fits && length + 1 + word > width && !begins(line, led, before);
  },
  between: (before) => (before.endsWith(' ') ? '' : ' '),
});
