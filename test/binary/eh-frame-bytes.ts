/** `.eh_frame` for tests: one CIE, an FDE a range. */
export interface Encoding {
  /** DW_EH_PE_* of the pointers; 0x1b: 4 bytes, signed, from where they stand. */
  readonly pointer?: number;
  readonly littleEndian?: boolean;
  /** Bytes of an absolute pointer. */
  readonly word?: 4 | 8;
}

export function ehFrameOf(
  ranges: readonly (readonly [start: number, end: number])[],
  address: number,
  { pointer = 0x1b, littleEndian: little = true, word = 8 }: Encoding = {},
): Uint8Array {
  const bytes: number[] = [];
  const fixed = (value: bigint, size: number) => {
    const data = new DataView(new ArrayBuffer(8));
    if (size === 8) data.setBigInt64(0, BigInt.asIntN(64, value), little);
    else if (size === 4) data.setInt32(0, Number(BigInt.asIntN(32, value)), little);
    else data.setInt16(0, Number(BigInt.asIntN(16, value)), little);
    for (let i = 0; i < size; i++) bytes.push(data.getUint8(i));
  };
  const sizes: Record<number, number> = { 0: word, 2: 2, 3: 4, 4: 8, 0xa: 2, 0xb: 4, 0xc: 8 };
  const encoded = (value: number, encoding: number) => {
    const base = (encoding & 0x70) === 0x10 ? address + bytes.length : 0;
    fixed(BigInt(value - base), sizes[encoding & 15]!);
  };
  const entry = (content: () => void) => {
    const at = bytes.length;
    fixed(0n, 4);
    content();
    while (bytes.length % 4 !== 0) bytes.push(0);
    const length = bytes.length - at - 4;
    const end = bytes.splice(at + 4);
    bytes.length = at;
    fixed(BigInt(length), 4);
    bytes.push(...end);
  };
  // Version 1, "zR", code factor 1, data factor -8, return address in register 16.
  entry(() => {
    fixed(0n, 4);
    bytes.push(1, 0x7a, 0x52, 0, 1, 0x78, 16, 1, pointer);
  });
  for (const [start, end] of ranges) {
    entry(() => {
      fixed(BigInt(bytes.length), 4);
      encoded(start, pointer);
      encoded(end - start, pointer & 15);
      bytes.push(0);
    });
  }
  fixed(0n, 4);
  return Uint8Array.from(bytes);
}
