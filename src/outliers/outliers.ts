/**
 * Abnormal units (step 4 of the method): in each cluster, units whose k-th nearest neighbour is unusually far, by
 * frequency vectors and, separately, by time vectors; and clusters of few units as a whole.
 *
 * "Unusually far" is the modified z-score of Iglewicz and Hoaglin (How to Detect and Handle Outliers, 1993) on the
 * distances of the cluster's units: more than `cut` robust deviations (1.4826 x the median absolute deviation) above
 * the median. In a cluster of equals that deviation is 0, so it is held to what is no difference at all.
 */
import type { Parameters } from '../parameters.js';
import type { TypeRanges } from '../units/appearance.js';
import type { FeatureTable } from '../units/features.js';
import { allWithin, neighborDistances } from './neighbors.js';
import { type Cluster, type GroupFeatures, type VectorKind, boxWithin, foldVectors, gatherGroup } from './vectors.js';

export interface OutlierOptions {
  readonly neighbors: number;
  readonly cut: number;
  readonly shares: boolean;
  /** A cluster of fewer units is abnormal as a whole. */
  readonly smallCluster: number;
}

export function outlierOptions(parameters: Parameters): OutlierOptions {
  return {
    neighbors: parameters.outlierNeighbors,
    cut: parameters.outlierCut,
    shares: parameters.outlierScale === 1,
    smallCluster: parameters.smallCluster,
  };
}

/** Why a unit is abnormal; bits. */
export const ABNORMAL_FREQUENCY = 1;
export const ABNORMAL_TIME = 2;
export const ABNORMAL_SMALL_CLUSTER = 4;

/**
 * Least deviation a distance is measured in: one call more or less, 2 % of a unit, an octave (twice the time) are within
 * what equal work shows.
 */
const LEAST_DEVIATION: Readonly<Record<VectorKind, number>> = { counts: 1, shares: 0.02, times: 1 };
/** Makes the median absolute deviation an estimate of the standard deviation for normal data. */
const MAD_TO_DEVIATION = 1.4826;
/**
 * Distinct vectors compared pair by pair in a cluster of n units: at least LEAST_DISTINCT, at most PER_ROOT x √n, so that
 * there are at most 36 pairs a unit and the cost stays linear in units.
 */
const LEAST_DISTINCT = 256;
const PER_ROOT = 6;

/** Marks of the members of one cluster: ABNORMAL_* bits, 0 = normal. */
export function outliers(
  features: FeatureTable,
  ranges: TypeRanges,
  cluster: Cluster,
  hasDurations: boolean,
  options: OutlierOptions,
): Uint8Array {
  const marks = new Uint8Array(cluster.members.length);
  if (marks.length < options.smallCluster) return marks.fill(ABNORMAL_SMALL_CLUSTER);
  const group = gatherGroup(features, ranges, cluster);
  mark(group, options.shares ? 'shares' : 'counts', options, ABNORMAL_FREQUENCY, marks);
  if (hasDurations) mark(group, 'times', options, ABNORMAL_TIME, marks);
  return marks;
}

function mark(
  group: GroupFeatures,
  kind: VectorKind,
  { neighbors, cut }: OutlierOptions,
  bit: number,
  marks: Uint8Array,
): void {
  const distinct = Math.max(LEAST_DISTINCT, PER_ROOT * Math.floor(Math.sqrt(group.members.length)));
  // What no limit can be below, as median and deviation are not negative. Where nothing is farther, none need be known exactly.
  const usual = (step: number) => cut * Math.max(LEAST_DEVIATION[kind], step);
  if (boxWithin(group, kind, distinct, usual)) return;
  const vectors = foldVectors(group, kind, distinct);
  if (allWithin(vectors, neighbors, usual(vectors.step))) return;
  const distances = neighborDistances(vectors, neighbors);
  const limit = distanceLimit(distances, vectors.units, cut, Math.max(LEAST_DEVIATION[kind], vectors.step));
  for (let m = 0; m < marks.length; m++) if (distances[vectors.of[m]!]! > limit) marks[m]! |= bit;
}

/** Largest distance that is still usual: median + cut x deviation over units (`weights[i]` units are at `distances[i]`). */
export function distanceLimit(
  distances: Float64Array,
  weights: ArrayLike<number>,
  cut: number,
  leastDeviation: number,
): number {
  const median = weightedMedian(distances, weights);
  const spread = weightedMedian(
    distances.map((d) => Math.abs(d - median)),
    weights,
  );
  return median + cut * Math.max(MAD_TO_DEVIATION * spread, leastDeviation);
}

/** The lower median of values of which the i-th counts `weights[i]` times. */
export function weightedMedian(values: Float64Array, weights: ArrayLike<number>): number {
  const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => values[a]! - values[b]! || a - b);
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i]!;
  let below = 0;
  for (const i of order) {
    below += weights[i]!;
    if (2 * below >= total) return values[i]!;
  }
  return 0;
}
