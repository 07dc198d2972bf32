/**
 * The clock of strace text, by how its times look: -ttt (epoch seconds), -t and -tt (time of day), -r (since the record
 * before), or none, where the order of the records stands for time (one tick a record).
 */
import type { TraceChunk } from '../trace/chunk.js';
import { unwrapDay } from '../trace/day-clock.js';

/** Plain seconds from here on are since the epoch (1973), below relative: no pause between two records lasts 3 years. */
export const EPOCH_SECONDS = 1e8;

export class StraceClock {
  /** Of the last record, ns since `base`. */
  now = 0;
  kind: TraceChunk['clock'] = 'none';
  base = 0;
  private lastSecond = 0;

  /** A time in seconds and nanoseconds: since the epoch or since the record before. */
  seconds(seconds: number, nanoseconds: number): void {
    if (this.kind === 'epoch') {
      this.now = (seconds - this.base) * 1e9 + nanoseconds;
    } else if (seconds < EPOCH_SECONDS) {
      if (this.kind === 'none') {
        this.kind = 'relative';
        this.now = 0;
      }
      if (this.kind === 'relative') this.now += seconds * 1e9 + nanoseconds;
    } else if (this.kind === 'none') {
      this.kind = 'epoch';
      this.base = seconds;
      this.now = nanoseconds;
    }
  }

  /** A time of day. */
  timeOfDay(seconds: number, nanoseconds: number): void {
    if (this.kind === 'none') {
      this.kind = 'day';
      this.base = seconds;
      this.lastSecond = seconds;
    }
    if (this.kind !== 'day') return;
    this.lastSecond = unwrapDay(seconds, this.lastSecond);
    this.now = (this.lastSecond - this.base) * 1e9 + nanoseconds;
  }

  /** A record without a time. */
  untimed(): void {
    if (this.kind === 'none') this.now++;
  }
}
