/**
 * The clock of strace text, by how its times look: -ttt (epoch seconds), -t and -tt (time of day), -r (since the record
 * before), or none, where the order of the records stands for time (one tick a record).
 */
import type { TraceChunk } from '../trace/chunk.js';
import { unwrapDay } from '../trace/day-clock.js';

/** Plain seconds from here on are since the epoch (1973), below relative: no pause between two records lasts 3 years. */
export const EPOCH_SECONDS = 1e8;

/** Shapes of a line's time. */
export const NO_TIME = 0;
export const SECONDS = 1;
export const TIME_OF_DAY = 2;

export class StraceClock {
  /** Of the last record, ns since `base`. */
  now = 0;
  kind: TraceChunk['clock'] = 'none';
  base = 0;
  /** The time that the current line shows; it counts once the line proves to be a record (`tick`). */
  shape = NO_TIME;
  seconds = 0;
  nanoseconds = 0;
  /** 'day': second of the last record, behind midnight beyond a day. */
  lastSecond = 0;

  /** The current line is a record. */
  tick(): void {
    const { shape, seconds } = this;
    if (shape === SECONDS && this.kind === 'epoch' && seconds >= EPOCH_SECONDS)
      this.now = (seconds - this.base) * 1e9 + this.nanoseconds;
    else if (this.kind === 'none') this.begin();
    else if (shape === SECONDS && this.kind === 'relative' && seconds < EPOCH_SECONDS)
      this.now += seconds * 1e9 + this.nanoseconds;
    else if (shape === TIME_OF_DAY && this.kind === 'day') {
      this.lastSecond = unwrapDay(seconds, this.lastSecond);
      this.now = (this.lastSecond - this.base) * 1e9 + this.nanoseconds;
    }
  }

  /** The first time tells which clock it is. */
  private begin(): void {
    if (this.shape === NO_TIME) {
      this.now++;
      return;
    }
    const relative = this.shape === SECONDS && this.seconds < EPOCH_SECONDS;
    this.kind = this.shape === TIME_OF_DAY ? 'day' : relative ? 'relative' : 'epoch';
    this.base = relative ? 0 : this.seconds;
    this.lastSecond = this.seconds;
    this.now = relative ? this.seconds * 1e9 + this.nanoseconds : this.nanoseconds;
  }
}
