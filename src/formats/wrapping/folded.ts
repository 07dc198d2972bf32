/**
 * Lines that a mail program or a terminal folded at its width: at the last space that fits, or at the very column. What goes on with
 * the line before is no record itself, and its first word did not fit behind that line.
 */
import { isKnown, isRecord } from './known-lines.js';

export interface Fold {
  readonly id: string;
  readonly what: string;
  /** Whether `line` goes on with `before`, the line above it as it was given. */
  continues(before: string, line: string): boolean;
  /** What stood between the two. */
  between(before: string): string;
}

/** A step of a Wrapping that is no id of a table. */
const STEP = 'folded:';
/** Nobody folds at less, and nobody's window is wider. */
const LEAST_WIDTH = 40;
const MOST_WIDTH = 400;
/** So many folds, and so large a share of those, are no chance. */
const LEAST_FOLDS = 3;
const NEARLY_ALL = 0.9;
/** What the program prints between records follows whole ones. */
const HALF = 0.5;
const WHOLE =
  /(?:\)\s+= (?:-?\d+|0x[\da-f]+|\?)(?:<[^<>]*>)?(?: E[A-Z]+ \([^()]*\)| \([^()]*\))?(?: <[\d.]+>)?|\.\.\.>| ---| \+\+\+)$/;

/** The step that puts the parts of the lines together; null when they were not folded. */
export function foldedAt(lines: readonly string[]): string | null {
  const width = lines.reduce((most, line) => Math.max(most, line.trimEnd().length), 0);
  if (width < LEAST_WIDTH || width > MOST_WIDTH) return null;
  const above = lines.flatMap((line, i) => {
    const next = lines[i + 1];
    return next === undefined || isKnown(next) ? [] : [{ line, next }];
  });
  const records = lines.filter(isRecord).length;
  if (above.length < LEAST_FOLDS || records < above.length * HALF) return null;
  if (above.filter(({ line }) => !WHOLE.test(line.trimEnd())).length < above.length * HALF) return null;
  const share = (step: Fold) => above.filter(({ line, next }) => step.continues(line, next)).length / above.length;
  const id = [hard(width), soft(width)].find((step) => share(step) >= NEARLY_ALL)?.id;
  return id ?? null;
}

/** The fold of a step that `foldedAt` gave; null for another. */
export function foldOf(step: string): Fold | null {
  const found = /^folded:(hard|soft):(\d+)$/.exec(step);
  return found === null ? null : (found[1] === 'hard' ? hard : soft)(Number(found[2]));
}

const what = (width: number): string => `line breaks at ${width} characters`;

/** At the very column; who copied may have lost a space at the end. */
const hard = (width: number): Fold => ({
  id: `${STEP}hard:${width}`,
  what: what(width),
  continues: (before, line) => before.length >= width - 1 && line !== '' && !isKnown(line),
  between: (before) => ' '.repeat(Math.max(0, width - before.length)),
});

/** At a space. */
const soft = (width: number): Fold => ({
  id: `${STEP}soft:${width}`,
  what: what(width),
  continues: (before, line) => {
    const word = line.trimStart().search(/\s|$/);
    return word > 0 && before.trimEnd().length + 1 + word > width && !isKnown(line);
  },
  between: (before) => (before.endsWith(' ') ? '' : ' '),
});
