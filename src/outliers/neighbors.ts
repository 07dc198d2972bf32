/** Distance to the k-th nearest neighbour, exact, among distinct vectors with multiplicities. */
import { type OutlierKernel, outlierKernel } from './outlier-kernel.js';
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
  const wasm = laidOut(vectors, k);
  const { buffer } = wasm.memory;
  const along = new Float64Array(buffer, wasm.ALONG.value, length);
  wasm.distancesTo(0);
  wasm.distancesTo(edge(along));
  const vantage = along.slice();
  const order = Uint32Array.from({ length }, (_, i) => i);
  order.sort((a, b) => vantage[a]! - vantage[b]! || a - b);
  // The vectors in that order, side by side.
  const sorted = new Float32Array(buffer, wasm.VALUES.value, values.length);
  const weights = new Uint32Array(buffer, wasm.WEIGHTS.value, length);
  for (let i = 0; i < length; i++) {
    const at = order[i]! * dimensions;
    sorted.set(values.subarray(at, at + dimensions), i * dimensions);
    along[i] = vantage[order[i]!]!;
    weights[i] = units[order[i]!]!;
  }
  wasm.neighborDistances(k);
  const distances = new Float64Array(buffer, wasm.DISTANCES.value, length);
  for (let i = 0; i < length; i++) out[order[i]!] = distances[i]!;
  return out;
}

/**
 * Whether `neighborDistances` gives no vector more than `radius`. To know that, the first k units found within it will do, wherever
 * they come; most vectors find them among the first few. May say no where a distance is the radius, but for rounding.
 */
export function allWithin(vectors: FoldedVectors, k: number, radius: number): boolean {
  return laidOut(vectors, k).allWithin(k, (radius * (1 - 1e-9)) ** 2) !== 0;
}

function laidOut({ length, dimensions, values, units }: FoldedVectors, k: number): OutlierKernel {
  const wasm = outlierKernel();
  wasm.layOutVectors(length, dimensions, k);
  new Float32Array(wasm.memory.buffer, wasm.VALUES.value, values.length).set(values);
  new Uint32Array(wasm.memory.buffer, wasm.WEIGHTS.value, length).set(units);
  return wasm;
}

/** A vector far from the middle: the one farthest from the first vector, given the distances to that. */
function edge(distances: Float64Array): number {
  let farthest = 0;
  for (let v = 1; v < distances.length; v++) if (distances[v]! > distances[farthest]!) farthest = v;
  return farthest;
}
