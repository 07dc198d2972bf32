/** Dense numbers for sequences of numbers (int32), by open addressing: no string a look-up, and all sequences lie in one array. */
export class SequenceNumbers {
  /** Number of the sequence + 1 (0: the slot is free). */
  private slots = new Int32Array(1 << 10);
  /** The sequences, one after the other, and where each ends. */
  private values = new Int32Array(1 << 12);
  private readonly ends: number[] = [];

  get size(): number {
    return this.ends.length;
  }

  /** Number of the first `length` of `sequence`, given on first sight: 0, 1, 2 ... */
  intern(sequence: Int32Array, length = sequence.length): number {
    const mask = this.slots.length - 1;
    let i = hash(sequence, 0, length) & mask;
    while (this.slots[i] !== 0 && !this.is(this.slots[i]! - 1, sequence, length)) i = (i + 1) & mask;
    return this.slots[i] !== 0 ? this.slots[i]! - 1 : this.add(sequence, length, i);
  }

  /** The sequence with a number is `all`[start(number) .. end(number)); `all` is another array when sequences were added. */
  get all(): Int32Array {
    return this.values;
  }

  start(number: number): number {
    return number === 0 ? 0 : this.ends[number - 1]!;
  }

  end(number: number): number {
    return this.ends[number]!;
  }

  private is(number: number, sequence: Int32Array, length: number): boolean {
    const from = this.start(number);
    if (this.ends[number]! - from !== length) return false;
    let k = 0;
    while (k < length && this.values[from + k] === sequence[k]) k++;
    return k === length;
  }

  private add(sequence: Int32Array, length: number, slot: number): number {
    const from = this.ends.at(-1) ?? 0;
    if (from + length > this.values.length) {
      const larger = new Int32Array(2 * (from + length));
      larger.set(this.values.subarray(0, from));
      this.values = larger;
    }
    for (let k = 0; k < length; k++) this.values[from + k] = sequence[k]!;
    const number = this.ends.push(from + length) - 1;
    this.slots[slot] = number + 1;
    if (4 * number > this.slots.length) this.grow();
    return number;
  }

  private grow(): void {
    this.slots = new Int32Array(4 * this.slots.length);
    const mask = this.slots.length - 1;
    for (let number = 0; number < this.ends.length; number++) {
      let i = hash(this.values, this.start(number), this.end(number)) & mask;
      while (this.slots[i] !== 0) i = (i + 1) & mask;
      this.slots[i] = number + 1;
    }
  }
}

/** FNV-1a over whole numbers instead of bytes, with its high bits folded in at the end. */
function hash(values: Int32Array, from: number, end: number): number {
  let h = 0x811c9dc5;
  for (let k = from; k < end; k++) h = Math.imul(h ^ values[k]!, 0x01000193);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  return h ^ (h >>> 13);
}
