/**
 * Calls that were still running when strace was stopped: in the lines that break off in them. Ctrl-C on a terminal leaves `^C` and,
 * before strace 4.10, the notice of detaching in the same line; whoever copies from a terminal while a process hangs ends with the
 * call it hangs in.
 */
import { SPACE, endsWith, isDigit, startsWith } from '../../lib/bytes.js';
import { type StraceClock, NO_TIME } from './clock.js';
import { isCommand, isHeading } from './notices.js';
import { closingParenthesis } from './outcome.js';

/** A line that is the beginning of a call, perhaps the text's last record. */
export interface Beginning {
  readonly bytes: Uint8Array;
  readonly start: number;
  /** Its number in the chunk. */
  readonly line: number;
  /** Moment of the record before, ns. */
  readonly before: number;
}

/** Where the arguments of a call end whose line [start, end) breaks off in `^C` or `Process 12 detached`; -1 when it does not. */
export function interruptedAt(bytes: Uint8Array, start: number, end: number): number {
  let e = end;
  if (endsWith(bytes, start, e, ' detached')) {
    e -= 9;
    while (e > start && isDigit(bytes[e - 1]!)) e--;
    if (!endsWith(bytes, start, e, 'Process ')) return -1;
    e -= 8;
    if (endsWith(bytes, start, e, 'strace: ')) e -= 8;
  } else if (!endsWith(bytes, start, e, '^C')) return -1;
  while (endsWith(bytes, start, e, '^C')) e -= 2;
  while (e > start && bytes[e - 1] === SPACE) e--;
  return e;
}

/** Whether the line at `start`, which is no record, tells that strace was stopped, or started again, or that another file begins. */
export function endsCapture(bytes: Uint8Array, start: number, end: number): boolean {
  let p = start;
  while (startsWith(bytes, p, '^C')) p += 2;
  if (startsWith(bytes, p, 'strace: ')) p += 8;
  if (startsWith(bytes, p, 'Process ')) {
    for (p += 8; isDigit(bytes[p]!); p++);
    return startsWith(bytes, p, ' detached') || startsWith(bytes, p, ' attached');
  }
  return isCommand(bytes, p, end) || startsWith(bytes, p, '==> ') || isHeading(bytes, p, end);
}

/**
 * Whether a line without an end may be the beginning of a call: it shows a time if the others do, and behind its closing parenthesis
 * stands a result or nothing. Prose (`read(2) blocks`) does neither.
 */
export function mayBegin(bytes: Uint8Array, argsStart: number, end: number, clock: StraceClock): boolean {
  if (clock.kind !== 'none' && clock.shape === NO_TIME) return false;
  let p = closingParenthesis(bytes, argsStart, end);
  if (p < 0) return true;
  for (p++; p < end && bytes[p]! <= SPACE; p++);
  return p === end || bytes[p] === 61; /* = */
}
