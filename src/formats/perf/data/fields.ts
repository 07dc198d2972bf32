/** Numbers and texts of a perf.data file outside its records. Beyond the end a RangeError. */
const LONGEST_TEXT = 2 ** 16;

export class Fields {
  at = 0;
  private readonly view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    readonly little: boolean,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(): number {
    return this.view.getUint8(this.at++);
  }

  u16(): number {
    this.at += 2;
    return this.view.getUint16(this.at - 2, this.little);
  }

  u32(): number {
    this.at += 4;
    return this.view.getUint32(this.at - 4, this.little);
  }

  /** Beyond 2^53 it loses bits, which no size or offset has. */
  u64(): number {
    const [low, high] = this.little ? [this.u32(), this.u32()] : [this.u32(), this.u32()].reverse();
    return high! * 0x100000000 + low!;
  }

  take(length: number): Uint8Array {
    if (length > this.bytes.length - this.at) throw new RangeError('beyond the end');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  /** Up to a zero. */
  text(): string {
    const end = this.bytes.indexOf(0, this.at);
    if (end < 0 || end - this.at > LONGEST_TEXT) throw new RangeError('a text without an end');
    const text = utf8(this.bytes.subarray(this.at, end));
    this.at = end + 1;
    return text;
  }

  /** perf's own way (do_write_string): a length, then the text filled up with zeros. */
  sizedText(): string {
    const bytes = this.take(this.u32());
    const end = bytes.indexOf(0);
    return utf8(end < 0 ? bytes : bytes.subarray(0, end));
  }
}

/** A copy as text. */
export function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
