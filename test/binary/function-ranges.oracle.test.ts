/** Function ranges against what the compiler and binutils say of the same file; needs gcc and readelf. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { codeRanges } from '../../src/binary/eh-frame.js';
import { readElf } from '../../src/binary/elf.js';
import { functionTable } from '../../src/binary/function-table.js';

const has = (program: string) => spawnSync(program, ['--version']).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'perfscope-ranges-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Static and exported functions by turns, and some that the compiler splits into a usual and a rare part. */
const SOURCE = `
#include <stdlib.h>
#include <unistd.h>
#define STATIC(n) static __attribute__((noinline)) int hidden##n(int a) { if (a == 77 + n) abort(); return write(1, "", a & 1) + n; }
#define PUBLIC(n) __attribute__((noinline)) int shown##n(int a) { return hidden##n(a * 3) + (a > n ? write(2, "", 0) : n); }
#define PAIR(n) STATIC(n) PUBLIC(n)
PAIR(1) PAIR(2) PAIR(3) PAIR(4) PAIR(5) PAIR(6) PAIR(7) PAIR(8)
int main(int argc, char **argv) {
  return shown1(argc) + shown2(argc) + shown3(argc) + shown4(argc) + shown5(argc) + shown6(argc) + shown7(argc) + shown8(argc);
}
`;

const VARIANTS = [
  ['-O0', '-rdynamic'],
  ['-O2', '-rdynamic'],
  ['-O2', '-no-pie'],
  ['-O2', '-fno-asynchronous-unwind-tables', '-rdynamic'],
  ['-O2', '-static'],
  ['-O2', '-Wl,-z,separate-code', '-ffunction-sections', '-Wl,--gc-sections'],
];

describe.skipIf(!has('gcc') || !has('strip'))('ranges of a stripped program (skipped without gcc and strip)', () => {
  it.each(VARIANTS)('%s %s %s %s', (...flags) => {
    const whole = join(folder, 'whole');
    const stripped = join(folder, 'stripped');
    writeFileSync(join(folder, 'a.c'), SOURCE);
    const built = spawnSync('gcc', [...flags.filter(Boolean), '-o', whole, join(folder, 'a.c')]);
    if (built.status !== 0) return; // No static C library here.
    execFileSync('strip', ['-o', stripped, whole]);
    const elf = readElf(readFileSync(whole), whole);
    const bare = readElf(readFileSync(stripped), stripped);
    expect(bare.buildId).toBe(elf.buildId);
    const table = functionTable(bare, [], stripped);
    let seen = 0;
    for (const { name, address, size } of elf.functions) {
      if (!/^(?:hidden\d|shown\d|main)/.test(name) || size === 0) continue;
      for (const at of [address, address + (size >> 1), address + size - 1]) {
        const found = table.find(at);
        if (flags.includes('-fno-asynchronous-unwind-tables')) {
          // Nothing tells where a hidden function begins: then it has no name either.
          if (found !== null) expect(found.names).toContain(name);
          continue;
        }
        expect(found, `${name}+${at - address}`).toMatchObject({ start: address, end: address + size });
        for (const given of found!.names) expect(given).toBe(name);
        seen++;
      }
    }
    if (!flags.includes('-fno-asynchronous-unwind-tables')) expect(seen).toBeGreaterThanOrEqual(3 * 17);
    // With its own symbol table, or a file of symbols, everything has its name.
    for (const full of [functionTable(elf), functionTable(bare, elf.functions)])
      for (const { name, address } of elf.functions)
        if (/^(?:hidden\d|shown\d|main)/.test(name)) expect(full.find(address)!.names).toContain(name);
  });
});

describe.skipIf(!has('readelf'))('.eh_frame against readelf (skipped without binutils)', () => {
  const files = ['/bin/sh', '/usr/bin/env', process.execPath].filter((file) => {
    try {
      return readFileSync(file).subarray(1, 4).toString() === 'ELF' && readFileSync(file).length < 4e7;
    } catch {
      return false;
    }
  });
  it.each(files)('%s', (file) => {
    const text = execFileSync('readelf', ['--debug-dump=frames', '-W', file], { maxBuffer: 1 << 28 }).toString();
    const told = [...text.matchAll(/FDE cie=\S+ pc=([0-9a-f]+)\.\.([0-9a-f]+)/g)]
      .map((m) => [parseInt(m[1]!, 16), parseInt(m[2]!, 16)] as const)
      .filter(([start, end]) => start > 0 && end > start)
      .sort((a, b) => a[0] - b[0]);
    const read = codeRanges(readElf(readFileSync(file), file), file).map(({ start, end }) => [start, end]);
    expect(read).toEqual(told);
    expect(read.length).toBeGreaterThan(10);
  });
});
