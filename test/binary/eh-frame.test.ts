import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeRanges } from '../../src/binary/eh-frame.js';
import { EM_AARCH64, EM_X86_64, type ElfFile, readElf } from '../../src/binary/elf.js';
import { PerfscopeError } from '../../src/errors.js';
import { elfBytes } from './elf-bytes.js';
import { type Encoding, ehFrameOf } from './eh-frame-bytes.js';

const RANGES: [number, number][] = [
  [0x401000, 0x401017],
  [0x401020, 0x4010ff],
  [0x401100, 0x401101],
];

function elfWith(
  bytes: Uint8Array,
  address: number,
  options: { bits?: 32 | 64; littleEndian?: boolean; machine?: number } = {},
): ElfFile {
  const { bits = 64, littleEndian = true, machine = EM_X86_64 } = options;
  const elf = readElf(elfBytes({ machine, codeAddress: 0x401000, code: [0xc3], symbols: [], bits, littleEndian }));
  return { ...elf, ehFrame: { address, offset: 0x100, bytes } };
}

const ranges = (elf: ElfFile) => codeRanges(elf, 'srv').map(({ start, end }) => [start, end]);

describe('.eh_frame', () => {
  it.each([
    ['relative, 4 bytes', 0x1b, 64, true],
    ['relative, 4 bytes, other byte order', 0x1b, 64, false],
    ['relative, 8 bytes', 0x1c, 64, true],
    ['absolute', 0x00, 64, true],
    ['absolute, 32 bits', 0x00, 32, true],
    ['relative, 32 bits', 0x1b, 32, false],
    ['4 bytes without sign', 0x03, 64, true],
    ['8 bytes', 0x04, 64, false],
  ] as const)('%s', (_, pointer, bits, littleEndian) => {
    const encoding: Encoding = { pointer, littleEndian, word: bits === 64 ? 8 : 4 };
    for (const machine of [EM_X86_64, EM_AARCH64])
      expect(ranges(elfWith(ehFrameOf(RANGES, 0x402000, encoding), 0x402000, { bits, littleEndian, machine }))).toEqual(
        RANGES,
      );
  });

  it('code before and behind the table, in any order', () => {
    const mixed: [number, number][] = [
      [0x500000, 0x500010],
      [0x1000, 0x1010],
    ];
    expect(ranges(elfWith(ehFrameOf(mixed, 0x402000), 0x402000))).toEqual([...mixed].reverse());
  });

  it('is read by the table of the unwinder where there are no section headers', () => {
    const frame = ehFrameOf(RANGES, 0x402000);
    const fdes = [...RANGES.keys()].map((i) => 0x402000 + 20 + 20 * i);
    const header = new DataView(new ArrayBuffer(12 + 8 * RANGES.length));
    [1, 0x1b, 0x03, 0x3b].forEach((byte, i) => header.setUint8(i, byte));
    header.setInt32(4, 0x402000 - (0x400100 + 4), true);
    header.setUint32(8, RANGES.length, true);
    RANGES.forEach(([start], i) => {
      header.setInt32(12 + 8 * i, start - 0x400100, true);
      header.setInt32(16 + 8 * i, fdes[i]! - 0x400100, true);
    });
    const elf = elfWith(frame, 0x402000);
    const bare: ElfFile = {
      ...elf,
      ehFrame: null,
      ehFrameHeader: { address: 0x400100, offset: 0, bytes: new Uint8Array(header.buffer) },
      segments: [{ address: 0x402000, offset: 0x100, size: frame.length, executable: false }],
      loaded: [{ address: 0x402000, offset: 0x100, bytes: frame }],
    };
    expect(ranges(bare)).toEqual(RANGES);
  });

  it('says where it is damaged, whatever the damage, and never runs on', () => {
    const good = ehFrameOf(RANGES, 0x402000);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        fc.nat(good.length),
        (edits, cut) => {
          const bytes = good.slice(0, good.length - (cut % 3 === 0 ? cut : 0));
          for (const [at, byte] of edits) bytes[at] = byte;
          try {
            codeRanges(elfWith(bytes, 0x402000), 'srv');
          } catch (error) {
            expect(error).toBeInstanceOf(PerfscopeError);
            expect(error).toMatchObject({
              code: 'input-damaged',
              place: { path: 'srv', offset: expect.any(Number) as number },
            });
          }
        },
      ),
    );
    const cut = good.subarray(0, 30);
    expect(() => codeRanges(elfWith(cut, 0x402000), 'srv')).toThrow(/beyond the end/);
  });
});
