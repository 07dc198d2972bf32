/**
 * Distinct appearance vectors. A million units have a few thousand sets of call types at most, so equal ones are folded
 * before anything compares them.
 */
import { type FeatureTable, timeOf, typeOf } from './features.js';

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

/** What counts and times the units of each vector have. It spares looking at units of which none can be odd. */
export interface TypeRanges {
  /** Call types of vector v: [offsets[v], offsets[v + 1]), RANGE words each. */
  readonly offsets: Uint32Array;
  readonly words: Uint32Array;
}

/** The words of a call type of a vector: the type; the least and the most of its counts, and of the cells of its times. */
export const RANGE = 5;
export const LEAST_COUNT = 1;
export const MOST_COUNT = 2;
export const LEAST_TIME = 3;
export const MOST_TIME = 4;

export interface FoldedAppearances extends Appearances {
  readonly ranges: TypeRanges;
}

/** Folds equal lists of call types. O(entries). */
export function foldAppearances({ offsets, ends, entries, length, calls }: FeatureTable): FoldedAppearances {
  const folder = new AppearanceFolder();
  const of = new Uint32Array(length);
  for (let u = 0; u < length; u++) of[u] = folder.add(entries, 2 * offsets[u]!, 2 * ends[u]!);
  return folder.finish(of, calls);
}

/** Finds the vectors of units that come one after the other, by hash. (src/wasm/units/vectors.ts does the same.) */
class AppearanceFolder {
  private length = 0;
  private slots = new Int32Array(1024).fill(-1);
  private hashes = new Int32Array(512);
  /** Vectors in the order in which they came. */
  private offsets = new Uint32Array(513);
  private words = new Uint32Array(8192);

  /** Vector of the unit with the entries in the words [from, to). */
  add(entries: Uint32Array, from: number, to: number): number {
    let hash = to - from;
    for (let w = from; w < to; w += 2) hash = Math.imul(hash ^ typeOf(entries[w]!), 0x9e3779b1) ^ (hash >>> 15);
    hash ^= hash >>> 16;
    const { slots, hashes } = this;
    let slot = hash & (slots.length - 1);
    let found = slots[slot]!;
    while (found >= 0 && !(hashes[found] === hash && this.isOf(found, entries, from, to))) {
      slot = (slot + 1) & (slots.length - 1);
      found = slots[slot]!;
    }
    if (found < 0) return this.begin(hash, slot, entries, from, to);
    const { words } = this;
    for (let w = from, r = RANGE * this.offsets[found]!; w < to; w += 2, r += RANGE) {
      const time = timeOf(entries[w]!);
      const count = entries[w + 1]!;
      if (count < words[r + LEAST_COUNT]!) words[r + LEAST_COUNT] = count;
      if (count > words[r + MOST_COUNT]!) words[r + MOST_COUNT] = count;
      if (time < words[r + LEAST_TIME]!) words[r + LEAST_TIME] = time;
      if (time > words[r + MOST_TIME]!) words[r + MOST_TIME] = time;
    }
    return found;
  }

  finish(of: Uint32Array, calls: number): FoldedAppearances {
    return foldedAppearances(this.length, this.offsets, this.words, of, calls);
  }

  private isOf(vector: number, entries: Uint32Array, from: number, to: number): boolean {
    const { words } = this;
    const begin = this.offsets[vector]!;
    if (2 * (this.offsets[vector + 1]! - begin) !== to - from) return false;
    for (let w = from, r = RANGE * begin; w < to; w += 2, r += RANGE) {
      if (typeOf(entries[w]!) !== words[r]) return false;
    }
    return true;
  }

  private begin(hash: number, slot: number, entries: Uint32Array, from: number, to: number): number {
    const vector = this.length++;
    if (vector === this.hashes.length) {
      this.hashes = grown(this.hashes, new Int32Array(2 * vector));
      this.offsets = grown(this.offsets, new Uint32Array(2 * vector + 1));
    }
    let r = RANGE * this.offsets[vector]!;
    const needed = r + RANGE * (to - from);
    if (needed > this.words.length) this.words = grown(this.words, new Uint32Array(2 * needed));
    for (let w = from; w < to; w += 2, r += RANGE) {
      this.words[r] = typeOf(entries[w]!);
      this.words[r + LEAST_COUNT] = this.words[r + MOST_COUNT] = entries[w + 1]!;
      this.words[r + LEAST_TIME] = this.words[r + MOST_TIME] = timeOf(entries[w]!);
    }
    this.offsets[vector + 1] = r / RANGE;
    this.hashes[vector] = hash;
    this.slots[slot] = vector;
    if (this.length * 2 > this.slots.length) this.slots = slotsOf(this.hashes.subarray(0, this.length));
    return vector;
  }
}

/**
 * Folded appearances of vectors in the order in which they came, with their call types as in `TypeRanges`. `of`: the vector of each
 * unit. Vectors are numbered anew, in the order of this list, and `of` with them.
 */
export function foldedAppearances(
  length: number,
  offsetsAsCome: Uint32Array,
  wordsAsCome: Uint32Array,
  of: Uint32Array,
  calls: number,
): FoldedAppearances {
  const number = new Int32Array(length).fill(-1);
  const order = new Uint32Array(length);
  const units = new Uint32Array(length);
  let numbered = 0;
  for (let u = 0; u < of.length; u++) {
    const vector = of[u]!;
    if (number[vector]! < 0) {
      order[numbered] = vector;
      number[vector] = numbered++;
    }
    of[u] = number[vector]!;
    units[of[u]!]!++;
  }
  const wordsOfBits = Math.max(1, (calls + 31) >>> 5);
  const bits = new Uint32Array(length * wordsOfBits);
  const offsets = new Uint32Array(new SharedArrayBuffer((length + 1) * 4));
  const words = new Uint32Array(new SharedArrayBuffer(RANGE * offsetsAsCome[length]! * 4));
  for (let v = 0; v < length; v++) {
    const own = wordsAsCome.subarray(RANGE * offsetsAsCome[order[v]!]!, RANGE * offsetsAsCome[order[v]! + 1]!);
    words.set(own, RANGE * offsets[v]!);
    offsets[v + 1] = offsets[v]! + own.length / RANGE;
    for (let r = 0; r < own.length; r += RANGE) bits[v * wordsOfBits + (own[r]! >>> 5)]! |= 1 << (own[r]! & 31);
  }
  return { length, of, units, words: wordsOfBits, bits, ranges: { offsets, words } };
}

function grown<T extends { set(from: T): void }>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** Twice as many slots as are needed next. */
function slotsOf(hashes: Int32Array): Int32Array<ArrayBuffer> {
  let size = 1024;
  while (size < 4 * hashes.length - 4) size *= 2;
  const slots = new Int32Array(size).fill(-1);
  hashes.forEach((hash, i) => {
    let slot = hash & (size - 1);
    while (slots[slot]! >= 0) slot = (slot + 1) & (size - 1);
    slots[slot] = i;
  });
  return slots;
}
