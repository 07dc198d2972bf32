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

/** Drawn by the seed and the case. */
export function circumstances(seed: string, id: string): Circumstances {
  const rng = rngOf(seed, id, 'circumstances');
  const long = rng.chance(0.15);
  return {
    recorder: rng.chance(0.22) ? 'perf' : 'strace',
    attached: rng.chance(0.75) ? 'under-load' : 'idle',
    starved: rng.chance(0.12),
    learning: rng.chance(0.18) ? 'thin' : 'usual',
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
