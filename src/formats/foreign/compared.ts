/** What diff prints of two traces: lines of both, of which each is read as if it were of the same. */
import { LEADER_SHOWN } from '../strace/shown.js';
import type { ForeignTracer } from './sign.js';

const RECORD = String.raw`${LEADER_SHOWN}(?:[a-z_]\w*\(.*(?:\)\s+= |<unfinished \.\.\.>)|<\.\.\. \w+ resumed>)`;
/** Lines of one of the texts, and of the other. */
const SIDES: readonly (readonly [RegExp, RegExp])[] = [
  [new RegExp(String.raw`^-${RECORD}`), new RegExp(String.raw`^\+${RECORD}`)],
  [new RegExp(`^< ${RECORD}`), new RegExp(`^> ${RECORD}`)],
];
/** Where they differ, in the ways that diff says so. */
const PLACE = /^@@ -\d|^\d+(?:,\d+)?[acd]\d+(?:,\d+)?\s*$/;
/** Side by side (diff -y), which cuts lines to the width of a terminal; two of these patterns in a line take the square of its length. */
const WIDEST = 1000;
const BESIDE = new RegExp(String.raw`${RECORD}.*\s[|<>]\s+${RECORD}`);

export function compared(lines: readonly string[]): ForeignTracer | null {
  const places = lines.some((line) => PLACE.test(line));
  const both = SIDES.some((sides) => sides.every((side) => lines.some((line) => side.test(line))));
  const beside = lines.filter((line) => line.length <= WIDEST && BESIDE.test(line)).length;
  if (!(places && both) && (beside === 0 || beside * 2 < lines.length)) return null;
  return {
    what: 'what diff prints of two traces',
    advice: 'Give each of them alone; perfscope compare tells how two traces differ.',
  };
}
