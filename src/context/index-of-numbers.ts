/** Dense numbers for sparse keys, by open addressing: no object and no string per look-up. */
export class NumberIndex {
  private keys: Float64Array;
  private values: Int32Array;
  private mask: number;
  size = 0;

  constructor(capacity = 1024) {
    this.keys = new Float64Array(capacity);
    this.values = new Int32Array(capacity).fill(-1);
    this.mask = capacity - 1;
  }

  /** Number of `key` (an integer below 2^53), given on first sight: 0, 1, 2 ... */
  intern(key: number): number {
    let i = this.slot(key);
    if (this.values[i]! >= 0) return this.values[i]!;
    if (this.size * 2 > this.mask) {
      this.grow();
      i = this.slot(key);
    }
    this.keys[i] = key;
    this.values[i] = this.size;
    return this.size++;
  }

  /** Number of `key`, -1 when it was never interned. */
  get(key: number): number {
    return this.values[this.slot(key)]!;
  }

  private slot(key: number): number {
    const high = Math.floor(key / 0x100000000);
    let h = Math.imul((key | 0) ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1);
    h ^= h >>> 15;
    let i = h & this.mask;
    while (this.values[i]! >= 0 && this.keys[i] !== key) i = (i + 1) & this.mask;
    return i;
  }

  private grow(): void {
    const { keys, values } = this;
    this.keys = new Float64Array(keys.length * 2);
    this.values = new Int32Array(keys.length * 2).fill(-1);
    this.mask = this.keys.length - 1;
    for (let k = 0; k < keys.length; k++) {
      if (values[k]! < 0) continue;
      const i = this.slot(keys[k]!);
      this.keys[i] = keys[k]!;
      this.values[i] = values[k]!;
    }
  }
}

/** Entries of a table for all pairs, at most: 16 MB. */
const LARGEST_TABLE = 1 << 22;

/** Dense numbers for pairs of numbers (a below `first`, b below `second`): by a table of all pairs where these are few. */
export class PairIndex {
  private readonly table: Int32Array | null;
  private readonly sparse = new NumberIndex();
  private size = 0;

  constructor(
    first: number,
    private readonly second: number,
  ) {
    this.table = first * second <= LARGEST_TABLE ? new Int32Array(first * second).fill(-1) : null;
  }

  /** Number of the pair, given on first sight: 0, 1, 2 ... */
  intern(a: number, b: number): number {
    const key = a * this.second + b;
    if (this.table === null) return this.sparse.intern(key);
    const known = this.table[key]!;
    return known >= 0 ? known : (this.table[key] = this.size++);
  }
}
