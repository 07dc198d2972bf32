/**
 * Clusters of execution units that do the same kind of work (step 3 of the method): hierarchical clustering of their
 * appearance vectors by Hamming distance, in call types. Works on the distinct vectors, weighted by the units that have
 * them, which gives what clustering all units would: equal vectors merge first, at distance 0.
 */
import type { Parameters } from '../parameters.js';
import type { Appearances } from '../units/appearance.js';
import { type Linkage, agglomerate } from './agglomerate.js';

export interface ClusteringOptions {
  readonly linkage: Linkage;
  /** Clusters at most this many call types apart are merged. */
  readonly diameter: number;
  /** Most vectors that are compared pair by pair. */
  readonly distinct: number;
}

export function clusteringOptions(parameters: Parameters): ClusteringOptions {
  return {
    linkage: parameters.clusterLinkage === 1 ? 'complete' : 'average',
    diameter: parameters.clusterDiameter,
    distinct: parameters.clusterDistinct,
  };
}

export interface Clustering {
  readonly length: number;
  /** Per distinct appearance vector: its cluster. Clusters are numbered in order of their first vector. */
  readonly of: Uint32Array;
}

/**
 * Clusters the vectors. No pair of clusters can merge unless some pair of their vectors is within the diameter, so first
 * the connected parts of the graph of such pairs are found, and each is clustered by itself: time and memory are the square
 * of the largest part, not of all vectors.
 *
 * With more than `distinct` vectors, the frequent ones lead: in falling order of units each vector joins the first leader
 * within half the diameter or becomes a leader itself; once there are `distinct` leaders, the rest join their nearest.
 * Only leaders are then compared. Time O(vectors x distinct) instead of O(vectors²).
 */
export function clusterAppearances(appearances: Appearances, options: ClusteringOptions): Clustering {
  const leaders = chooseLeaders(appearances, options);
  const points = leaders.points;
  const component = connectedParts(appearances, points, options.diameter);
  const parts = new Map<number, number[]>();
  points.forEach((_, i) => {
    const part = parts.get(component[i]!);
    if (part) part.push(i);
    else parts.set(component[i]!, [i]);
  });
  const label = new Uint32Array(points.length);
  let clusters = 0;
  for (const part of parts.values()) {
    const distances = new Float64Array((part.length * (part.length - 1)) / 2);
    for (let j = 1, at = 0; j < part.length; j++) {
      for (let i = 0; i < j; i++) distances[at++] = hamming(appearances, points[part[i]!]!, points[part[j]!]!);
    }
    const weights = part.map((i) => leaders.weights[i]!);
    const labels = agglomerate(distances, weights, options.linkage, options.diameter);
    part.forEach((i, k) => (label[i] = clusters + labels[k]!));
    clusters += labels.reduce((most, l) => Math.max(most, l + 1), 0);
  }
  return renumbered(Uint32Array.from(leaders.of, (leader) => label[leader]!));
}

/** Hamming distance of two vectors: the number of call types that only one of them has; or anything above `limit` that it exceeds. */
export function hamming({ words, bits }: Appearances, a: number, b: number, limit = Infinity): number {
  let distance = 0;
  for (let w = 0; w < words && distance <= limit; w++)
    distance += popcount(bits[a * words + w]! ^ bits[b * words + w]!);
  return distance;
}

/** Per vector: how many call types it has. Vectors are no nearer to each other than these numbers. */
function typeCounts({ length, words, bits }: Appearances): Uint16Array {
  const counts = new Uint16Array(length);
  for (let v = 0; v < length; v++) for (let w = 0; w < words; w++) counts[v]! += popcount(bits[v * words + w]!);
  return counts;
}

/** Set bits of a 32-bit word (Warren, Hacker's Delight, 5-1). */
export function popcount(x: number): number {
  x -= (x >>> 1) & 0x55555555;
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

interface Leaders {
  /** Vectors that are clustered, in rising order. */
  points: number[];
  weights: number[];
  /** Per vector: index of its point. */
  of: Uint32Array;
}

function chooseLeaders(appearances: Appearances, { diameter, distinct }: ClusteringOptions): Leaders {
  const n = appearances.length;
  const all = Array.from({ length: n }, (_, i) => i);
  if (n <= distinct) return { points: all, weights: [...appearances.units], of: Uint32Array.from(all) };
  // Frequent vectors lead; of equally frequent ones the earlier.
  const byUnits = [...all].sort((a, b) => appearances.units[b]! - appearances.units[a]! || a - b);
  const chosen: number[] = [];
  const leaderOf = new Uint32Array(n);
  const types = typeCounts(appearances);
  for (const vector of byUnits) {
    let nearest = -1;
    let least = Infinity;
    for (let l = 0; l < chosen.length && least > diameter / 2; l++) {
      const leader = chosen[l]!;
      if (Math.abs(types[vector]! - types[leader]!) >= least) continue;
      const d = hamming(appearances, vector, leader, least);
      if (d < least) {
        least = d;
        nearest = l;
      }
    }
    if (least <= diameter / 2 || chosen.length >= distinct) leaderOf[vector] = chosen[nearest]!;
    else {
      leaderOf[vector] = vector;
      chosen.push(vector);
    }
  }
  const points = chosen.sort((a, b) => a - b);
  const place = new Map(points.map((vector, i) => [vector, i]));
  const weights = new Array<number>(points.length).fill(0);
  const of = new Uint32Array(n);
  for (let v = 0; v < n; v++) {
    of[v] = place.get(leaderOf[v]!)!;
    weights[of[v]!]! += appearances.units[v]!;
  }
  return { points, weights, of };
}

/** Connected parts of the graph of pairs within `diameter`: a representative for each point. */
function connectedParts(appearances: Appearances, points: readonly number[], diameter: number): Uint32Array {
  const n = points.length;
  const counts = typeCounts(appearances);
  const types = points.map((vector) => counts[vector]!);
  // Vectors whose numbers of types differ by more than the diameter cannot be within it.
  const order = Array.from({ length: n }, (_, i) => i).sort((a, b) => types[a]! - types[b]! || a - b);
  const parent = Uint32Array.from({ length: n }, (_, i) => i);
  const find = (i: number): number => {
    while (parent[i] !== i) i = parent[i] = parent[parent[i]!]!;
    return i;
  };
  for (let a = 0; a < n; a++) {
    for (let b = a + 1; b < n && types[order[b]!]! - types[order[a]!]! <= diameter; b++) {
      const i = find(order[a]!);
      const j = find(order[b]!);
      if (i === j || hamming(appearances, points[order[a]!]!, points[order[b]!]!, diameter) > diameter) continue;
      parent[Math.max(i, j)] = Math.min(i, j);
    }
  }
  return parent.map((_, i) => find(i));
}

function renumbered(labels: Uint32Array): Clustering {
  const number = new Map<number, number>();
  const of = labels.map((label) => {
    let n = number.get(label);
    if (n === undefined) number.set(label, (n = number.size));
    return n;
  });
  return { length: number.size, of };
}

/** Per unit: its cluster. */
export function clustersOf({ of }: Appearances, clustering: Clustering): Uint32Array {
  const clusters = new Uint32Array(of.length);
  for (let u = 0; u < of.length; u++) clusters[u] = clustering.of[of[u]!]!;
  return clusters;
}

/** Units by cluster, in rising order within each (counting sort). */
export function byCluster(clusterOf: Uint32Array, count: number): { members: Uint32Array; clusters: Uint32Array } {
  const clusters = new Uint32Array(new SharedArrayBuffer((count + 1) * 4));
  for (let u = 0; u < clusterOf.length; u++) clusters[clusterOf[u]! + 1]!++;
  for (let c = 0; c < count; c++) clusters[c + 1]! += clusters[c]!;
  const next = clusters.slice();
  const members = new Uint32Array(new SharedArrayBuffer(clusterOf.length * 4));
  for (let u = 0; u < clusterOf.length; u++) members[next[clusterOf[u]!]!++] = u;
  return { members, clusters };
}
