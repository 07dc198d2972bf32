/** Distance to the k-th nearest neighbour, exact, among distinct vectors with multiplicities. */
import type { FoldedVectors } from './vectors.js';

/**
 * Per distinct vector: the Euclidean distance from one of its units to that unit's k-th nearest other unit (to the farthest
 * when there are fewer others; 0 when there is none). Vectors that more than k units share are at 0 and cost nothing.
 *
 * The others are visited outwards along the dimension that varies most, and the visit ends where that dimension alone is
 * farther than the k-th best so far. At worst O(vectors² x dimensions), and the number of vectors is bounded by the grid.
 */
export function neighborDistances(vectors: FoldedVectors, k: number): Float64Array {
  const { length, dimensions, values, units } = vectors;
  const out = new Float64Array(length);
  if (length < 2 || dimensions === 0) return out;
  const axis = widestDimension(vectors);
  const order = Uint32Array.from({ length }, (_, i) => i);
  order.sort((a, b) => values[a * dimensions + axis]! - values[b * dimensions + axis]! || a - b);
  /** The vectors in that order, side by side, and their places on the axis. */
  const sorted = new Float32Array(values.length);
  const along = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const at = order[i]! * dimensions;
    sorted.set(values.subarray(at, at + dimensions), i * dimensions);
    along[i] = values[at + axis]!;
  }
  const best = new NearestUnits(k);
  for (let i = 0; i < length; i++) {
    const own = units[order[i]!]! - 1;
    if (own >= k) continue;
    best.reset(own);
    let left = i - 1;
    let right = i + 1;
    while (left >= 0 || right < length) {
      const toLeft = left >= 0 ? along[i]! - along[left]! : Infinity;
      const toRight = right < length ? along[right]! - along[i]! : Infinity;
      const near = Math.min(toLeft, toRight);
      if (near * near > best.limit) break;
      const other = toLeft <= toRight ? left-- : right++;
      const square = squareDistance(sorted, i * dimensions, other * dimensions, dimensions, best.limit);
      if (square < best.limit) best.add(square, units[order[other]!]!);
    }
    out[order[i]!] = Math.sqrt(best.farthest);
  }
  return out;
}

/** Squared distance, or something larger than `limit` as soon as that is certain. */
function squareDistance(values: Float32Array, a: number, b: number, dimensions: number, limit: number): number {
  let sum = 0;
  for (let d = 0; d < dimensions && sum <= limit; d++) {
    const difference = values[a + d]! - values[b + d]!;
    sum += difference * difference;
  }
  return sum;
}

/** The k nearest units so far, as squared distances with numbers of units, nearest first. */
class NearestUnits {
  private readonly squares: number[] = [];
  private readonly counts: number[] = [];
  private held = 0;

  constructor(private readonly k: number) {}

  /** `own` other units are at distance 0. */
  reset(own: number): void {
    this.squares.length = this.counts.length = 0;
    this.held = own;
  }

  /** What is not nearer than this changes nothing. */
  get limit(): number {
    return this.held >= this.k ? this.squares[this.squares.length - 1]! : Infinity;
  }

  /** Squared distance of the k-th, or of the last if there are fewer. */
  get farthest(): number {
    return this.squares.length === 0 ? 0 : this.squares[this.squares.length - 1]!;
  }

  add(square: number, count: number): void {
    let at = this.squares.length;
    while (at > 0 && this.squares[at - 1]! > square) at--;
    this.squares.splice(at, 0, square);
    this.counts.splice(at, 0, count);
    this.held += count;
    // The farthest go as long as k remain without them.
    while (this.held - this.counts[this.counts.length - 1]! >= this.k) {
      this.held -= this.counts.pop()!;
      this.squares.pop();
    }
  }
}

function widestDimension({ length, dimensions, values, units }: FoldedVectors): number {
  let widest = 0;
  let largest = -1;
  for (let d = 0; d < dimensions; d++) {
    let sum = 0;
    let squares = 0;
    let total = 0;
    for (let v = 0; v < length; v++) {
      const value = values[v * dimensions + d]!;
      total += units[v]!;
      sum += units[v]! * value;
      squares += units[v]! * value * value;
    }
    const variance = squares / total - (sum / total) ** 2;
    if (variance > largest) {
      largest = variance;
      widest = d;
    }
  }
  return widest;
}
