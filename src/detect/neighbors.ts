/** Distance to the k-th nearest neighbour, exact, among distinct vectors with multiplicities. */
import type { FoldedVectors } from './vectors.js';

/**
 * Per distinct vector: the Euclidean distance from one of its units to that unit's k-th nearest other unit (to the farthest
 * when there are fewer others; 0 when there is none). Vectors that more than k units share are at 0 and cost nothing.
 *
 * Vectors are sorted by their distance to one vantage point, a vector at the edge. By the triangle inequality two vectors are
 * at least as far apart as those distances differ, so the others are visited outwards in that order, and the visit ends
 * where the difference alone exceeds the k-th best so far. At worst O(vectors² x dimensions), and the number of vectors is
 * bounded by the grid.
 */
export function neighborDistances(vectors: FoldedVectors, k: number): Float64Array {
  const { length, dimensions, values, units } = vectors;
  const out = new Float64Array(length);
  if (length < 2 || dimensions === 0) return out;
  const vantage = distancesTo(vectors, edge(vectors));
  const order = Uint32Array.from({ length }, (_, i) => i);
  order.sort((a, b) => vantage[a]! - vantage[b]! || a - b);
  /** The vectors in that order, side by side, and their distances to the vantage point. */
  const sorted = new Float32Array(values.length);
  const along = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const at = order[i]! * dimensions;
    sorted.set(values.subarray(at, at + dimensions), i * dimensions);
    along[i] = vantage[order[i]!]!;
  }
  const best = new NearestUnits(k);
  for (let i = 0; i < length; i++) {
    const own = units[order[i]!]! - 1;
    if (own >= k) continue;
    best.reset(own);
    let left = i - 1;
    let right = i + 1;
    let { limit } = best;
    while (left >= 0 || right < length) {
      const toLeft = left >= 0 ? along[i]! - along[left]! : Infinity;
      const toRight = right < length ? along[right]! - along[i]! : Infinity;
      // A hair's breadth is left for rounding in the vantage distances.
      const near = (toLeft <= toRight ? toLeft : toRight) * (1 - 1e-9);
      if (near * near > limit) break;
      const other = toLeft <= toRight ? left-- : right++;
      const square = squareDistance(sorted, i * dimensions, other * dimensions, dimensions, limit);
      if (square < limit) {
        best.add(square, units[order[other]!]!);
        limit = best.limit;
      }
    }
    out[order[i]!] = Math.sqrt(best.farthest);
  }
  return out;
}

/**
 * Whether `neighborDistances` gives no vector more than `radius`. To know that, the first k units found within it will do, wherever
 * they come; most vectors find them among the first few. May say no where a distance is the radius, but for rounding.
 */
export function allWithin(vectors: FoldedVectors, k: number, radius: number): boolean {
  const { length, dimensions, values, units } = vectors;
  const square = (radius * (1 - 1e-9)) ** 2;
  for (let i = 0; i < length; i++) {
    let held = units[i]! - 1;
    let beyond = false;
    for (let j = 0; j < length && held < k; j++) {
      if (j === i) continue;
      if (squareDistance(values, i * dimensions, j * dimensions, dimensions, square) > square) beyond = true;
      else held += units[j]!;
    }
    if (held < k && beyond) return false;
  }
  return true;
}

/** Squared distance, or something larger than `limit` as soon as that is certain. */
function squareDistance(values: Float32Array, a: number, b: number, dimensions: number, limit: number): number {
  let sum = 0;
  let d = 0;
  // Looking at the limit takes as long as a dimension.
  for (; d + 3 < dimensions && sum <= limit; d += 4) {
    const w = values[a + d]! - values[b + d]!;
    const x = values[a + d + 1]! - values[b + d + 1]!;
    const y = values[a + d + 2]! - values[b + d + 2]!;
    const z = values[a + d + 3]! - values[b + d + 3]!;
    sum = sum + w * w + x * x + y * y + z * z;
  }
  if (sum > limit) return sum;
  for (; d < dimensions; d++) {
    const difference = values[a + d]! - values[b + d]!;
    sum += difference * difference;
  }
  return sum;
}

/** The k nearest units so far, as squared distances with numbers of units, nearest first. */
class NearestUnits {
  private readonly squares: Float64Array;
  private readonly counts: Float64Array;
  private length = 0;
  private held = 0;

  constructor(private readonly k: number) {
    this.squares = new Float64Array(k + 1);
    this.counts = new Float64Array(k + 1);
  }

  /** `own` other units are at distance 0. */
  reset(own: number): void {
    this.length = 0;
    this.held = own;
  }

  /** What is not nearer than this changes nothing. */
  get limit(): number {
    return this.held >= this.k ? this.squares[this.length - 1]! : Infinity;
  }

  /** Squared distance of the k-th, or of the last if there are fewer. */
  get farthest(): number {
    return this.length === 0 ? 0 : this.squares[this.length - 1]!;
  }

  add(square: number, count: number): void {
    const { squares, counts } = this;
    let at = this.length++;
    for (; at > 0 && squares[at - 1]! > square; at--) {
      squares[at] = squares[at - 1]!;
      counts[at] = counts[at - 1]!;
    }
    squares[at] = square;
    counts[at] = count;
    this.held += count;
    // The farthest go as long as k remain without them, so there are never more than k.
    while (this.held - counts[this.length - 1]! >= this.k) this.held -= counts[--this.length]!;
  }
}

/** A vector far from the middle: the one farthest from the first vector. */
function edge(vectors: FoldedVectors): number {
  const distances = distancesTo(vectors, 0);
  let farthest = 0;
  for (let v = 1; v < vectors.length; v++) if (distances[v]! > distances[farthest]!) farthest = v;
  return farthest;
}

function distancesTo({ length, dimensions, values }: FoldedVectors, point: number): Float64Array {
  const out = new Float64Array(length);
  for (let v = 0; v < length; v++) {
    out[v] = Math.sqrt(squareDistance(values, v * dimensions, point * dimensions, dimensions, Infinity));
  }
  return out;
}
