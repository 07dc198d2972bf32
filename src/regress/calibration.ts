/**
 * The yardstick of `regress`: a fixed piece of work of the kinds that an analysis does (bytes, names in maps, sorted
 * numbers, small objects). Costs are told as multiples of what it costs in the same process, so that a slow, a busy and
 * a fast machine come to about the same figures.
 */

/** Rounds: about a third of a second of a processor of 2020. */
const ROUNDS = 6;
const BYTES = 8 << 20;
const NUMBERS = 200_000;

/** Does the work; the number depends on all of it, so that no compiler may leave any out. Always the same. */
export function calibrate(): number {
  const bytes = new Uint8Array(new SharedArrayBuffer(BYTES));
  let sum = 0;
  for (let round = 1; round <= ROUNDS; round++) {
    fill(bytes, round);
    sum = (sum + countWords(bytes) + sortNumbers(round)) >>> 0;
  }
  return sum;
}

/** Letters and spaces from a linear congruential generator (Numerical Recipes, section 7.1). */
function fill(bytes: Uint8Array, seed: number): void {
  let state = seed >>> 0;
  for (let i = 0; i < bytes.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const r = state >>> 27;
    bytes[i] = r < 4 ? 32 : 97 + (r & 7);
  }
}

/** Counts words by a hash of their bytes, as interning does. */
function countWords(bytes: Uint8Array): number {
  const counts = new Map<number, { n: number }>();
  let hash = 0;
  for (let i = 0; i < bytes.length; i += 3) {
    const byte = bytes[i]!;
    if (byte !== 32) {
      hash = (Math.imul(hash, 31) + byte) & 0x3fff;
      continue;
    }
    const entry = counts.get(hash);
    if (entry === undefined) counts.set(hash, { n: 1 });
    else entry.n++;
    hash = 0;
  }
  let sum = counts.size;
  for (const [key, { n }] of counts) sum = (Math.imul(sum, 33) + key + n) >>> 0;
  return sum;
}

function sortNumbers(seed: number): number {
  const numbers = new Float64Array(NUMBERS);
  let state = seed >>> 0;
  for (let i = 0; i < NUMBERS; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    numbers[i] = state;
  }
  numbers.sort();
  return numbers[NUMBERS >> 1]!;
}
