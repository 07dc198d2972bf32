/** What lines tell of threads, and which calls they are of. The driver (formats/strace/fast.ts) notes it for good, in this order. */

/** Room for so many; a stretch of text that tells more is read in several goes. */
const MOST: i32 = 1024;
/** Those that one line tells. */
const MOST_OF_LINE: i32 = 5;
/** Bytes of an event: moment (f64), what, thread, and three numbers that depend on what (i32). */
const EVENT: i32 = 32;

export const EVENTS: usize = memory.data(MOST * EVENT, 16);

/** A thread's first line. tid. */
export const BEGINS: i32 = 0;
/** A thread's last line. tid, -1 when no line names it. */
export const ENDS: i32 = 1;
/** A call that made a thread. Row, tid of the new thread. */
export const CLONES: i32 = 2;
/** A call whose result is the process's id. This. */
export const IS_OF: i32 = 3;
/** execve. Row, first and last byte of the arguments in the text. */
export const EXECUTES: i32 = 4;
/** prctl. 0, first and last byte of the arguments in the text. */
export const IS_NAMED: i32 = 5;
/** The second half of a call whose first half the text does not have. Rows before it, number of the call, result. */
export const RESUMES: i32 = 6;
/** What else the one before tells: its duration instead of the moment, its errno instead of the thread; kind, variant, flags. */
export const RESUMED_AS: i32 = 7;
/** A call that is known has the next number from here on. First and last byte of its name in the text. */
export const NUMBERS: i32 = 8;

let count: i32 = 0;

export function eventsOf(): i32 {
  return count;
}

export function forgetEvents(): void {
  count = 0;
}

/** Whether what another line tells has room. */
// @inline
export function isRoom(): bool {
  return count <= MOST - MOST_OF_LINE;
}

export function note(ns: f64, what: i32, thread: i32, first: i32, second: i32 = 0, third: i32 = 0): void {
  const event = EVENTS + <usize>count * EVENT;
  count++;
  store<f64>(event, ns);
  store<i32>(event, what, 8);
  store<i32>(event, thread, 12);
  store<i32>(event, first, 16);
  store<i32>(event, second, 20);
  store<i32>(event, third, 24);
}
