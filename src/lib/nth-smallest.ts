/** Selection (Hoare's FIND, Communications of the ACM 4, 1961): O(n) where sorting is O(n log n). */

/** Of so few, sorting takes no longer, and its code is compiled already. */
const FEW = 512;

/** What stands at `n` once the values, none of them NaN, are sorted. Changes their order. */
export function nthSmallest(values: Float64Array, n: number): number {
  let from = 0;
  let to = values.length - 1;
  while (to - from >= FEW) {
    const middle = values[median(values, from, (from + to) >>> 1, to)]!;
    let [i, j] = [from, to];
    while (i <= j) {
      while (values[i]! < middle) i++;
      while (values[j]! > middle) j--;
      if (i > j) break;
      const value = values[i]!;
      values[i++] = values[j]!;
      values[j--] = value;
    }
    if (n <= j) to = j;
    else if (n >= i) from = i;
    else return middle;
  }
  return values.subarray(from, to + 1).sort()[n - from]!;
}

/** Which of three places has the value in the middle. */
function median(values: Float64Array, a: number, b: number, c: number): number {
  const [x, y, z] = [values[a]!, values[b]!, values[c]!];
  if (x < y) return y < z ? b : x < z ? c : a;
  return x < z ? a : y < z ? c : b;
}
