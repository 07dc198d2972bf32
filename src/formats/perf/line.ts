/**
 * The head of a line of `perf script`: `comm pid/tid [cpu] seconds.fraction: event:`. Which fields are there depends on -F
 * and on the version of perf; names of tasks may hold spaces, digits and colons. What is sure is the time: digits, a point,
 * digits, a colon, so a line is read from its time to the left. Format: perf_sample__fprintf_start() in
 * tools/perf/builtin-script.c of Linux, and perf-script(1).
 */
import { LF, SPACE, isDigit, startsWith } from '../../lib/bytes.js';

/** What a line tells of. */
export const EVENT_OTHER = 0;
/** `raw_syscalls:sys_enter: NR 0 (1c, ...)` */
export const EVENT_RAW_ENTER = 1;
/** `raw_syscalls:sys_exit: NR 0 = 73` */
export const EVENT_RAW_EXIT = 2;
/** `syscalls:sys_enter_read: fd: 0x0000001c, ...` */
export const EVENT_NAMED_ENTER = 3;
/** `syscalls:sys_exit_read: 0x49` */
export const EVENT_NAMED_EXIT = 4;
/** `sched:sched_switch: prev_comm=... ==> next_comm=...` */
export const EVENT_SWITCH = 5;
/** `sched:sched_process_exit: comm=... pid=...` */
export const EVENT_PROCESS_EXIT = 6;
/** `sched:sched_process_exec: filename=... pid=...` */
export const EVENT_PROCESS_EXEC = 7;

const COLON = 58;
const TENTHS = [1e9, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 100, 10, 1];

export class PerfLine {
  tid = -1;
  /** -1 where the line tells only one id. */
  pid = -1;
  /** -1 where the line tells none. */
  cpu = -1;
  seconds = 0;
  nanoseconds = 0;
  /** Where the line starts, and where its ids end. */
  start = 0;
  idsEnd = 0;
  /** The task's name is bytes[nameStart, nameEnd). */
  nameStart = 0;
  nameEnd = 0;
  /** EVENT_*. */
  event = EVENT_OTHER;
  /** Where the event's name starts, and where its text starts, behind its colon and spaces. */
  eventStart = 0;
  rest = 0;

  /** Reads the line at `start`, which is not empty; false when it does not tell a thread, a time and an event. */
  read(bytes: Uint8Array, start: number): boolean {
    for (let p = start + 1; ; p++) {
      const c = bytes[p];
      if (c === COLON && isDigit(bytes[p - 1]) && bytes[p + 1] === SPACE && this.before(bytes, start, p)) {
        return this.behind(bytes, p + 2);
      }
      if (c === LF) return false;
    }
  }

  /** Reads what stands before the colon of the time at `colon`, from right to left. */
  private before(bytes: Uint8Array, start: number, colon: number): boolean {
    let p = colon - 1;
    let value = 0;
    let scale = 1;
    let c = bytes[p];
    while (p > start && isDigit(c)) {
      value += (c - 48) * scale;
      scale *= 10;
      c = bytes[--p];
    }
    const digits = colon - 1 - p;
    if (c !== 46 /* . */ || digits > 9) return false;
    this.nanoseconds = value * TENTHS[digits];
    value = 0;
    scale = 1;
    const point = p--;
    for (; p >= start && isDigit((c = bytes[p])); p--) {
      value += (c - 48) * scale;
      scale *= 10;
    }
    if (p + 1 === point || (p >= start && bytes[p] !== SPACE)) return false;
    this.seconds = value;
    while (p >= start && bytes[p] === SPACE) p--;
    p = beforeMisc(bytes, start, beforeTod(bytes, start, p));
    this.cpu = -1;
    if (p > start && bytes[p] === 93 /* ] */) {
      let open = p - 1;
      while (open > start && isDigit(bytes[open])) open--;
      if (bytes[open] === 91 /* [ */ && p - open > 1) {
        this.cpu = numberAt(bytes, open + 1, p);
        p = open - 1;
        while (p >= start && bytes[p] === SPACE) p--;
      }
    } else if (isBareCpu(bytes, start, p)) {
      this.cpu = numberAt(bytes, firstDigit(bytes, start, p), p + 1);
      p -= CPU_WIDTH;
      while (p >= start && bytes[p] === SPACE) p--;
    }
    this.ids(bytes, start, p + 1);
    // Names of tasks may look like times, but a time stands behind the thread's id.
    return this.tid >= 0;
  }

  /** Reads `comm pid/tid` or `comm tid`, which ends at `end`. */
  private ids(bytes: Uint8Array, start: number, end: number): void {
    let p = end - 1;
    let value = 0;
    let scale = 1;
    let c = bytes[p];
    for (; p >= start && isDigit(c); c = bytes[--p]) {
      value += (c - 48) * scale;
      scale *= 10;
    }
    this.tid = -1;
    this.pid = -1;
    this.start = start;
    this.idsEnd = end;
    if (p + 1 < end) {
      const tid = value;
      if (p > start && c === 47 /* / */) {
        value = 0;
        scale = 1;
        c = bytes[--p];
        const last = p;
        for (; p >= start && isDigit(c); c = bytes[--p]) {
          value += (c - 48) * scale;
          scale *= 10;
        }
        // `kworker/0` is a name, `-1/-1` a task that is gone.
        if (p < last && (p < start || c === SPACE)) {
          this.tid = tid;
          this.pid = value;
        }
      } else if (p < start || c === SPACE) this.tid = tid;
    }
    let from = start;
    while (from <= p && bytes[from] === SPACE) from++;
    while (p >= from && bytes[p] === SPACE) p--;
    // perf prints `:4711` for a task whose name it does not know.
    this.nameStart = from;
    this.nameEnd = bytes[from] === COLON ? from : p + 1;
  }

  /** Reads the name of the event, with an optional period before it. */
  private behind(bytes: Uint8Array, from: number): boolean {
    let p = from;
    while (bytes[p] === SPACE) p++;
    if (isDigit(bytes[p])) {
      while (isDigit(bytes[p])) p++;
      while (bytes[p] === SPACE) p++;
    }
    this.eventStart = p;
    this.rest = p;
    this.event = EVENT_OTHER;
    const c = bytes[p];
    if (c === 114 /* r */ && bytes[p + 12] === COLON && bytes[p + 16] === 95 /* _ */) {
      // Nine bytes tell raw_syscalls:sys_enter and sys_exit from everything else that perf knows.
      if (bytes[p + 4] !== 115 || bytes[p + 13] !== 115 || bytes[p + 17] !== 101) return true;
      if (bytes[p + 18] === 110 && bytes[p + 22] === COLON) return this.found(bytes, EVENT_RAW_ENTER, p + 23);
      if (bytes[p + 18] === 120 && bytes[p + 21] === COLON) return this.found(bytes, EVENT_RAW_EXIT, p + 22);
    } else if (c === 115 /* s */) {
      if (startsWith(bytes, p, 'sched:sched_')) return this.scheduler(bytes, p + 12);
      // The call's name stands in the event's.
      if (startsWith(bytes, p, 'syscalls:sys_enter_')) return this.found(bytes, EVENT_NAMED_ENTER, p + 19);
      if (startsWith(bytes, p, 'syscalls:sys_exit_')) return this.found(bytes, EVENT_NAMED_EXIT, p + 18);
      return this.withoutSystem(bytes, p);
    }
    return c > SPACE;
  }

  /** `sys_enter: NR 0 (1c, ...)`: perf of Linux 2.6.3x printed no system before the event. */
  private withoutSystem(bytes: Uint8Array, p: number): boolean {
    if (startsWith(bytes, p, 'sched_')) return this.scheduler(bytes, p + 6);
    if (startsWith(bytes, p, 'sys_enter: NR ')) return this.found(bytes, EVENT_RAW_ENTER, p + 10);
    if (startsWith(bytes, p, 'sys_exit: NR ')) return this.found(bytes, EVENT_RAW_EXIT, p + 9);
    if (startsWith(bytes, p, 'sys_enter_')) return this.found(bytes, EVENT_NAMED_ENTER, p + 10);
    if (startsWith(bytes, p, 'sys_exit_')) return this.found(bytes, EVENT_NAMED_EXIT, p + 9);
    return true;
  }

  private scheduler(bytes: Uint8Array, p: number): boolean {
    if (startsWith(bytes, p, 'switch:')) return this.found(bytes, EVENT_SWITCH, p + 7);
    if (startsWith(bytes, p, 'process_exit:')) return this.found(bytes, EVENT_PROCESS_EXIT, p + 13);
    if (startsWith(bytes, p, 'process_exec:')) return this.found(bytes, EVENT_PROCESS_EXEC, p + 13);
    return true;
  }

  private found(bytes: Uint8Array, event: number, from: number): boolean {
    this.event = event;
    let p = from;
    while (bytes[p] === SPACE) p++;
    this.rest = p;
    return true;
  }
}

/**
 * Whether the number that ends at `at` is that of a CPU, as `perf script --Latency` prints it: without brackets, in three columns, behind
 * the thread's, which has five at least; in `12/12  ` the rest of these stands behind it.
 */
export function isBareCpu(bytes: Uint8Array, start: number, at: number): boolean {
  const separator = at - CPU_WIDTH;
  const digit = firstDigit(bytes, start, at);
  if (separator <= start || digit > at) return false;
  for (let p = separator; p < digit; p++) if (bytes[p] !== SPACE) return false;
  if (digit <= separator) return false;
  let id = separator - 1;
  while (id > start && bytes[id] === SPACE) id--;
  if (!isDigit(bytes[id])) return false;
  return id === separator - 1 || bytes[firstDigit(bytes, start, id) - 1] === 47; /* / */
}
const CPU_WIDTH = 3;

/** Where the number begins that ends at `at`; behind `at` where there is none. */
function firstDigit(bytes: Uint8Array, start: number, at: number): number {
  let p = at + 1;
  while (p > start && isDigit(bytes[p - 1])) p--;
  return p;
}

/** -F +tod prints the wall clock before the time, `2026-11-29 01:27:11.744907`: the position before it. */
function beforeTod(bytes: Uint8Array, start: number, at: number): number {
  let p = at;
  while (p > start && isDigit(bytes[p])) p--;
  const from = p - DATE_AND_TIME;
  if (p === at || bytes[p] !== 46 /* . */ || from <= start) return at;
  if (bytes[from + 4] !== 45 /* - */ || bytes[from + 7] !== 45 || bytes[from + 10] !== SPACE) return at;
  if (bytes[from + 13] !== COLON || bytes[from + 16] !== COLON) return at;
  p = from - 1;
  while (p > start && bytes[p] === SPACE) p--;
  return p;
}
/** Bytes of `2026-11-29 01:27:11`. */
const DATE_AND_TIME = 19;

/** -F +misc prints the mode of the CPU (`K`, `U`, `Hcs`) between its number and the time: the position before it. */
function beforeMisc(bytes: Uint8Array, start: number, at: number): number {
  let p = at;
  while (p > start && (bytes[p] | 32) >= 97 && (bytes[p] | 32) <= 122) p--;
  if (p === at || at - p > MISC_LETTERS || bytes[p] !== SPACE) return at;
  while (p > start && bytes[p] === SPACE) p--;
  return bytes[p] === 93 /* ] */ || isDigit(bytes[p]) ? p : at;
}
const MISC_LETTERS = 6;

/** The decimal number in bytes[start, end), digits only. */
export function numberAt(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let p = start; p < end; p++) value = value * 10 + (bytes[p] - 48);
  return value;
}
