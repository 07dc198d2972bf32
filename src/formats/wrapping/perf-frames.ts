/** Frames of perf script: lines of a trace that are no records, and that lose their tab where a text is pasted into a form. */
import { beginsPerfRecord } from './known-lines.js';
import type { Mark } from './marks.js';

const FRAME = /^[0-9a-f]{1,16} \S.* \([^()]+\)$/;
const MANY = 1 / 4;

/** Behind a moment, or none. */
const EMPTY = /^(?:\d[\d:.TZ+-]*)?$/;

/** Whether the line is a frame of perf, behind a moment perhaps, or an empty line, which ends a stack. */
export function isOfStack(line: string): boolean {
  const text = line.trim();
  return EMPTY.test(text) || FRAME.test(text) || FRAME.test(text.slice(text.search(/\s/) + 1).trim());
}

export const FRAMES_WITHOUT_TABS: Mark = {
  id: 'perf-frames',
  what: 'frames that lost their indentation',
  sign: (lines) =>
    lines.filter((line) => FRAME.test(line)).length >= lines.length * MANY && lines.some(beginsPerfRecord),
  undo: (line) => (FRAME.test(line) ? `\t${line}` : line),
};
