/**
 * Dense numbers for tuples of two or three numbers (int32), by open addressing: no object and no string a look-up, and all that
 * it reads is in one cache line.
 */
export class TupleNumbers {
  /** The tuples, by number. */
  readonly first: number[] = [];
  readonly second: number[] = [];
  readonly third: number[] = [];
  /** Four a slot: the tuple, and its number + 1 (0: the slot is free). */
  private slots = new Int32Array(4 << 10);

  get size(): number {
    return this.first.length;
  }

  /** Number of the tuple, given on first sight: 0, 1, 2 ... */
  intern(a: number, b: number, c = 0): number {
    const { slots } = this;
    const mask = slots.length - 1;
    for (let i = home(a, b, c) & mask; ; i = (i + 4) & mask) {
      const n = slots[i + 3]!;
      if (n === 0) return this.add(a, b, c);
      if (slots[i] === a && slots[i + 1] === b && slots[i + 2] === c) return n - 1;
    }
  }

  /** Number of the tuple, -1 when it was never interned. */
  find(a: number, b: number, c = 0): number {
    const { slots } = this;
    const mask = slots.length - 1;
    let i = home(a, b, c) & mask;
    while (slots[i + 3] !== 0 && (slots[i] !== a || slots[i + 1] !== b || slots[i + 2] !== c)) i = (i + 4) & mask;
    return slots[i + 3]! - 1;
  }

  private add(a: number, b: number, c: number): number {
    const n = this.first.push(a);
    this.second.push(b);
    this.third.push(c);
    if (16 * n > this.slots.length) {
      this.slots = new Int32Array(2 * this.slots.length);
      for (let k = 0; k < n - 1; k++) this.put(this.first[k]!, this.second[k]!, this.third[k]!, k + 1);
    }
    this.put(a, b, c, n);
    return n - 1;
  }

  private put(a: number, b: number, c: number, value: number): void {
    const { slots } = this;
    const mask = slots.length - 1;
    let i = home(a, b, c) & mask;
    while (slots[i + 3] !== 0) i = (i + 4) & mask;
    slots[i] = a;
    slots[i + 1] = b;
    slots[i + 2] = c;
    slots[i + 3] = value;
  }
}

/** Where a tuple's slot is looked for first, a multiple of 4 beyond all tables: to be cut to the length of one, a power of two. */
function home(a: number, b: number, c: number): number {
  let h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b + 0x7ed55d16, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15) ^ c, 0xc2b2ae35);
  return (h ^ (h >>> 16)) << 2;
}
