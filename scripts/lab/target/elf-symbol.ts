/** Data symbols of x86-64 ELF files: perfscope's own reader has functions alone. */

/** Section types (elf(5)). */
export const SHT_SYMTAB = 2;
export const SHT_DYNSYM = 11;

/** Value of a symbol in the tables of that type; null where there is none. */
export function symbolValue(bytes: Buffer, table: number, wanted: string): number | null {
  const sections = Number(bytes.readBigUInt64LE(40));
  const header = (i: number) => sections + i * bytes.readUInt16LE(58);
  for (let i = 0; i < bytes.readUInt16LE(60); i++) {
    if (bytes.readUInt32LE(header(i) + 4) !== table) continue;
    const [offset, size] = [24, 32].map((at) => Number(bytes.readBigUInt64LE(header(i) + at))) as [number, number];
    const strings = Number(bytes.readBigUInt64LE(header(bytes.readUInt32LE(header(i) + 40)) + 24));
    for (let at = offset; at < offset + size; at += 24) {
      const name = strings + bytes.readUInt32LE(at);
      if (bytes[name + wanted.length] === 0 && bytes.toString('latin1', name, name + wanted.length) === wanted)
        return Number(bytes.readBigUInt64LE(at + 8));
    }
  }
  return null;
}
