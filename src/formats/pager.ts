/** Lines that grep and more(1) leave between those of a text. */
import { CR, text } from '../lib/bytes.js';

/** What nothing ends with: no record, and no stack. */
export const PAGER_LINE = '--More--';
const PROMPT = /^--More--(?:\(\d+%\))?$/;
const LONGEST = 14;

/** Whether bytes[start, end) is such a line. */
export function isPagerLine(bytes: Uint8Array, start: number, end: number): boolean {
  const stop = bytes[end - 1] === CR ? end - 1 : end;
  return isSeparator(bytes, start, end) || (stop - start <= LONGEST && PROMPT.test(text(bytes, start, stop)));
}

/** Whether it is what grep prints between places that do not follow each other. */
export function isSeparator(bytes: Uint8Array, start: number, end: number): boolean {
  const stop = bytes[end - 1] === CR ? end - 1 : end;
  return stop - start === 2 && bytes[start] === 45 && bytes[start + 1] === 45;
}
