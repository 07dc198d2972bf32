/** Lines as a tracer prints them, with nothing round them. */
import { BEHIND } from '../foreign/index.js';
import { PerfLine } from '../perf/line.js';
import { beginsPerfTraceLine, isPerfTraceLine } from '../perf/trace.js';
import { isNotice } from '../strace/notices.js';
import { isStackLine, startsRecord } from '../strace/records.js';

/** Whether it is a line of a trace: a record, a frame, a notice of the tracer. */
export function isKnown(line: string): boolean {
  if (isRecord(line)) return true;
  const bytes = bytesOf(line);
  if (isPerfFrame(line) || isStackLine(bytes, 0) || /^LOST \d+ events/.test(line)) return true;
  // A log may begin its lines as strace does its notices.
  return isNotice(bytes, 0, bytes.length - 1) && !BEHIND.test(line);
}

/** Whether it is a line of strace, perf script or perf trace. */
export function isRecord(line: string): boolean {
  return line !== '' && (startsRecord(bytesOf(line), 0) || isPerfTraceLine(line) || isPerfLine(line));
}

/** Indented by a tab, or by blanks that stand for one. */
const FRAME = /^(?:\t| {4}) *[0-9a-f]{1,16} \S/;

/** Whether a frame of perf begins so, which may go on in the next line: not a record of strace that is indented, with its thread in front. */
export const isPerfFrame = (line: string): boolean => FRAME.test(line) && !startsRecord(bytesOf(line.trim()), 0);

/** perf prints the names of tasks in so many columns, and none is longer: what stands before is none of its own. */
const NAME_COLUMNS = 16;

/** Whether a line of perf script or perf trace begins so. */
export const beginsPerfRecord = (line: string): boolean => isPerfLine(line) || beginsPerfTraceLine(line);

function isPerfLine(line: string): boolean {
  const at = perfIndex(line);
  return at >= 0 && line.slice(0, at).trim() === '' && !line.startsWith('\t') && !/^\d/.test(line);
}

/** Where the record of perf script begins in a line, behind whatever stands before it; -1 when there is none. */
export function perfIndex(line: string): number {
  if (line === '' || !perfLine.read(bytesOf(line), 0)) return -1;
  const { nameStart, nameEnd } = perfLine;
  return nameEnd - nameStart > NAME_COLUMNS ? nameEnd - NAME_COLUMNS : nameStart;
}
const perfLine = new PerfLine();

/** Whether a line of a trace stands in it, alone or behind a head. */
export const holdsRecord = (text: string): boolean =>
  text.trim() !== '' && (isKnown(text.trimEnd()) || BEHIND.test(text));

const bytesOf = (line: string): Uint8Array => Buffer.from(`${line}\n`, 'latin1');
