/** Frames of perf script: lines of a trace that are no records, and that lose their tab where a text is pasted into a form. */
import { beginsPerfRecord } from './known-lines.js';
import { MANY, type Mark } from './mark.js';

const FRAME = /^[0-9a-f]{1,16} \S.* \([^()]+\)$/;

/** Day, time and zone, as far as they are told. */
const MOMENT = /^\s*(?:\d[\d:.TZ+-]*(?:\s+|$))?(?:\d[\d:.]*(?:\s+|$))?(?:[+-]\d\d:?\d\d(?:\s+|$))?/;

/** Whether the line is a frame of perf, behind a moment perhaps, or an empty line, which ends a stack. */
export function isOfStack(line: string): boolean {
  const text = line.replace(MOMENT, '').trim();
  return text === '' || FRAME.test(text) || FRAME.test(line.trim());
}

/** In no name of a function, and behind no arrow of the scheduler's events, the program could have written an entity. */
const ENTITY = /\t *[0-9a-f]{1,16} [^"]*&(?:amp;)?(?:[lg]t|#6[02]|#x3[ce]);|==&(?:amp;)?(?:gt|#62|#x3e); next_comm=/i;

/** Whether a page escaped what perf printed. */
export const hasEntities = (line: string): boolean => ENTITY.test(line);

export const FRAMES_WITHOUT_TABS: Mark = {
  id: 'perf-frames',
  what: 'frames that lost their indentation',
  sign: (lines) =>
    lines.filter((line) => FRAME.test(line)).length >= lines.length * MANY && lines.some(beginsPerfRecord),
  undo: (line) => (FRAME.test(line) ? `\t${line}` : line),
};
