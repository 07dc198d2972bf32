/** Numbers by pairs of numbers (int32, from 0), by open addressing: two look-ups of most rows are all that decoding costs. */
export class PairNumbers {
  /** Four a slot: the pair, its number + 1 (0: the slot is free), nothing. */
  private slots = new Int32Array(4 << 10);
  private size = 0;

  /** -1: not known. */
  get(a: number, b: number): number {
    const { slots } = this;
    const mask = slots.length - 1;
    let i = home(a, b) & mask;
    while (slots[i + 2] !== 0 && (slots[i] !== a || slots[i + 1] !== b)) i = (i + 4) & mask;
    return slots[i + 2]! - 1;
  }

  /** Of a pair that is not known; gives `value`. */
  set(a: number, b: number, value: number): number {
    if (16 * ++this.size > this.slots.length) {
      const old = this.slots;
      this.slots = new Int32Array(2 * old.length);
      for (let i = 0; i < old.length; i += 4) if (old[i + 2] !== 0) this.put(old[i]!, old[i + 1]!, old[i + 2]!);
    }
    this.put(a, b, value + 1);
    return value;
  }

  private put(a: number, b: number, value: number): void {
    const { slots } = this;
    const mask = slots.length - 1;
    let i = home(a, b) & mask;
    while (slots[i + 2] !== 0) i = (i + 4) & mask;
    slots[i] = a;
    slots[i + 1] = b;
    slots[i + 2] = value;
  }
}

function home(a: number, b: number): number {
  const h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b + 0x7ed55d16, 0x85ebca6b);
  return (h ^ (h >>> 15)) << 2;
}
