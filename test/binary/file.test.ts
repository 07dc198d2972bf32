import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { EM_X86_64 } from '../../src/binary/elf.js';
import { readBinary } from '../../src/binary/file.js';
import { elfBytes } from './elf-bytes.js';

const folder = mkdtempSync(join(tmpdir(), 'perfscope-binary-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('reads names and calls of a binary', async () => {
  const path = join(folder, 'server');
  const symbols: [string, number, number][] = [
    ['main', 0x1000, 6],
    ['serve.part.0', 0x1006, 1],
  ];
  writeFileSync(
    path,
    elfBytes({ machine: EM_X86_64, codeAddress: 0x1000, code: [0xe8, 1, 0, 0, 0, 0xc3, 0xc3], symbols }),
  );
  const binary = await readBinary(path);
  expect(binary).toMatchObject({ path, functions: ['main', 'serve'], complete: true });
  expect([...binary.callGraph!.offsets, ...binary.callGraph!.callees]).toEqual([0, 1, 1, 1]);
  writeFileSync(path, elfBytes({ machine: 243, codeAddress: 0x1000, code: [0], symbols }));
  expect((await readBinary(path)).callGraph).toBeNull();
});

it('says what is wrong with a file that is no binary', async () => {
  await expect(readBinary(join(folder, 'none'))).rejects.toMatchObject({ code: 'input-missing' });
  await expect(readBinary(folder)).rejects.toMatchObject({ code: 'input-is-directory' });
  writeFileSync(join(folder, 'script'), '#!/bin/sh\n');
  await expect(readBinary(join(folder, 'script'))).rejects.toMatchObject({ code: 'input-format' });
});
