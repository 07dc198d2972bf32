/** Calls that repeat a cycle of their thread: to decoding all turns but the first ones are no news. */

/** Longest cycle of calls that counts as one observation, and its turns that are looked at. */
export const CYCLE = 16;
const TURNS = 2;

/** Finds calls that repeat a cycle of their thread. */
export class Cycles {
  private readonly ring: Int32Array;
  private readonly count: Int32Array;
  private readonly period: Uint8Array;
  private readonly streak: Int32Array;

  constructor(threads: number) {
    this.ring = new Int32Array(threads * 2 * CYCLE).fill(-1);
    this.count = new Int32Array(threads);
    this.period = new Uint8Array(threads);
    this.streak = new Int32Array(threads);
  }

  /** Period of the cycle of which this is a later turn than are looked at; 0: it is none. */
  add(t: number, cell: number): number {
    const { ring } = this;
    const base = t * 2 * CYCLE;
    const at = this.count[t]!++;
    const mask = 2 * CYCLE - 1;
    ring[base + (at & mask)] = cell;
    const known = this.period[t]!;
    if (known > 0 && ring[base + ((at - known) & mask)] === cell) {
      this.streak[t]!++;
    } else {
      let found = 0;
      for (let q = 1; q <= CYCLE && 2 * q <= at + 1 && found === 0; q++) {
        if (ring[base + ((at - q) & mask)] !== cell) continue;
        let j = 1;
        while (j < q && ring[base + ((at - j) & mask)] === ring[base + ((at - q - j) & mask)]) j++;
        if (j >= q) found = q;
      }
      this.period[t] = found;
      this.streak[t] = found;
    }
    const period = this.period[t]!;
    return period > 0 && this.streak[t]! > (TURNS - 1) * period ? period : 0;
  }
}
