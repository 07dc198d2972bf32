/**
 * Lines that are no call: what strace itself writes (notices of attaching and detaching, of 32-bit processes, the summary
 * table of -C), what script, more and grep write between its lines, and empty ones. Each line is judged alone, so that a cut between two of them changes nothing.
 */
import type { Announced } from '../../trace/chunk.js';
import { CR, SPACE, isDigit, startsWith, text } from '../../lib/bytes.js';
import { isPagerLine } from '../pager.js';
import { isNameByte } from './leader.js';

/**
 * `Unknown syscall 552`: qemu-user -strace does not know the number. `????(`: strace does not, of a thread that is killed while it begins a call.
 */
const BEGINNINGS = [
  'strace: ',
  '[ Process',
  'Process ',
  '==> ',
  '% time ',
  '------ ',
  'System call usage summary',
  'Unknown syscall ',
  '????(',
  '<... ???? resumed>',
  '<detached ...>',
  '<unfinished ...>',
  'Script started on ',
  'Script done on ',
];

/** Whether the line whose body is bytes[start, end) is a notice. */
export function isNotice(bytes: Uint8Array, start: number, end: number): boolean {
  const stop = bytes[end - 1] === CR ? end - 1 : end;
  let p = start;
  while (bytes[p] === SPACE || startsWith(bytes, p, '^C')) p += bytes[p] === SPACE ? 1 : 2;
  if (p >= stop) return true;
  if (isDigit(bytes[p])) return isSummaryRow(bytes, p, stop);
  // Bytes that were read or written: strace -e read=, -e write=.
  if (bytes[p] === 42 /* * */) return BUFFER.test(text(bytes, p, stop));
  if (bytes[p] === 61 /* = */ && VECTOR.test(text(bytes, p, stop))) return true;
  if (bytes[p] === 124 /* | */) return p === start + 1 && isHex(bytes, p + 2, 5) && bytes[stop - 1] === 124;
  if (bytes[p] === 45 /* - */ && isPagerLine(bytes, p, stop)) return true;
  return (
    BEGINNINGS.some((beginning) => startsWith(bytes, p, beginning)) ||
    isCommand(bytes, p, stop) ||
    isHeading(bytes, p, stop)
  );
}

/** Whom a notice says to be traced from there on (as in TraceChunk); null when it does not. */
export function announcedIn(
  bytes: Uint8Array,
  start: number,
  end: number,
): Pick<Announced, 'tid' | 'threads' | 'begins'> | null {
  const line = text(bytes, start, Math.min(end, start + LONGEST_COMMAND));
  const found = ANNOUNCEMENT.exec(line) ?? HEADING.exec(line);
  if (found === null) return null;
  if (found.length === 2) return { tid: Number(found[1]), threads: 0, begins: false };
  const [, attached, threads, file] = found;
  return { tid: Number(attached ?? file), threads: Number(threads ?? 0), begins: attached !== undefined };
}
/** Which of several buffers the bytes that follow were in (-e read=, -e write=), and of which of several messages (recvmmsg). */
const BUFFER = /^\* \d+ bytes in buffer \d+$/;
const VECTOR = /^= \d+ buffers in vector \d+$/;
const ANNOUNCEMENT =
  /^(?:\^C)*(?:strace: )?Process (\d{1,9}) attached(?: with (\d{1,6}) threads)?|^==> \S*\.(\d{1,9}) <==\s*$/;

/** Whether the line is the name of a file of `strace -ff`, which somebody put over its lines: `/tmp/trace.9325`, `trace.9325:`. */
export function isHeading(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start < LONGEST_HEADING && HEADING.test(text(bytes, start, end));
}
/** The version of a library ends so as well (`libm.so.6`). */
const HEADING = /^(?=(?:\.{0,2}|~)\/|.*:\s*$)(?=.*[A-Za-z])[\w./~+-]+(?<!\.so)(?<!\.\d{1,9})\.(\d{1,9}):?\s*$/;
const LONGEST_HEADING = 200;

/** `$ sudo strace -p 12`, `root@host:~# strace ...`, `strace -f -p 12`: what was typed before that which was copied. */
export function isCommand(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start < LONGEST_COMMAND && COMMAND.test(text(bytes, start, end));
}
const COMMAND = /^(?:(?:[^\s"]*|\[[^\]"]*\])\s?[$#%] (?:sudo )?(?:\/\S*\/)?strace |(?:sudo )?(?:\/\S*\/)?strace -)/;
const LONGEST_COMMAND = 400;

/** Whether so many hexadecimal digits and a space stand at `p`. */
function isHex(bytes: Uint8Array, p: number, digits: number): boolean {
  for (let q = p; q < p + digits; q++) {
    const c = bytes[q];
    if (!isDigit(c) && !(c >= 97 && c <= 102)) return false;
  }
  return bytes[p + digits] === SPACE;
}

/** ` 12.34    0.000010          10         1         1 kill`: share, seconds, microseconds a call, calls, errors, name. */
function isSummaryRow(bytes: Uint8Array, start: number, end: number): boolean {
  let columns = 0;
  let p = start;
  while (p < end && (isDigit(bytes[p]) || bytes[p] === 46)) {
    columns++;
    while (p < end && (isDigit(bytes[p]) || bytes[p] === 46)) p++;
    // A time, a date: the line of a log.
    if (p < end && bytes[p] !== SPACE) return false;
    while (p < end && bytes[p] === SPACE) p++;
  }
  if (columns < 3) return false;
  while (p < end && isNameByte(bytes[p]!)) p++;
  return p === end;
}
