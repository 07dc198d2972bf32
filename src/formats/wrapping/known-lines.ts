/** Lines as a tracer prints them, with nothing round them. */
import { isDigit } from '../../lib/bytes.js';
import { BEHIND } from '../foreign/index.js';
import { PerfLine } from '../perf/line.js';
import { isPerfTraceLine } from '../perf/trace.js';
import { isNotice } from '../strace/notices.js';
import { isStackLine, startsRecord } from '../strace/records.js';

/** Whether it is a line of a trace: a record, a frame, a notice of the tracer. */
export function isKnown(line: string): boolean {
  if (isRecord(line)) return true;
  const bytes = bytesOf(line);
  if (isStackLine(bytes, 0)) return true;
  // A log may begin its lines as strace does its notices.
  return isNotice(bytes, 0, bytes.length - 1) && !BEHIND.test(line);
}

/** Whether it is a line of strace, perf script or perf trace. */
export function isRecord(line: string): boolean {
  if (line === '') return false;
  const bytes = bytesOf(line);
  return startsRecord(bytes, 0) || isPerfTraceLine(line) || (!isDigit(bytes[0]!) && new PerfLine().read(bytes, 0));
}

/** Whether a line of a trace stands in it, alone or behind a head. */
export const holdsRecord = (text: string): boolean =>
  text.trim() !== '' && (isKnown(text.trimEnd()) || BEHIND.test(text));

const bytesOf = (line: string): Uint8Array => Buffer.from(`${line}\n`, 'latin1');
