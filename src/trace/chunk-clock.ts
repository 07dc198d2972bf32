/**
 * Puts the times of chunks on one clock: ns since the first chunk's base, exact (whole numbers below 2^53, 104 days).
 * 'relative' and 'none' clocks are added up, times of day pass midnight.
 */
import type { SetBack, TraceChunk } from './chunk.js';
import { SET_BACK_NS, unwrapDay } from './day-clock.js';

export class ChunkClock {
  kind: TraceChunk['clock'] = 'none';
  /** Moment of the last record so far, ns. */
  lastNs = 0;
  /** Seconds of ns 0 on the trace's own clock. */
  originSeconds = 0;
  /** What the times are multiples of, ns; Infinity before the first. */
  stepNs = Infinity;
  /** Where it went back. */
  setBack: SetBack | null = null;
  /** Of the record before the last chunk, where the chunk went back behind it; else null. */
  before: number | null = null;
  private lastSecond = 0;

  /** ns of the chunk's time 0; moves on to the chunk's end. `lines`: lines of the input before it. */
  advance(chunk: TraceChunk, lines: number): number {
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
    const { stepNs = 1, firstTime, setBack } = chunk;
    if (chunk.clock !== 'none') this.stepNs = Math.min(this.stepNs, stepNs);
    const back = firstTime ? this.lastNs - (base + firstTime.ns) : 0;
    this.before = lines > 0 && back > SET_BACK_NS ? this.lastNs : null;
    if (this.before !== null) this.goesBack({ times: 1, line: lines + firstTime!.line, ns: back });
    if (setBack) this.goesBack({ ...setBack, line: lines + setBack.line });
    this.lastNs = base + chunk.advanceNs;
    return base;
  }

  private goesBack(found: SetBack): void {
    this.setBack = this.setBack === null ? found : { ...this.setBack, times: this.setBack.times + found.times };
  }
}
