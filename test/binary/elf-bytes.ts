/** Small ELF files for tests: one code section, a symbol table, names. Layout: header, code, symbols, strings, section headers. */
export interface ElfParts {
  bits?: 32 | 64;
  littleEndian?: boolean;
  machine: number;
  codeAddress: number;
  code: readonly number[];
  /** name, address, size, type (2 = function), section (1 = the code; 0 = undefined). */
  symbols: readonly (readonly [name: string, address: number, size: number, type?: number, section?: number])[];
}

export function elfBytes(parts: ElfParts): Uint8Array {
  const { bits = 64, littleEndian: little = true, machine, codeAddress, code } = parts;
  const wide = bits === 64;
  const out = new Uint8Array(4096);
  const view = new DataView(out.buffer);
  const half = (at: number, value: number) => view.setUint16(at, value, little);
  const int = (at: number, value: number) => view.setUint32(at, value, little);
  const word = (at: number, value: number) => (wide ? view.setBigUint64(at, BigInt(value), little) : int(at, value));
  const [header, symbolSize, sectionSize] = wide ? [64, 24, 64] : [52, 16, 40];

  const sectionNames = ['', '.text', '.symtab', '.strtab'];
  let strings = '\0';
  const offsetOf = (name: string): number => {
    if (name === '') return 0;
    strings += `${name}\0`;
    return strings.length - name.length - 1;
  };
  const codeAt = header;
  const symbolsAt = codeAt + code.length + ((8 - (code.length % 8)) % 8);
  out.set(code, codeAt);
  parts.symbols.forEach(([name, address, size, type = 2, section = 1], i) => {
    const at = symbolsAt + (i + 1) * symbolSize;
    int(at, offsetOf(name));
    out[at + (wide ? 4 : 12)] = type;
    half(at + (wide ? 6 : 14), section);
    word(at + (wide ? 8 : 4), address);
    word(at + (wide ? 16 : 8), size);
  });
  const nameOffsets = sectionNames.map(offsetOf);
  const stringsAt = symbolsAt + (parts.symbols.length + 1) * symbolSize;
  out.set(Buffer.from(strings, 'latin1'), stringsAt);
  const sectionsAt = stringsAt + strings.length + 8 - ((stringsAt + strings.length) % 8);

  const sections: [
    type: number,
    flags: number,
    address: number,
    offset: number,
    size: number,
    link: number,
    entry: number,
  ][] = [
    [0, 0, 0, 0, 0, 0, 0],
    [1, 6, codeAddress, codeAt, code.length, 0, 0],
    [2, 0, 0, symbolsAt, stringsAt - symbolsAt, 3, symbolSize],
    [3, 0, 0, stringsAt, strings.length, 0, 0],
  ];
  sections.forEach(([type, flags, address, offset, size, link, entry], i) => {
    const at = sectionsAt + i * sectionSize;
    int(at, nameOffsets[i]!);
    int(at + 4, type);
    word(at + 8, flags);
    word(at + (wide ? 16 : 12), address);
    word(at + (wide ? 24 : 16), offset);
    word(at + (wide ? 32 : 20), size);
    int(at + (wide ? 40 : 24), link);
    word(at + (wide ? 56 : 36), entry);
  });

  out.set([0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, little ? 1 : 2, 1]);
  half(16, 2);
  half(18, machine);
  word(wide ? 40 : 32, sectionsAt);
  half(wide ? 58 : 46, sectionSize);
  half(wide ? 60 : 48, sections.length);
  half(wide ? 62 : 50, 3);
  return out.slice(0, sectionsAt + sections.length * sectionSize);
}
