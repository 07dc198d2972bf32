/**
 * Puts the times of chunks on one clock: ns since the first chunk's base, exact (whole numbers below 2^53, 104 days).
 * 'relative' and 'none' clocks are added up, times of day pass midnight.
 */
import type { TraceChunk } from './chunk.js';
import { unwrapDay } from './day-clock.js';

export class ChunkClock {
  kind: TraceChunk['clock'] = 'none';
  /** Moment of the last record so far, ns. */
  lastNs = 0;
  /** Seconds of ns 0 on the trace's own clock. */
  originSeconds = 0;
  private lastSecond = 0;

  /** ns of the chunk's time 0; moves on to the chunk's end. */
  advance(chunk: TraceChunk): number {
    if (this.kind === 'none') {
      this.kind = chunk.clock;
      this.originSeconds = chunk.baseSeconds;
      this.lastSecond = chunk.baseSeconds;
    }
    let base = this.lastNs;
    // A chunk of notices only has no clock: it lies where the trace stands.
    if (chunk.clock === this.kind && this.kind !== 'relative' && this.kind !== 'none') {
      let seconds = chunk.baseSeconds;
      if (this.kind === 'day') {
        seconds = unwrapDay(seconds, this.lastSecond);
        this.lastSecond = seconds + Math.floor(chunk.advanceNs / 1e9);
      }
      base = (seconds - this.originSeconds) * 1e9;
    }
    this.lastNs = base + chunk.advanceNs;
    return base;
  }
}
