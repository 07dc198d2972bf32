/**
 * How far a figure would move had other servers been recorded: whole servers are drawn with replacement, and the figure is
 * computed of each draw (the bootstrap of B. Efron and R. Tibshirani, An Introduction to the Bootstrap, 1993, chapters 8 and 13,
 * over clusters). Cases of one server are alike, so drawing single cases would make intervals too narrow. The same numbers
 * on every run: the generator has a fixed seed. Pure.
 */

export const DRAWS = 2000;
/** Of each tail: what lies between is 95 %. */
const TAIL = 0.025;
/** Fewer servers tell nothing of other servers. */
export const LEAST_SERVERS = 3;
const SEED = 1993;

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** A server's part of a figure that is a mean over cases: the sum, and of how many cases. */
export interface Part {
  readonly sum: number;
  readonly of: number;
}

/** The 95 % interval of the mean over all cases; null with too few servers. Parts of no case do not count. */
export function meanInterval(parts: readonly Part[]): Interval | null {
  const means = drawnMeans(parts);
  return means === null ? null : percentiles(means);
}

export interface Difference extends Interval {
  /** Of the mean over all cases: the first minus the second. */
  readonly difference: number;
  /** Share of the draws in which the first is larger, those without a difference by half. */
  readonly better: number;
}

/** A difference of means over the same cases, from each server's sums of differences; null with too few servers. */
export function pairedDifference(parts: readonly Part[]): Difference | null {
  const means = drawnMeans(parts);
  if (means === null) return null;
  const better = means.reduce((n, m) => n + (m > ROUNDING ? 1 : m < -ROUNDING ? 0 : 0.5), 0) / means.length;
  return { difference: meanOf(parts.filter((p) => p.of > 0)), ...percentiles(means), better };
}

function meanOf(parts: readonly Part[]): number {
  return parts.reduce((sum, p) => sum + p.sum, 0) / parts.reduce((n, p) => n + p.of, 0);
}

function drawnMean(parts: readonly Part[], random: () => number): number {
  let [sum, of] = [0, 0];
  for (let k = 0; k < parts.length; k++) {
    const part = parts[Math.floor(random() * parts.length)]!;
    sum += part.sum;
    of += part.of;
  }
  return sum / of;
}

/** Sums of the same reciprocals in another order differ by less. */
const ROUNDING = 1e-12;

/** The mean of each draw, in rising order. */
function drawnMeans(all: readonly Part[]): Float64Array | null {
  const parts = all.filter((p) => p.of > 0);
  if (parts.length < LEAST_SERVERS) return null;
  const random = generator(SEED);
  return Float64Array.from({ length: DRAWS }, () => drawnMean(parts, random)).sort();
}

/** Percentile interval (Efron and Tibshirani, 12.18): the k-th smallest and the k-th largest, k = floor((B + 1) tail). */
function percentiles(rising: Float64Array): Interval {
  const k = Math.floor((rising.length + 1) * TAIL);
  return { low: rising[k - 1]!, high: rising[rising.length - k]! };
}

/** mulberry32 (T. Ettinger, public domain): 32 bits of state, numbers in [0, 1). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
