/**
 * Distinct appearance vectors. A million units have a few thousand sets of call types at most, so equal ones are folded
 * before anything compares them: when a unit ends, by src/units/kernel/vectors.ts.
 */
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

/** Joins the appearances of successive ranges of units of a trace with `calls` call types. O(units + call types of vectors). */
export function joinAppearances(parts: readonly FoldedAppearances[], calls: number): FoldedAppearances {
  if (parts.length === 1) return parts[0]!;
  const known = new Map<string, number>();
  const offsets = [0];
  const words: number[] = [];
  const of = new Uint32Array(parts.reduce((sum, part) => sum + part.of.length, 0));
  let unit = 0;
  for (const part of parts) {
    const number = Uint32Array.from({ length: part.length }, (_, v) => {
      const own = part.ranges.words.subarray(RANGE * part.ranges.offsets[v]!, RANGE * part.ranges.offsets[v + 1]!);
      const types = own.filter((_, w) => w % RANGE === 0).join();
      const vector = known.get(types) ?? offsets.length - 1;
      if (known.has(types)) widen(words, RANGE * offsets[vector]!, own);
      else {
        known.set(types, vector);
        words.push(...own);
        offsets.push(words.length / RANGE);
      }
      return vector;
    });
    for (const vector of part.of) of[unit++] = number[vector]!;
  }
  return foldedAppearances(known.size, Uint32Array.from(offsets), Uint32Array.from(words), of, calls);
}

/** Widens the ranges of the vector that begins at `at` by those of one of the same types. */
function widen(words: number[], at: number, ranges: Uint32Array): void {
  for (let r = 0; r < ranges.length; r += RANGE) {
    for (const least of [LEAST_COUNT, LEAST_TIME])
      words[at + r + least] = Math.min(words[at + r + least]!, ranges[r + least]!);
    for (const most of [MOST_COUNT, MOST_TIME])
      words[at + r + most] = Math.max(words[at + r + most]!, ranges[r + most]!);
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
