/**
 * Distinct appearance vectors. A million units have a few thousand sets of call types at most, so equal ones are folded
 * before anything compares them.
 */
import { type FeatureTable, typeOf } from './features.js';

export interface Appearances {
  /** Number of distinct vectors, numbered in the order of the first unit that has them. */
  readonly length: number;
  /** Per unit: its vector. */
  readonly of: Uint32Array;
  /** Per vector: number of units. */
  readonly units: Uint32Array;
  /** Words of 32 call types a vector. */
  readonly words: number;
  /** Bit c % 32 of `bits[vector * words + (c >> 5)]`: call type c occurs. */
  readonly bits: Uint32Array;
}

/** Folds equal lists of call types by hash. O(entries). */
export function foldAppearances(features: FeatureTable): Appearances {
  const { offsets, ends, entries, length } = features;
  const of = new Uint32Array(length);
  const firstUnit: number[] = [];
  const units: number[] = [];
  let slots = new Int32Array(1024).fill(-1);
  let hashes: number[] = [];
  for (let u = 0; u < length; u++) {
    const from = offsets[u]!;
    const to = ends[u]!;
    let hash = to - from;
    for (let e = from; e < to; e++) hash = Math.imul(hash ^ typeOf(entries[2 * e]!), 0x9e3779b1) ^ (hash >>> 15);
    hash ^= hash >>> 16;
    let slot = hash & (slots.length - 1);
    let found = slots[slot]!;
    while (found >= 0 && !(hashes[found] === hash && equalLists(features, firstUnit[found]!, from, to))) {
      slot = (slot + 1) & (slots.length - 1);
      found = slots[slot]!;
    }
    if (found < 0) {
      found = firstUnit.push(u) - 1;
      units.push(0);
      hashes.push(hash);
      slots[slot] = found;
      if (firstUnit.length * 2 > slots.length) slots = rehash(hashes, slots.length * 2);
    }
    of[u] = found;
    units[found]!++;
  }
  hashes = [];
  const words = Math.max(1, (features.calls + 31) >>> 5);
  const bits = new Uint32Array(firstUnit.length * words);
  firstUnit.forEach((u, vector) => {
    for (let e = offsets[u]!; e < ends[u]!; e++) {
      const type = typeOf(entries[2 * e]!);
      bits[vector * words + (type >>> 5)]! |= 1 << (type & 31);
    }
  });
  return { length: firstUnit.length, of, units: Uint32Array.from(units), words, bits };
}

function equalLists({ offsets, ends, entries }: FeatureTable, unit: number, from: number, to: number): boolean {
  const other = offsets[unit]!;
  if (ends[unit]! - other !== to - from) return false;
  for (let e = from; e < to; e++) if (typeOf(entries[2 * e]! ^ entries[2 * (other + e - from)]!) !== 0) return false;
  return true;
}

function rehash(hashes: readonly number[], size: number): Int32Array<ArrayBuffer> {
  const slots = new Int32Array(size).fill(-1);
  hashes.forEach((hash, i) => {
    let slot = hash & (size - 1);
    while (slots[slot]! >= 0) slot = (slot + 1) & (size - 1);
    slots[slot] = i;
  });
  return slots;
}
