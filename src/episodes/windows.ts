/** Distinct windows of a text: what follows a position, as far as it matters, is often the same as elsewhere. */

export interface Windows {
  /** Number of distinct windows. */
  readonly count: number;
  /** Per position of the text: the window of what follows it. */
  readonly of: Int32Array;
  /** Per window: the first position that it follows. */
  readonly at: Int32Array;
  /** The windows, those that occur most often first (to a factor of two). */
  readonly byWeight: Int32Array;
}

/** FNV's prime: any odd number with bits here and there would do. */
const FACTOR = 0x01000193;

/**
 * Numbers the distinct windows of `size` symbols. Symbols beyond `frequent` and what lies behind the text count as 0.
 * A rolling hash finds candidates, which are compared: O(text x size). Null when there are more than `limit`.
 */
export function numberWindows(
  text: Int32Array,
  frequent: number,
  size: number,
  limit = Number.POSITIVE_INFINITY,
): Windows | null {
  const padded = new Int32Array(text.length + size + 1);
  for (let p = 0; p < text.length; p++) padded[p] = text[p]! <= frequent ? text[p]! : 0;
  let slots = 1024;
  while (slots < 2 * text.length) slots *= 2;
  const table = new Int32Array(slots);
  const of = new Int32Array(text.length);
  const at = new Int32Array(text.length);
  let count = 0;
  let power = 1;
  for (let i = 0; i < size; i++) power = Math.imul(power, FACTOR);
  let hash = 0;
  for (let i = 0; i < size; i++) hash = (Math.imul(hash, FACTOR) + padded[i]!) | 0;
  for (let p = 0; p < text.length; p++) {
    hash = (Math.imul(hash, FACTOR) + padded[p + size]! - Math.imul(padded[p]!, power)) | 0;
    let slot = Math.imul(hash ^ (hash >>> 15), 0x9e3779b1) >>> 0;
    slot = (slot ^ (slot >>> 15)) & (slots - 1);
    let window = table[slot]!;
    while (window !== 0 && !equalStretches(padded, at[window - 1]! + 1, p + 1, size)) {
      slot = (slot + 1) & (slots - 1);
      window = table[slot]!;
    }
    if (window === 0) {
      if (count >= limit) return null;
      at[count++] = p;
      table[slot] = window = count;
    }
    of[p] = window - 1;
  }
  return { count, of, at, byWeight: byWeight(of, count) };
}

function equalStretches(text: Int32Array, p: number, q: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (text[p + i] !== text[q + i]) return false;
  return true;
}

function byWeight(of: Int32Array, count: number): Int32Array {
  const weight = new Int32Array(count);
  for (let p = 0; p < of.length; p++) weight[of[p]!]!++;
  const next = new Int32Array(34);
  for (let w = 0; w < count; w++) next[Math.clz32(weight[w]!) + 1]!++;
  for (let k = 1; k < next.length; k++) next[k]! += next[k - 1]!;
  const out = new Int32Array(count);
  for (let w = 0; w < count; w++) out[next[Math.clz32(weight[w]!)]!++] = w;
  return out;
}
