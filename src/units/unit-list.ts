/** Units in the order in which they ended, and the entries of their features. */

/** The words of a unit: its thread, row of its first call, how many calls, how many entries, and its appearance vector. */
export const UNIT = 5;
const THREAD = 0;
const FIRST = 1;
const CALLS = 2;
const ENTRIES = 3;
const VECTOR = 4;

/**
 * There are no more units than rows, nor entries. There is room for as many from the start: memory that is never touched costs nothing,
 * and copying what has been written does.
 */
export class UnitList {
  private readonly units: Uint32Array;
  private unitWords = 0;
  /** Two words an entry. */
  private readonly entries: Uint32Array;
  private entryWords = 0;

  constructor(rows: number) {
    this.units = new Uint32Array(UNIT * rows);
    this.entries = new Uint32Array(2 * rows);
  }

  push(units: Uint32Array, entries: Uint32Array): void {
    this.units.set(units, this.unitWords);
    this.unitWords += units.length;
    this.entries.set(entries, this.entryWords);
    this.entryWords += entries.length;
  }

  /** Thread by thread, each thread's in order of time; their entries stay where they are. Counting sort: O(units). */
  byThread(threads: number) {
    const { units, unitWords } = this;
    const next = new Uint32Array(threads + 1);
    for (let w = 0; w < unitWords; w += UNIT) next[units[w + THREAD]! + 1]!++;
    for (let t = 0; t < threads; t++) next[t + 1]! += next[t]!;
    const length = unitWords / UNIT;
    const [first, calls, vector] = [new Uint32Array(length), new Uint32Array(length), new Uint32Array(length)];
    const [offsets, ends] = [new Uint32Array(length), new Uint32Array(length)];
    for (let w = 0, entry = 0; w < unitWords; w += UNIT) {
      const u = next[units[w + THREAD]!]!++;
      first[u] = units[w + FIRST]!;
      calls[u] = units[w + CALLS]!;
      vector[u] = units[w + VECTOR]!;
      offsets[u] = entry;
      ends[u] = entry += units[w + ENTRIES]!;
    }
    return {
      units: { length, first, calls },
      offsets,
      ends,
      entries: this.entries.subarray(0, this.entryWords),
      vector,
    };
  }
}
