import { describe, expect, it } from 'vitest';
import { EM_X86_64, functionNames, readElf } from '../../src/binary/elf.js';
import { elfBytes } from './elf-bytes.js';

const PARTS = {
  machine: EM_X86_64,
  codeAddress: 0x401000,
  code: [0x90, 0xc3, 0x90, 0xc3],
  symbols: [
    ['serve.isra.0', 0x401002, 2],
    ['main', 0x401000, 2],
    ['_start', 0x401000, 2],
    ['table', 0x401000, 8, 1],
    ['write@GLIBC_2.2.5', 0, 0, 2, 0],
  ] as [string, number, number, number?, number?][],
};

describe('readElf', () => {
  it.each([
    [64, true],
    [64, false],
    [32, true],
    [32, false],
  ] as const)('reads %i bit files, little endian: %s', (bits, littleEndian) => {
    const elf = readElf(elfBytes({ ...PARTS, bits, littleEndian }));
    expect(elf.functions).toEqual([
      { name: '_start', address: 0x401000, size: 2 },
      { name: 'main', address: 0x401000, size: 2 },
      { name: 'serve.isra.0', address: 0x401002, size: 2 },
    ]);
    expect(elf).toMatchObject({ bits, littleEndian, machine: EM_X86_64, hasSymbolTable: true });
    expect(elf.code).toEqual([{ section: '.text', address: 0x401000, bytes: Uint8Array.of(0x90, 0xc3, 0x90, 0xc3) }]);
  });

  it('reads addresses beyond 32 bits', () => {
    const elf = readElf(elfBytes({ ...PARTS, symbols: [['main', 0x7f0012345678, 2]] }));
    expect(elf.functions[0]!.address).toBe(0x7f0012345678);
  });

  it('names the functions of the program only', () => {
    expect(functionNames(readElf(elfBytes(PARTS)))).toEqual(['main', 'serve']);
  });

  it('refuses what is no ELF file, and what is cut', () => {
    expect(() => readElf(Buffer.from('#!/bin/sh\n'), 'run.sh')).toThrow(
      expect.objectContaining({ code: 'input-format', place: { path: 'run.sh' } }) as Error,
    );
    const whole = elfBytes(PARTS);
    for (const length of [5, 30, 70, 120, whole.length - 1]) {
      expect(() => readElf(whole.subarray(0, length), 'server'), `cut at ${length}`).toThrow(
        expect.objectContaining({ code: 'input-damaged' }) as Error,
      );
    }
  });
});
