/** Circumstances that differ from case to case on purpose, as they do among people who trace their servers. */
import type { RecorderName } from './record/recorder.js';
import { rngOf } from './rng.js';
import type { Thickness } from './survey.js';

export interface Circumstances {
  readonly recorder: RecorderName;
  /** `under-load`: the trace begins in the middle of connections and requests. `idle`: clients come after it began. */
  readonly attached: 'under-load' | 'idle';
  /** The server has barely the processor time that it needs, from beginning to end. */
  readonly starved: boolean;
  readonly learning: Thickness;
  readonly healthySeconds: number;
  readonly faultySeconds: number;
}

/**
 * Of the cases of a server every so-manyth is of a kind; where counting begins, the seed decides. So each server has some of each,
 * and as the periods have little in common, most combinations occur.
 */
const EVERY = { perf: 5, idle: 4, starved: 8, thin: 6, long: 7 };

/** Of the case with that number among the server's. */
export function circumstances(seed: string, server: string, number: number): Circumstances {
  const rng = rngOf(seed, server, 'circumstances');
  const due = (period: number) => (number + rng.below(period)) % period === 0;
  const [perf, idle, starved, thin, long] = [EVERY.perf, EVERY.idle, EVERY.starved, EVERY.thin, EVERY.long].map(due);
  return {
    recorder: perf ? 'perf' : 'strace',
    attached: idle ? 'idle' : 'under-load',
    starved: starved!,
    learning: thin ? 'thin' : 'usual',
    healthySeconds: long ? 60 : 20,
    faultySeconds: long ? 30 : 12,
  };
}

export function inWords(c: Circumstances): string {
  return [
    c.attached === 'under-load' ? 'attached in the middle of the load' : 'attached before the clients came',
    c.starved ? 'little processor time throughout (control group)' : 'processor time as the machine has it',
    c.learning === 'thin' ? 'learning runs of a few seconds' : 'learning runs of half a minute',
    `${c.healthySeconds} s healthy, then up to ${c.faultySeconds} s`,
  ].join('; ');
}
