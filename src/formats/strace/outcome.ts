/**
 * The right end of a strace line: what a call returned and how long it took.
 *
 * Strings among the arguments may hold anything, ` = ` and parentheses too, but nothing that follows the result may: so a
 * complete line is read from its end, `<0.000012>` first, then the result in its usual shapes (a number, a decorated
 * descriptor, an error with its text). Everything else is scanned from the front, strings and brackets understood.
 */
import { errnoNumber } from '../../trace/errno.js';
import { ERRNO_RESTART, ERRNO_UNKNOWN, FLAG_LARGE_RESULT } from '../../trace/table.js';
import {
  ByteInterner,
  HASH_SEED,
  type LineScanner,
  SPACE,
  endsWith,
  hashStep,
  isDigit,
  sixDigits,
  startsWith,
  text,
} from '../../lib/bytes.js';
import { LAST_ERRNO, errnoOf } from '../kernel-result.js';
import { KnownBytes } from '../../lib/known-bytes.js';
import { decorationKind } from './descriptors.js';
import { numberAt } from './numbers.js';
import { interruptedAt } from './hanging.js';

/** The call returned. */
export const RETURNED = 0;
/** The line says so itself: `<unfinished ...>`, `<detached ...>`. */
export const UNFINISHED = 1;
/** `= ?`: the thread ended inside the call. */
export const NEVER = 2;
/** No end of a call in this line. */
export const BROKEN = 3;

/** Bytes of an error with its text, from `-1` on, that are remembered. */
const SHORTEST_ERROR = 10;
const LONGEST_ERROR = 80;
/** Texts that are remembered: two that share a slot must not fill memory. */
const MOST_ERRORS = 500;
const MAX_INT32 = 0x7fffffff;
/** What strace printed before 4.11 where the process was killed in the call. */
const GONE = ' <ptrace(SYSCALL):No such process>';
const TENTHS = [1e9, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 100, 10, 1];

export class Outcome {
  /** RETURNED, UNFINISHED, NEVER or BROKEN. */
  state = BROKEN;
  /** NaN where the line tells none. */
  durationNs = NaN;
  result = 0;
  /** As in Columns.errno. */
  errno = 0;
  /** FLAG_LARGE_RESULT or 0. */
  flags = 0;
  /** Kind of the descriptor that was returned, 0 where the result is not marked as one. */
  kind = 0;
  /** Where the arguments in this line end: at the closing parenthesis, or before `<unfinished ...>`. */
  argsEnd = 0;
  private view: DataView = new DataView(new ArrayBuffer(0));
  private readonly names = new ByteInterner();
  private numbers = new Uint8Array(256);
  /** Errors read before, with their texts; by slot, number there + 1, errno and result. */
  private readonly errors = new KnownBytes();
  private readonly errorSlots = new Int32Array(64);
  private readonly errorNumbers = new Uint8Array(64);
  private readonly errorResults = new Int32Array(64);

  /** Sets the text that the following lines are of. */
  use(scanner: LineScanner): void {
    this.view = scanner.view;
  }

  /**
   * Reads bytes[start, end): a line from its first argument on, without its line feed. `exact`: the line may be cut off,
   * so its end proves nothing.
   */
  read(bytes: Uint8Array, start: number, end: number, exact: boolean): void {
    this.durationNs = NaN;
    let e = end;
    while (e > start && bytes[e - 1] === SPACE) e--;
    const last = bytes[e - 1];
    if (last === 67 /* ^C */ || last === 100 /* detached */) {
      const interrupted = interruptedAt(bytes, start, e);
      if (interrupted >= 0) {
        this.argsEnd = interrupted;
        this.state = UNFINISHED;
        return;
      }
    }
    if (bytes[e - 1] === 62 /* > */ && e - start > 4) {
      if (isDigit(bytes[e - 2])) e = this.duration(bytes, start, e);
      else if (bytes[e - 2] === 46 /* . */) {
        let open = e - 5;
        while (open > start && bytes[open] !== 60 /* < */ && bytes[open] !== 34 /* " */) open--;
        if (bytes[open] === 60) {
          while (open > start && bytes[open - 1] === SPACE) open--;
          this.argsEnd = open;
          this.state = UNFINISHED;
          return;
        }
      } else if (endsWith(bytes, start, e, GONE)) {
        this.argsEnd = e - GONE.length;
        this.state = UNFINISHED;
        return;
      } else if (endsWith(bytes, start, e, '<unavailable>')) e -= 13;
      while (e > start && bytes[e - 1] === SPACE) e--;
    }
    if (!exact && bytes[e - 1] === 41 /* ) */ && this.knownError(bytes, start, e)) return;
    let s = exact ? -1 : resultStart(bytes, start, e);
    if (s < 0 || !this.endsCall(bytes, start, s)) {
      s = this.scan(bytes, start, e);
      if (s < 0) {
        this.state = this.isAnnotated(bytes, start, e) ? UNFINISHED : BROKEN;
        return;
      }
      if (Number.isNaN(this.durationNs)) this.durationNs = durationIn(bytes, s, e);
    }
    this.value(bytes, s, e);
    if (this.errno !== 0 && this.state === RETURNED && !exact) this.rememberError(bytes, s, e);
    if (exact && this.state !== BROKEN && !endsWhole(bytes, s, end)) this.state = BROKEN;
  }

  /** The call ends where its arguments, read from the front, do: else what stands at the line's end is another's text. */
  confirm(bytes: Uint8Array, start: number, end: number): void {
    if (this.state === RETURNED && closingParenthesis(bytes, start, end) !== this.argsEnd) this.state = BROKEN;
  }

  /** `<unfinished ...>  <-- here it hangs`: whoever pasted it wrote behind it. */
  private isAnnotated(bytes: Uint8Array, start: number, end: number): boolean {
    const line = text(bytes, start, end);
    const at = line.indexOf(' <unfinished ...> ');
    if (at < 0 || line.slice(at).includes('"')) return false;
    this.argsEnd = start + line.slice(0, at).trimEnd().length;
    return true;
  }

  /** Takes `<1.000123>` off the end; gives the new end. */
  private duration(bytes: Uint8Array, start: number, end: number): number {
    let p = end - 10;
    if (p > start && bytes[p] === 60 /* < */ && bytes[p + 2] === 46 /* . */ && bytes[p - 1] === SPACE) {
      // Nearly all calls last less than ten seconds.
      const microseconds = sixDigits(this.view, p + 3);
      const seconds = bytes[p + 1] - 48;
      if (microseconds >= 0 && seconds >= 0 && seconds <= 9) {
        this.durationNs = seconds * 1e9 + microseconds * 1000;
        return p;
      }
    }
    // Whole seconds (--syscall-times=s) have no fraction.
    let seconds = 0;
    let fraction = -1;
    let scale = 1;
    for (p = end - 2; p > start && (isDigit(bytes[p]) || bytes[p] === 46) /* . */; p--) {
      if (bytes[p] === 46) {
        const digits = end - 2 - p;
        if (fraction >= 0 || digits > 9) return end;
        fraction = seconds * TENTHS[digits];
        seconds = 0;
        scale = 1;
        continue;
      }
      seconds += (bytes[p] - 48) * scale;
      scale *= 10;
    }
    if (bytes[p] !== 60 || bytes[p - 1] !== SPACE) return end;
    this.durationNs = seconds * 1e9 + Math.max(fraction, 0);
    return p;
  }

  /** Whether the line ends with an error that was read before (`-1 EAGAIN (Resource temporarily unavailable)`). */
  private knownError(bytes: Uint8Array, start: number, end: number): boolean {
    if (end - start < LONGEST_ERROR) return false;
    const slot = this.errorSlot(end);
    const error = this.errorSlots[slot] - 1;
    if (error < 0) return false;
    const s = end - this.errors.length(error);
    if (!this.errors.same(this.view, error, s) || !this.endsCall(bytes, start, s)) return false;
    this.state = RETURNED;
    this.errno = this.errorNumbers[slot];
    this.result = this.errorResults[slot];
    this.flags = 0;
    this.kind = 0;
    return true;
  }

  private rememberError(bytes: Uint8Array, s: number, end: number): void {
    if (end - s < SHORTEST_ERROR || end - s > LONGEST_ERROR || bytes[end - 1] !== 41) return;
    if (this.errors.size === MOST_ERRORS) return;
    const slot = this.errorSlot(end);
    this.errorSlots[slot] = this.errors.add(this.view, s, end) + 1;
    this.errorNumbers[slot] = this.errno;
    this.errorResults[slot] = this.result;
  }

  /** By the eight bytes before the closing parenthesis. */
  private errorSlot(end: number): number {
    const { view } = this;
    const hash =
      Math.imul(view.getInt32(end - 5, true), 0x9e3779b1) ^ Math.imul(view.getInt32(end - 9, true), 0x85ebca6b);
    return hash >>> 26;
  }

  /** Whether ` = ` and a closing parenthesis stand before the result at `s`; finds the end of the arguments. */
  private endsCall(bytes: Uint8Array, start: number, s: number): boolean {
    let q = s - 3;
    if (q < start || bytes[q] !== SPACE || bytes[q + 1] !== 61 /* = */ || bytes[q + 2] !== SPACE) return false;
    while (q > start && bytes[q - 1] === SPACE) q--;
    if (q === start || bytes[q - 1] !== 41 /* ) */) return false;
    this.argsEnd = q - 1;
    return true;
  }

  /** Exact search from the front; gives where the result starts, -1 when the call does not end here. */
  private scan(bytes: Uint8Array, start: number, end: number): number {
    const close = closingParenthesis(bytes, start, end);
    if (close < 0) return -1;
    let p = close + 1;
    while (p < end && bytes[p] === SPACE) p++;
    if (p + 2 >= end || bytes[p] !== 61 || bytes[p + 1] !== SPACE) return -1;
    this.argsEnd = close;
    return p + 2;
  }

  /** Reads the result at `s`. */
  private value(bytes: Uint8Array, s: number, end: number): void {
    this.state = RETURNED;
    this.errno = 0;
    this.flags = 0;
    this.kind = 0;
    this.result = 0;
    let p = s;
    let c = bytes[p];
    if (c === 63 /* ? */) {
      if (end - s > 3 && bytes[s + 2] === 69 /* E */) this.errno = this.errnoAt(bytes, s + 2, end);
      else {
        this.errno = ERRNO_UNKNOWN;
        this.state = NEVER;
      }
      return;
    }
    const negative = c === 45; /* - */
    if (negative) c = bytes[++p];
    let value = 0;
    if (c === 48 && (bytes[p + 1] | 32) === 120 /* 0x */) {
      for (p += 2; ; p++) {
        const digit = hexDigit(bytes[p]);
        if (digit < 0) break;
        value = value * 16 + digit;
      }
    } else {
      // umask shows its result in octal.
      const radix = c === 48 && isDigit(bytes[p + 1]) ? 8 : 10;
      let small = 0;
      let digits = 0;
      while (isDigit((c = bytes[p])) && digits < 9) {
        small = small * radix + (c - 48);
        digits++;
        p++;
      }
      value = small;
      while (isDigit((c = bytes[p]))) {
        value = value * radix + (c - 48);
        p++;
      }
      if (p === s || (negative && p === s + 1)) {
        this.state = BROKEN;
        return;
      }
    }
    if (negative) {
      this.result = value <= MAX_INT32 ? -value : -MAX_INT32;
      if (value === 1) {
        // `-1 EAGAIN (...)`, or `-1 (errno 524)` for codes without a name; nothing where the text was cut.
        this.errno = bytes[p + 1] === 69 ? this.errnoAt(bytes, p + 1, end) : errnoNumberAt(bytes, p + 1);
      } else if (value <= LAST_ERRNO) {
        // As the kernel returned it: tracers that are not strace (python-ptrace, lurk).
        this.result = -1;
        this.errno = errnoOf(value);
      } else this.flags = FLAG_LARGE_RESULT;
    } else if (value <= MAX_INT32) {
      this.result = value;
      if (bytes[p] === 60 /* < */) this.kind = decorationKind(bytes, p + 1);
    } else {
      this.result = MAX_INT32;
      this.flags = FLAG_LARGE_RESULT;
    }
  }

  private errnoAt(bytes: Uint8Array, from: number, end: number): number {
    let hash = HASH_SEED;
    let p = from;
    while (p < end && bytes[p] > SPACE) hash = hashStep(hash, bytes[p++]);
    const known = this.names.size;
    const id = this.names.intern(bytes, from, p, hash);
    if (id === known && id < this.numbers.length) this.numbers[id] = errnoCode(this.names.strings[id]);
    return id < this.numbers.length ? this.numbers[id] : ERRNO_UNKNOWN;
  }
}

/** The duration behind the result at `s`, where something else stands at the line's end (a remark of whoever pasted it); NaN when there is none. */
function durationIn(bytes: Uint8Array, s: number, end: number): number {
  const [, whole, fraction] = /^[^"<]*(?:<[^\d\s][^<>"]*>[^"<]*)? <(\d+)\.(\d{1,9})>\s/.exec(text(bytes, s, end)) ?? [];
  return whole === undefined ? NaN : Number(whole) * 1e9 + Number(fraction!.padEnd(9, '0'));
}

/** `(errno 11)`, where strace knows no name or was told to print none; `errno=11` of qemu-user. */
function errnoNumberAt(bytes: Uint8Array, p: number): number {
  const digits = startsWith(bytes, p, '(errno ') ? p + 7 : startsWith(bytes, p, 'errno=') ? p + 6 : -1;
  return digits >= 0 && isDigit(bytes[digits]) ? errnoOf(numberAt(bytes, digits)) : ERRNO_UNKNOWN;
}

function errnoCode(name: string): number {
  return name.startsWith('ERESTART') && name.length > 8 ? ERRNO_RESTART : errnoNumber(name);
}

function hexDigit(c: number): number {
  if (c >= 48 && c <= 57) return c - 48;
  const lower = c | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

/** Whether a line without line feed ends where a line may: behind `)`, `>` or a plain number, not inside ` <0.00`. */
function endsWhole(bytes: Uint8Array, result: number, end: number): boolean {
  const last = bytes[end - 1];
  if (last === 41 || last === 62) return true;
  for (let p = result; p < end; p++) if (bytes[p] === SPACE || bytes[p] === 60) return false;
  return true;
}

/** Where the result seems to start, by its last byte; -1 when it has no usual shape. `endsCall` must confirm it. */
function resultStart(bytes: Uint8Array, start: number, end: number): number {
  let p = end - 1;
  if (p <= start) return -1;
  const last = bytes[p];
  if (last === 41 /* ) */) {
    // An explanation: `-1 EAGAIN (Resource temporarily unavailable)`, `0 (Timeout)`. With brackets inside, it is none.
    for (p--; p > start && bytes[p] !== 40 /* ( */; p--) {
      const c = bytes[p];
      if (c === 41 || c === 34 || c === 62) return -1;
    }
    for (p--; p > start && bytes[p] !== 61 /* = */; p--) if (!isPlain(bytes[p])) return -1;
    return p + 2;
  }
  if (last === 62 /* > */) {
    // A decorated descriptor: strace escapes `<` and `>` inside names.
    for (p--; p > start && bytes[p] !== 60 /* < */; p--);
    for (p--; p > start && isDigit(bytes[p]); p--);
    return p + 1;
  }
  if (last !== 63 /* ? */ && hexDigit(last) < 0) return -1;
  for (p--; p > start && isPlain(bytes[p]) && bytes[p] !== SPACE; p--);
  return p + 1;
}

/** Letters, digits, `_ - ?` and space: what may stand between ` = ` and an explanation. */
function isPlain(c: number): boolean {
  if (isDigit(c)) return true;
  const lower = c | 32;
  return (lower >= 97 && lower <= 122) || c === 95 || c === SPACE || c === 45 || c === 63;
}

/** The parenthesis that ends the call whose arguments start at `start`, -1 when it is not in bytes[start, end). */
export function closingParenthesis(bytes: Uint8Array, start: number, end: number): number {
  let depth = 0;
  for (let p = start; p < end; p++) {
    const c = bytes[p];
    if (c === 34 /* " */) {
      for (p++; p < end && bytes[p] !== 34; p++) if (bytes[p] === 92 /* \ */) p++;
    } else if (c === 60 /* < */) {
      if (bytes[p + 1] === 60) p++;
      else if (p > start && decorates(bytes[p - 1])) p = decorationEnd(bytes, p, end);
    } else if (c === 40 || c === 91 || c === 123 /* ( [ { */) depth++;
    else if (c === 41 || c === 93 || c === 125 /* ) ] } */) {
      if (c === 41 && depth === 0) return p;
      // A resumed half may close what the first half opened.
      if (depth > 0) depth--;
    } else if (c === 47 && bytes[p + 1] === 42 /* slash star */) {
      for (p += 2; p < end && !(bytes[p] === 47 && bytes[p - 1] === 42); p++);
    }
  }
  return -1;
}

/** `3<`, `AT_FDCWD<`: a decoration follows a number or a name. */
function decorates(c: number): boolean {
  return isDigit(c) || (c >= 65 && c <= 90);
}

/** The `>` that ends the decoration opened at `open`, not that of an arrow `->`; `end` when there is none. */
export function decorationEnd(bytes: Uint8Array, open: number, end: number): number {
  for (let p = open + 1; p < end; p++) {
    const c = bytes[p];
    if (c === 62 && bytes[p - 1] !== 45 /* - */) return p;
    if (c === 92 /* \ */) p++;
  }
  return end;
}
