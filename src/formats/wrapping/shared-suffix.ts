/**
 * What stands behind the result of every record: the mark of a line's end that an editor or `cat -A` shows, the border of a table, a
 * tag, a comma of a list. A tracer prints nothing there, so whatever all lines share is none of the trace.
 */
import type { Mark } from './mark.js';

/** A step of a Wrapping that is no id of a table. */
const STEP = 'suffix:';
/** Fewer lines share anything by chance. */
const LEAST_LINES = 3;
/** So large a share of the records must bear it. */
const NEARLY_ALL = 0.8;

/** Behind a duration, or behind a result that is a number, with its explanation; of perf script behind a result or arguments. */
const BEHIND_RESULT =
  /(?:\bNR \d+ (?:= -?\d+|\([\da-f, ]*\))|\) *= (?:-?\d+|0x[0-9a-f]+)(?:<[^<>"]*>+)?(?: E[A-Z0-9]+ \([^()"]*\)| \([^()"]*\))?(?: <\d+(?:\.\d+)?>)?|<unfinished \.\.\.>)([^\w\s<>()].*|<[/a-z][^<>]*>|\s+[^\w\s<>()=-].*)?$/;

/** The step that takes off what all records end with; null when they end with nothing. */
export function sharedSuffix(lines: readonly string[]): string | null {
  const ends = lines.flatMap((line) => {
    const found = BEHIND_RESULT.exec(line.trimEnd());
    return found === null ? [] : [(found[1] ?? '').trim()];
  });
  if (ends.length < LEAST_LINES) return null;
  const counts = new Map<string, number>();
  for (const end of ends) counts.set(end, (counts.get(end) ?? 0) + 1);
  const [[end, count]] = [...counts].sort((a, b) => b[1] - a[1]) as [[string, number]];
  return end === '' || count < ends.length * NEARLY_ALL ? null : STEP + end;
}

/** The mark of a step that `sharedSuffix` gave; null for another. */
export function suffixMark(step: string): Mark | null {
  if (!step.startsWith(STEP)) return null;
  const end = step.slice(STEP.length);
  return {
    id: step,
    what: 'what all lines end with',
    sign: () => false,
    undo: (line) => {
      const text = line.trimEnd();
      return text.endsWith(end) ? text.slice(0, -end.length).trimEnd() : line;
    },
  };
}
