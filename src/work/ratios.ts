/**
 * How many times as large a mean is in one window as in another, with an interval that holds its level among many.
 * Windows are cut into cells of time. What goes on for longer than a cell makes neighbours alike, and an interval that is made of single
 * cells too narrow: so cells are taken by ones, twos and fours (batch means, J. Banks et al., Discrete-Event System Simulation, 11.5),
 * and the widest interval counts. Pure.
 */
import type { Interval, Part } from '../evaluate/bootstrap.js';

export interface Ratio extends Interval {
  readonly ratio: number;
}

/** Of each side of an interval: what lies between is 95 %. */
const TAIL = 0.025;
/** Of fewer blocks of time it is not known how much they vary. */
const LEAST_BLOCKS = 10;
/** Cells that make a block. */
const SCALES = [1, 2, 4];

/**
 * @param before parts by cell: a sum, and of how many; cells of none do not count
 * @param factors the interval is one of so many, of which in 95 of 100 comparisons all are to hold (Bonferroni); 1: this one
 * @returns null with too few cells, or where a mean is 0
 */
export function ratioOfMeans(before: readonly Part[], after: readonly Part[], factors = 1): Ratio | null {
  const [was, is] = [sumOf(before), sumOf(after)];
  if (!(was.sum > 0 && is.sum > 0)) return null;
  const reaches = SCALES.flatMap((scale) => {
    const [b, a] = [blocks(before, scale), blocks(after, scale)];
    if (Math.min(a.length, b.length) < LEAST_BLOCKS) return [];
    return [student(TAIL / factors, a.length + b.length - 2) * Math.sqrt(variance(b) + variance(a))];
  });
  if (reaches.length === 0) return null;
  const ratio = is.sum / is.of / (was.sum / was.of);
  const reach = Math.exp(Math.max(...reaches));
  return { ratio, low: ratio / reach, high: ratio * reach };
}

function blocks(cells: readonly Part[], scale: number): Part[] {
  const count = Math.ceil(cells.length / scale);
  const all = Array.from({ length: count }, (_, k) => sumOf(cells.slice(k * scale, (k + 1) * scale)));
  return all.filter(({ of }) => of > 0);
}

function sumOf(parts: readonly Part[]): Part {
  let [sum, of] = [0, 0];
  for (const part of parts) {
    sum += part.sum;
    of += part.of;
  }
  return { sum, of };
}

/** Of the logarithm of a ratio of sums over blocks, to the first order (W. Cochran, Sampling Techniques, 6.3). */
function variance(parts: readonly Part[]): number {
  const { sum, of } = sumOf(parts);
  const mean = sum / of;
  const squares = parts.reduce((all, part) => all + (part.sum - mean * part.of) ** 2, 0);
  return ((parts.length / (parts.length - 1)) * squares) / sum ** 2;
}

/** What Student's t exceeds with probability `tail`: the normal quantile, expanded (Abramowitz and Stegun, 26.2.23 and 26.7.5). */
function student(tail: number, freedom: number): number {
  const t = Math.sqrt(-2 * Math.log(tail));
  const z = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  const [first, second] = [(z ** 3 + z) / 4, (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96];
  return z + first / freedom + second / freedom ** 2;
}

/** More occurrences than this make a mean whose interval can be trusted. */
const FEW = 200;

/**
 * Whether chance alone parts occurrences so unevenly between two windows, in one of `factors` comparisons (binomial test, two-sided).
 * For what is rare: the cells of a window that holds none of it do not vary, so the interval knows nothing of it.
 */
export function mayBeChance(before: number, after: number, share: number, factors: number): boolean {
  const all = before + after;
  if (all > FEW) return false;
  const [few, its] = before < all * share ? [before, share] : [after, 1 - share];
  let term = (1 - its) ** all;
  let chance = term;
  for (let k = 1; k <= few; k++) {
    term *= ((all - k + 1) / k) * (its / (1 - its));
    chance += term;
  }
  return chance > TAIL / factors;
}
