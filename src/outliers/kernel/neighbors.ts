/** Distances of vectors to their k-th nearest neighbours (outliers/neighbors.ts says what they are, and why they are visited so). */
import { freeAll, room } from './memory';

let length: i32 = 0;
let dimensions: i32 = 0;
/** A 32-bit float a dimension; units of each vector; its distance to the vantage point, by which neighbours are sorted. */
export let VALUES: usize = 0;
export let WEIGHTS: usize = 0;
export let ALONG: usize = 0;
export let DISTANCES: usize = 0;
/** Squared distances of the nearest vectors so far, and units of each; nearest first. */
let SQUARES: usize = 0;
let COUNTS: usize = 0;

export function layOutVectors(vectors: i32, dimensionCount: i32, k: i32): void {
  freeAll();
  length = vectors;
  dimensions = dimensionCount;
  VALUES = room(<usize>4 * length * dimensions);
  WEIGHTS = room(<usize>4 * length);
  ALONG = room(<usize>8 * length);
  DISTANCES = room(<usize>8 * length);
  SQUARES = room(<usize>8 * (k + 1));
  COUNTS = room(<usize>4 * (k + 1));
}

// @inline
function valuesOf(vector: i32): usize {
  return VALUES + <usize>4 * vector * dimensions;
}

// @inline
function weightOf(vector: i32): i32 {
  return load<i32>(WEIGHTS + ((<usize>vector) << 2));
}

/** Squared distance, or something larger than `limit` as soon as that is certain. */
// @inline
function squareDistance(a: usize, b: usize, limit: f64): f64 {
  let sum: f64 = 0;
  let d = 0;
  // Looking at the limit takes as long as a dimension.
  for (; d + 3 < dimensions && sum <= limit; d += 4) {
    const at = (<usize>d) << 2;
    const w = <f64>load<f32>(a + at) - <f64>load<f32>(b + at);
    const x = <f64>load<f32>(a + at, 4) - <f64>load<f32>(b + at, 4);
    const y = <f64>load<f32>(a + at, 8) - <f64>load<f32>(b + at, 8);
    const z = <f64>load<f32>(a + at, 12) - <f64>load<f32>(b + at, 12);
    sum = sum + w * w + x * x + y * y + z * z;
  }
  if (sum > limit) return sum;
  for (; d < dimensions; d++) {
    const difference = <f64>load<f32>(a + ((<usize>d) << 2)) - <f64>load<f32>(b + ((<usize>d) << 2));
    sum += difference * difference;
  }
  return sum;
}

/** Whether each vector has k units, other than one of its own, within the distance of which this is the square. */
export function allWithin(k: i32, square: f64): bool {
  for (let i = 0; i < length; i++) {
    const own = valuesOf(i);
    let held = weightOf(i) - 1;
    let beyond = false;
    for (let j = 0; j < length && held < k; j++) {
      if (j == i) continue;
      if (squareDistance(own, valuesOf(j), square) > square) beyond = true;
      else held += weightOf(j);
    }
    if (held < k && beyond) return false;
  }
  return true;
}

/** Distances of all vectors to one, at ALONG. */
export function distancesTo(point: i32): void {
  for (let v = 0; v < length; v++)
    store<f64>(ALONG + ((<usize>v) << 3), sqrt<f64>(squareDistance(valuesOf(v), valuesOf(point), Infinity)));
}

/** Per vector, at DISTANCES: that to the k-th nearest other unit. Vectors are in rising order of ALONG. */
export function neighborDistances(k: i32): void {
  for (let i = 0; i < length; i++) {
    const own = weightOf(i) - 1;
    store<f64>(DISTANCES + ((<usize>i) << 3), own >= k ? 0 : distanceOf(i, k, own));
  }
}

// @inline
function along(vector: i32): f64 {
  return load<f64>(ALONG + ((<usize>vector) << 3));
}

function distanceOf(i: i32, k: i32, own: i32): f64 {
  /** Near vectors, and their units; `own` other units are at distance 0. */
  let near = 0;
  let held = own;
  let limit: f64 = Infinity;
  let left = i - 1;
  let right = i + 1;
  while (left >= 0 || right < length) {
    const toLeft = left >= 0 ? along(i) - along(left) : Infinity;
    const toRight = right < length ? along(right) - along(i) : Infinity;
    // A hair's breadth is left for rounding in the vantage distances.
    const nearest = (toLeft <= toRight ? toLeft : toRight) * (1 - 1e-9);
    if (nearest * nearest > limit) break;
    const other = toLeft <= toRight ? left-- : right++;
    const square = squareDistance(valuesOf(i), valuesOf(other), limit);
    if (!(square < limit)) continue;
    let at = (<usize>near) << 3;
    near++;
    for (; at > 0 && load<f64>(SQUARES + at - 8) > square; at -= 8) {
      store<f64>(SQUARES + at, load<f64>(SQUARES + at - 8));
      store<i32>(COUNTS + (at >> 1), load<i32>(COUNTS + (at >> 1) - 4));
    }
    store<f64>(SQUARES + at, square);
    store<i32>(COUNTS + (at >> 1), weightOf(other));
    held += weightOf(other);
    // The farthest go as long as k remain without them, so there are never more than k.
    while (held - load<i32>(COUNTS + ((<usize>(near - 1)) << 2)) >= k) {
      near--;
      held -= load<i32>(COUNTS + ((<usize>near) << 2));
    }
    if (held >= k) limit = load<f64>(SQUARES + ((<usize>(near - 1)) << 3));
  }
  return near == 0 ? 0 : sqrt<f64>(load<f64>(SQUARES + ((<usize>(near - 1)) << 3)));
}
