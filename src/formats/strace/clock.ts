/**
 * The clock of strace text, by how its times look: -ttt (epoch seconds), -t and -tt (time of day), -r (since the record
 * before), or none, where the order of the records stands for time (one tick a record).
 */
import type { SetBack, TraceChunk } from '../../trace/chunk.js';
import { SET_BACK_NS, unwrapDay } from '../../trace/day-clock.js';

/** Plain seconds from here on are since the epoch (1973), below relative: no pause between two records lasts 3 years. */
export const EPOCH_SECONDS = 1e8;

/** ns that a digit behind the point stands for, by the number of digits. */
const STEPS = [1e9, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 100, 10, 1];

/** Shapes of a line's time. */
export const NO_TIME = 0;
export const SECONDS = 1;
export const TIME_OF_DAY = 2;

export class StraceClock {
  /** Of the last record, ns since `baseSeconds`. */
  lastNs = 0;
  kind: TraceChunk['clock'] = 'none';
  baseSeconds = 0;
  /** The time that the current line shows; it counts once the line proves to be a record (`tick`). */
  shape = NO_TIME;
  seconds = 0;
  nanoseconds = 0;
  /** Digits behind the point of the time last read, at most 9. */
  digits = 0;
  /** What the times of the records are multiples of, ns; Infinity before the first. */
  stepNs = Infinity;
  /** 'day': second of the last record, behind midnight beyond a day. */
  lastSecond = 0;

  /** The first record with a time, and the first before which the clock went back. */
  firstTime: TraceChunk['firstTime'] = null;
  setBack: SetBack | null = null;

  /** `lines`: number of the current line. */
  constructor(private readonly line: () => number = () => 0) {}

  /** The clock that the current line's time is of. */
  get shownKind(): TraceChunk['clock'] {
    if (this.shape === NO_TIME) return 'none';
    return this.shape === TIME_OF_DAY ? 'day' : this.seconds < EPOCH_SECONDS ? 'relative' : 'epoch';
  }

  /** Whether the time of the current line lies before that of the last record by more than threads print their lines apart. */
  goesBack(): boolean {
    const { shape, seconds, nanoseconds, baseSeconds } = this;
    if (shape === SECONDS && this.kind === 'epoch' && seconds >= EPOCH_SECONDS)
      return (seconds - baseSeconds) * 1e9 + nanoseconds < this.lastNs - SET_BACK_NS;
    if (shape !== TIME_OF_DAY || this.kind !== 'day') return false;
    return (unwrapDay(seconds, this.lastSecond) - baseSeconds) * 1e9 + nanoseconds < this.lastNs - SET_BACK_NS;
  }

  /** The current line is a record. */
  tick(): void {
    const before = this.lastNs;
    this.move();
    if (this.lastNs < before - SET_BACK_NS) {
      const times = (this.setBack?.times ?? 0) + 1;
      const { line, ns } = this.setBack ?? { line: this.line(), ns: before - this.lastNs };
      this.setBack = { times, line, ns };
    }
  }

  private move(): void {
    const { shape, seconds } = this;
    if (shape !== NO_TIME && this.stepNs > STEPS[this.digits]!) this.stepNs = STEPS[this.digits]!;
    if (shape === SECONDS && this.kind === 'epoch' && seconds >= EPOCH_SECONDS)
      this.lastNs = (seconds - this.baseSeconds) * 1e9 + this.nanoseconds;
    else if (this.kind === 'none') this.begin();
    else if (shape === SECONDS && this.kind === 'relative' && seconds < EPOCH_SECONDS)
      this.lastNs += seconds * 1e9 + this.nanoseconds;
    else if (shape === TIME_OF_DAY && this.kind === 'day') {
      this.lastSecond = unwrapDay(seconds, this.lastSecond);
      this.lastNs = (this.lastSecond - this.baseSeconds) * 1e9 + this.nanoseconds;
    }
  }

  /** The first time tells which clock it is. */
  private begin(): void {
    if (this.shape === NO_TIME) {
      this.lastNs++;
      return;
    }
    this.kind = this.shownKind;
    const relative = this.kind === 'relative';
    this.baseSeconds = relative ? 0 : this.seconds;
    this.lastSecond = this.seconds;
    this.lastNs = relative ? this.seconds * 1e9 + this.nanoseconds : this.nanoseconds;
    this.firstTime = { ns: this.lastNs, line: this.line() };
  }
}
