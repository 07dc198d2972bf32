/** Ranges of one array that hold the same numbers, folded into one each: most invocations of a function are alike. */
export interface DistinctSequences {
  /** The first range of each kind, as an index into the ranges. */
  readonly first: readonly number[];
  /** Ranges of each kind. */
  readonly weights: readonly number[];
  /** Sum of the lengths of the first ones. */
  readonly length: number;
}

/** Folds the ranges [starts[i], ends[i]) of `symbols` for i from `from` to before `to`. O(sum of their lengths). */
export function distinctSequences(
  symbols: Uint16Array,
  starts: Uint32Array,
  ends: Uint32Array,
  from: number,
  to: number,
): DistinctSequences {
  const first: number[] = [];
  const weights: number[] = [];
  const hashes: number[] = [];
  let length = 0;
  // Twice as many slots as there can be kinds.
  const mask = 2 ** Math.ceil(Math.log2(2 * (to - from) + 2)) - 1;
  const slots = new Uint32Array(mask + 1);
  for (let i = from; i < to; i++) {
    const [start, end] = [starts[i]!, ends[i]!];
    let hash = end - start;
    for (let p = start; p < end; p++) hash = Math.imul(hash ^ symbols[p]!, 0x01000193);
    hash ^= hash >>> 15;
    let slot = hash & mask;
    let kind = slots[slot]! - 1;
    while (kind >= 0 && (hashes[kind] !== hash || !same(symbols, starts, ends, first[kind]!, i))) {
      slot = (slot + 1) & mask;
      kind = slots[slot]! - 1;
    }
    if (kind >= 0) {
      weights[kind]!++;
      continue;
    }
    slots[slot] = first.push(i);
    weights.push(1);
    hashes.push(hash);
    length += end - start;
  }
  return { first, weights, length };
}

function same(symbols: Uint16Array, starts: Uint32Array, ends: Uint32Array, a: number, b: number): boolean {
  const [startA, startB] = [starts[a]!, starts[b]!];
  const length = ends[a]! - startA;
  if (ends[b]! - startB !== length) return false;
  for (let k = 0; k < length; k++) if (symbols[startA + k] !== symbols[startB + k]) return false;
  return true;
}
