/** pipe(2), socketpair(2): calls that give two descriptors, in memory, and 0. `Columns.result` holds both where the tracer shows them. */
const PAIRS = new Set(['pipe', 'pipe2', 'socketpair']);

/** Larger ones are not told. */
const LARGEST = 0x7fff;
const BITS = 16;

export const makesPair = (call: string): boolean => PAIRS.has(call);

/** Both descriptors in one number, 0 where they do not fit. */
export function packedPair(first: number, second: number): number {
  const fits = first >= 0 && second >= 0 && first <= LARGEST && second <= LARGEST;
  return fits ? first | (second << BITS) : 0;
}

/** The descriptors of a result; no two are told by 0, as both would be descriptor 0. */
export const pairOf = (result: number): readonly number[] => (result > 0 ? [result & LARGEST, result >> BITS] : []);
