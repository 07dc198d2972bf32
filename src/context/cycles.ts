/** Calls that repeat a cycle of their thread: to decoding all turns but the first ones are no news. */

/** Longest cycle of calls that counts as one observation, and its turns that are looked at. */
export const CYCLE = 16;
const TURNS = 2;

const MASK = 2 * CYCLE - 1;

/** Finds calls that repeat a cycle of their thread. O(1) a call, but for the turns of cells that come back often. */
export class Cycles {
  /** Per thread: its last cells, ... */
  private readonly ring: Int32Array;
  /** ... how long before each the last one of the same hash came, 0: longer than any cycle, ... */
  private readonly back: Uint8Array;
  /** ... and by hash when the last one came, in calls of the thread. */
  private readonly latest: Int32Array;
  private readonly count: Int32Array;
  private readonly period: Uint8Array;
  private readonly streak: Int32Array;

  constructor(threads: number) {
    this.ring = new Int32Array(threads * 2 * CYCLE);
    this.back = new Uint8Array(threads * 2 * CYCLE);
    this.latest = new Int32Array(threads * 2 * CYCLE).fill(-1 - CYCLE);
    this.count = new Int32Array(threads);
    this.period = new Uint8Array(threads);
    this.streak = new Int32Array(threads);
  }

  /** Period of the cycle of which this is a later turn than are looked at; 0: it is none. */
  add(t: number, cell: number): number {
    const { ring, latest } = this;
    const base = t * 2 * CYCLE;
    const at = this.count[t]!++;
    const hash = base + (cell & MASK);
    const ago = at - latest[hash]!;
    latest[hash] = at;
    ring[base + (at & MASK)] = cell;
    this.back[base + (at & MASK)] = ago <= CYCLE ? ago : 0;
    const known = this.period[t]!;
    if (known > 0 && ring[base + ((at - known) & MASK)] === cell) this.streak[t]!++;
    else this.streak[t] = this.period[t] = this.shortest(base, at, ago);
    const period = this.period[t]!;
    return period > 0 && this.streak[t]! > (TURNS - 1) * period ? period : 0;
  }

  /** The shortest cycle of which two turns end with the call numbered `at`, 0: none. `ago`: when the last one of its hash came. */
  private shortest(base: number, at: number, ago: number): number {
    const { ring, back } = this;
    for (let q = ago; q <= CYCLE && 2 * q <= at + 1;) {
      let j = 0;
      while (j < q && ring[base + ((at - j) & MASK)] === ring[base + ((at - q - j) & MASK)]) j++;
      if (j === q) return q;
      const further = back[base + ((at - q) & MASK)]!;
      if (further === 0) return 0;
      q += further;
    }
    return 0;
  }
}
