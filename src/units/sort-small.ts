/** Sorts `list[from .. from + length)` in place. Insertion sort up to 32: a unit has a handful of call types. */
export function sortSmall(list: Uint16Array, from: number, length: number): void {
  if (length > 32) {
    list.subarray(from, from + length).sort();
    return;
  }
  for (let i = from + 1; i < from + length; i++) {
    const value = list[i]!;
    let k = i - 1;
    for (; k >= from && list[k]! > value; k--) list[k + 1] = list[k]!;
    list[k + 1] = value;
  }
}
