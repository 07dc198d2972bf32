/** Times in CSV files: decimal numbers of some unit, read in place without loss, or ISO 8601. */
import { isDigit, text } from '../../lib/bytes.js';

export type TimeUnit = 's' | 'ms' | 'us' | 'ns';

const DIGITS: Record<TimeUnit, number> = { s: 0, ms: 3, us: 6, ns: 9 };
/** Digits of a whole number of the unit that are below a second. */
export function unitDigits(unit: TimeUnit): number {
  return DIGITS[unit];
}
const TENTHS = [1e9, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 100, 10, 1];
const ISO = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?$/;
const NUMBER = /^\d+(\.\d*)?(e[+-]?\d+)?$/i;

/** What is later is no time: differences of such numbers are not even whole seconds. */
const LAST_SECOND = Number.MAX_SAFE_INTEGER;

/** Wall clock times of 2001 to 2103 in seconds. */
const EPOCH_FROM = 1e9;
const EPOCH_TO = 4.2e9;

/** Whether a field is a time. */
export function isTime(field: string): boolean {
  return NUMBER.test(field) || ISO.test(field);
}

/**
 * Unit of a time that does not tell it: the one in which it is a moment of this century; else seconds where it has a
 * fraction, and nanoseconds, the unit of the kernel's clocks, where it is whole.
 */
export function guessUnit(field: string): TimeUnit {
  const value = Number(field);
  for (const unit of ['s', 'ms', 'us', 'ns'] as const) {
    const seconds = value / 10 ** DIGITS[unit];
    if (seconds >= EPOCH_FROM && seconds < EPOCH_TO) return unit;
  }
  return /^\d+$/.test(field) ? 'ns' : 's';
}

/** Reads a time of one unit; the last one read stays in `seconds` and `nanoseconds`. */
export class TimeReader {
  seconds = 0;
  /** Below 1e9. */
  nanoseconds = 0;
  private readonly digits: number;

  constructor(unit: TimeUnit) {
    this.digits = DIGITS[unit];
  }

  /** Reads seconds with a fraction at `from`, in place: the position behind it, -1 for anything else. */
  scanSeconds(bytes: Uint8Array, from: number): number {
    let p = from;
    let seconds = 0;
    let c = bytes[p];
    for (; isDigit(c); c = bytes[++p]) seconds = seconds * 10 + (c - 48);
    if (this.digits !== 0 || p === from || c !== 46 /* . */) return -1;
    const point = p;
    let fraction = 0;
    for (c = bytes[++p]; isDigit(c); c = bytes[++p]) fraction = fraction * 10 + (c - 48);
    if (p - point > 10) return -1;
    this.seconds = seconds;
    this.nanoseconds = fraction * TENTHS[p - point - 1];
    return p;
  }

  /** Reads bytes[start, end); false when it is no time. */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    let point = start;
    while (point < end && isDigit(bytes[point])) point++;
    if (point === start) return false;
    if (point < end && bytes[point] !== 46 /* . */) return this.unusual(text(bytes, start, end));
    // The decimal point of the seconds.
    const split = point - this.digits;
    let seconds = 0;
    let p = start;
    for (; p < split; p++) seconds = seconds * 10 + (bytes[p] - 48);
    let nanoseconds = 0;
    let places = Math.max(0, start - split);
    for (; p < end && places < 9; p++) {
      if (p === point) continue;
      if (!isDigit(bytes[p])) return this.unusual(text(bytes, start, end));
      nanoseconds = nanoseconds * 10 + (bytes[p] - 48);
      places++;
    }
    this.seconds = seconds;
    this.nanoseconds = nanoseconds * TENTHS[Math.min(places, 9)];
    return seconds <= LAST_SECOND;
  }

  /** Exponents and ISO 8601; without a zone the latter is taken as UTC. */
  private unusual(field: string): boolean {
    const iso = ISO.exec(field);
    if (iso) {
      const [, fraction = '', zone = 'Z'] = iso;
      const milliseconds = Date.parse(field.slice(0, 19).replace(' ', 'T') + zone);
      this.seconds = milliseconds / 1000;
      this.nanoseconds = fraction === '' ? 0 : Math.floor(Number(`0${fraction}`) * 1e9 + 0.5);
      return Number.isFinite(milliseconds);
    }
    if (!NUMBER.test(field)) return false;
    const value = Number(field) / 10 ** this.digits;
    this.seconds = Math.floor(value);
    this.nanoseconds = Math.round((value - this.seconds) * 1e9);
    return value <= LAST_SECOND;
  }
}
