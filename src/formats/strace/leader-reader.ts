/**
 * Reads what stands before the call in a strace line, in place: tid, command name and time. Nearly all lines of a trace have one shape, `1234  1700000000.123456 `, and the seconds of the line
 * before: that one is read in a few words of four bytes.
 */
import { type LineScanner, SPACE, isDigit, sixDigits, startsWith } from '../../lib/bytes.js';
import { EPOCH_SECONDS, NO_TIME, SECONDS, type StraceClock, TIME_OF_DAY } from './clock.js';
import { isNameByte, skipBrackets, skipComm } from './leader.js';
import type { LineThreads } from './threads.js';

const POWERS = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];
/** Bytes of `1700000000.123456 `. */
const TIME_LENGTH = 18;

export class LeaderReader {
  /** Last number read. */
  private value = 0;
  private view: DataView = new DataView(new ArrayBuffer(0));
  /** Ten digits of seconds that were read before, as overlapping words, and their value; -1 when none. */
  private seconds = -1;
  private seconds0 = 0;
  private seconds4 = 0;
  private seconds6 = 0;

  constructor(
    private readonly threads: Pick<LineThreads, 'tid' | 'commStart' | 'commEnd'>,
    private readonly clock: StraceClock,
  ) {}

  /** Sets the text that the following lines are of. */
  use(scanner: LineScanner): void {
    this.view = scanner.view;
  }

  /** Position where the call of the line at `start` would be. Sets tid and name of `threads` and the time of `clock`. */
  read(bytes: Uint8Array, start: number): number {
    if (this.seconds >= 0) {
      const p = this.readUsual(bytes, start);
      if (p >= 0) return p;
    }
    return this.readAny(bytes, start);
  }

  /** `1234  1700000000.123456 ` or `1700000000.123456 ` with the known seconds; -1 when it is anything else. */
  private readUsual(bytes: Uint8Array, start: number): number {
    const { view, threads, clock } = this;
    let p = start;
    let c = bytes[p];
    let tid = 0;
    while (c >= 48 && c <= 57 && p - start < 8) {
      tid = tid * 10 + (c - 48);
      c = bytes[++p];
    }
    if (p === start) return -1;
    if (c === SPACE) {
      do c = bytes[++p];
      while (c === SPACE);
    } else {
      // No tid: what was read begins the time.
      tid = -1;
      p = start;
    }
    if (p + TIME_LENGTH > view.byteLength) return -1;
    if (view.getInt32(p, true) !== this.seconds0 || view.getInt32(p + 4, true) !== this.seconds4) return -1;
    if (view.getInt32(p + 6, true) !== this.seconds6 || bytes[p + 10] !== 46 /* . */ || bytes[p + 17] !== SPACE)
      return -1;
    const microseconds = sixDigits(view, p + 11);
    c = bytes[p + TIME_LENGTH];
    if (microseconds < 0 || c === SPACE || c === 91 /* [ */ || c === 40 /* ( */) return -1;
    threads.tid = tid;
    threads.commEnd = 0;
    clock.shape = SECONDS;
    clock.seconds = this.seconds;
    clock.nanoseconds = microseconds * 1000;
    clock.digits = 6;
    return p + TIME_LENGTH;
  }

  /** Remembers the ten digits at `p`, whose value was read. */
  private remember(p: number, seconds: number): void {
    if (p + TIME_LENGTH > this.view.byteLength) return;
    this.seconds = seconds;
    this.seconds0 = this.view.getInt32(p, true);
    this.seconds4 = this.view.getInt32(p + 4, true);
    this.seconds6 = this.view.getInt32(p + 6, true);
  }

  /** Any shape, whatever was read before. */
  readAny(bytes: Uint8Array, start: number): number {
    const { threads } = this;
    let p = start;
    threads.tid = -1;
    threads.commEnd = 0;
    this.clock.shape = NO_TIME;
    while (bytes[p] === SPACE) p++;
    if (bytes[p] === 91 /* [ */ && startsWith(bytes, p, '[pid ')) {
      p += 5;
      while (bytes[p] === SPACE) p++;
      p = this.threadId(bytes, this.number(bytes, p));
      if (bytes[p] !== 93 /* ] */) return start;
      p++;
      while (bytes[p] === SPACE) p++;
      p = skipBrackets(bytes, p);
    }
    if (isDigit(bytes[p])) {
      let q = this.number(bytes, p);
      let c = bytes[q];
      const isTid = (c === SPACE || c === 60) /* < */ && this.value < EPOCH_SECONDS && threads.tid < 0;
      if (isTid && !isSecondsColumn(bytes, start, p, q)) {
        p = this.threadId(bytes, q);
        while (bytes[p] === SPACE) p++;
        p = skipBrackets(bytes, p);
        if (!isDigit(bytes[p])) return p;
        q = this.number(bytes, p);
        c = bytes[q];
      }
      const secondsEnd = q;
      q = this.time(bytes, q, c);
      if (q < 0) return p;
      if (c === 46 && secondsEnd - p === 10) this.remember(p, this.clock.seconds);
      p = q;
      while (bytes[p] === SPACE) p++;
      if (bytes[p] === 40 /* ( */ && bytes[p + 1] === 43 /* + */) p = this.difference(bytes, p + 2);
    }
    return bytes[p] === 91 ? skipBrackets(bytes, p) : p;
  }

  /**
   * `     0.000123) `, what -r shows beside another time, from `from` on; gives the position behind it. Where the other one is of whole
   * seconds (-t -r), the difference tells more and stands for it.
   */
  private difference(bytes: Uint8Array, from: number): number {
    const { clock } = this;
    let p = from;
    while (bytes[p] === SPACE) p++;
    if (clock.digits === 0 && isDigit(bytes[p])) {
      p = this.number(bytes, p);
      const seconds = this.value;
      if (bytes[p] === 46 /* . */) {
        p = this.fraction(bytes, p);
        clock.shape = SECONDS;
        clock.seconds = seconds;
        clock.nanoseconds = this.value;
      }
    }
    while (bytes[p] !== 41 /* ) */ && bytes[p] >= SPACE) p++;
    if (bytes[p] === 41) p++;
    while (bytes[p] === SPACE) p++;
    return p;
  }

  /** The number just read is the tid; gives the position behind it and its `<comm>`. */
  private threadId(bytes: Uint8Array, p: number): number {
    const { threads } = this;
    threads.tid = this.value;
    if (bytes[p] !== 60) return p;
    const end = skipComm(bytes, p);
    threads.commStart = p + 1;
    threads.commEnd = end - 1;
    return end;
  }

  /** The number just read begins a time and `c` at `p` follows; gives the position behind it, -1 when it is none. */
  private time(bytes: Uint8Array, p: number, c: number): number {
    let seconds = this.value;
    let shape = SECONDS;
    let q = p;
    if (c === 58 /* : */) {
      shape = TIME_OF_DAY;
      q = this.number(bytes, q + 1);
      seconds = seconds * 3600 + this.value * 60;
      if (bytes[q] !== 58) return -1;
      q = this.number(bytes, q + 1);
      seconds += this.value;
      c = bytes[q];
    } else if (seconds >= LATEST_SECONDS || (c !== 46 /* . */ && seconds < EPOCH_SECONDS && !isWholeSeconds(bytes, q)))
      return -1;
    // `2. wait(2)`: an item of a list.
    if (c === 46 && !isDigit(bytes[q + 1])) return -1;
    this.value = 0;
    this.clock.digits = 0;
    if (c === 46) q = this.fraction(bytes, q);
    this.clock.shape = shape;
    this.clock.seconds = seconds;
    this.clock.nanoseconds = this.value;
    return q;
  }

  /** Digits behind the point at `p` as nanoseconds. */
  private fraction(bytes: Uint8Array, p: number): number {
    let value = 0;
    let q = p + 1;
    let c = bytes[q];
    while (isDigit(c) && q - p <= 9) {
      value = (value * 10 + (c - 48)) | 0;
      c = bytes[++q];
    }
    this.clock.digits = q - p - 1;
    this.value = value * POWERS[9 - (q - p - 1)];
    while (isDigit(bytes[q])) q++;
    return q;
  }

  /** Digits at `p`, any number of them. Small integers as long as possible: a float multiplication a digit is slow. */
  private number(bytes: Uint8Array, p: number): number {
    let q = p;
    let high = 0;
    let c = bytes[q];
    while (isDigit(c) && q - p < 6) {
      high = high * 10 + (c - 48);
      c = bytes[++q];
    }
    if (!isDigit(c)) {
      this.value = high;
      return q;
    }
    const middle = q;
    let low = 0;
    while (isDigit(c) && q - middle < 9) {
      low = low * 10 + (c - 48);
      c = bytes[++q];
    }
    this.value = high * POWERS[q - middle] + low;
    while (isDigit(bytes[q])) q++;
    return q;
  }
}

/** strace prints differences right-aligned in six places, tids left-aligned; none of its pauses lasts so long as this has digits. */
const SECONDS_WIDTH = 6;
/** No clock is so late (the year 5138): milliseconds, which a log puts before the lines. */
const LATEST_SECONDS = 1e11;
const MOST_SECONDS_DIGITS = 4;

/** Whether the number [p, q) of the line at `start` is a difference in whole seconds (--relative-timestamps=s), not a tid. */
function isSecondsColumn(bytes: Uint8Array, start: number, p: number, q: number): boolean {
  return q - start === SECONDS_WIDTH && q - p <= MOST_SECONDS_DIGITS && isWholeSeconds(bytes, q);
}

/** Whether one space and a record follow the number that ends at `q`. */
function isWholeSeconds(bytes: Uint8Array, q: number): boolean {
  const next = bytes[q + 1];
  return (
    bytes[q] === SPACE && (isNameByte(next) ? !isDigit(next) : next === 60 || next === 43 || next === 45)
  ); /* < + - */
}
