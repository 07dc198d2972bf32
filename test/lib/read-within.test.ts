import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readWithin } from '../../src/lib/read-within.js';

const MB = 2 ** 20;
const folder = mkdtempSync(path.join(tmpdir(), 'perfscope-read-'));
afterAll(() => rmSync(folder, { recursive: true }));
const bytes = (length: number) => Buffer.from(Uint8Array.from({ length }, (_, i) => i % 251));

it.each([0, 1, 1000, MB, 2 * MB + 5])('reads a file of %i bytes as a whole', async (size) => {
  const file = path.join(folder, `file-${size}`);
  writeFileSync(file, bytes(size));
  expect((await readWithin(file, 3 * MB)).equals(bytes(size))).toBe(true);
});

it.each([0, 1, MB, 2 * MB + 5])('reads a pipe that gives %i bytes', async (size) => {
  const pipe = path.join(folder, `pipe-${size}`);
  execFileSync('mkfifo', [pipe]);
  const [read] = await Promise.all([readWithin(pipe, 3 * MB), writeFile(pipe, bytes(size))]);
  expect(read.equals(bytes(size))).toBe(true);
});

it('takes no more memory for a file than this has', async () => {
  const file = path.join(folder, 'small');
  writeFileSync(file, bytes(100_000));
  expect((await readWithin(file, MB)).buffer.byteLength).toBeLessThan(101_000);
});

it('reads no more than the limit, of a file and of what never ends', async () => {
  const file = path.join(folder, 'large');
  writeFileSync(file, bytes(MB + 1));
  await expect(readWithin(file, MB)).rejects.toMatchObject({ code: 'input-too-large' });
  await expect(readWithin('/dev/zero', 2 * MB)).rejects.toMatchObject({ code: 'input-too-large' });
});
