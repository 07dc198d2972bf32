import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decompressInThread } from '../../src/reading/decompress-thread.js';
import { LINES, XZ, ZSTD } from '../source/packed.js';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'perfscope-thread-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

/** What the thread makes of a file, in buffers of 10 kB that go round. */
async function read(path: string) {
  const state = { consumed: 0, problem: null };
  const free: SharedArrayBuffer[] = [];
  let made = 0;
  const supply = {
    take: () => {
      if (free.length === 0) made++;
      return Promise.resolve(free.pop() ?? new SharedArrayBuffer(10_000));
    },
  };
  let text = '';
  for await (const { buffer, length } of decompressInThread(path, 'strace', supply, state)) {
    const piece = Buffer.from(new Uint8Array(buffer, 0, length)).toString();
    expect(piece.startsWith('1700000000.')).toBe(true);
    text += piece;
    free.push(buffer);
  }
  return { text, state, made };
}

describe('decompressInThread', () => {
  it.each([
    ['zstd', ZSTD],
    ['xz', XZ],
  ])('gives the text of a %s file in pieces of whole records, in a few buffers', async (name, bytes) => {
    const path = join(dir, name);
    writeFileSync(path, bytes);
    const { text, state, made } = await read(path);
    expect(text === LINES).toBe(true);
    expect(state).toEqual({ consumed: bytes.length, problem: null });
    expect(made).toBeLessThanOrEqual(4);
  });

  it('tells where a file breaks off', async () => {
    const path = join(dir, 'cut');
    writeFileSync(path, ZSTD.subarray(0, ZSTD.length - 10));
    const { text, state } = await read(path);
    expect(LINES.startsWith(text)).toBe(true);
    expect(state.problem).toMatchObject({ kind: 'truncated', offset: ZSTD.length - 10 });
  });

  it('passes on what keeps it from reading', async () => {
    await expect(read(join(dir, 'nowhere'))).rejects.toMatchObject({ code: 'input-missing' });
  });
});
