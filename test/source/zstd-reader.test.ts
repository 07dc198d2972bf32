/** Zstandard, decoded block by block, against what was packed and against another decoder. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { decompress } from 'fzstd';
import { describe, expect, it } from 'vitest';
import { ZstdReader } from '../../src/source/zstd-reader.js';

/** What the packed bytes stand for, pushed so many at a time; null where they are damaged. */
function unpacked(packed: Uint8Array, step: number): Buffer | null {
  const parts: Buffer[] = [];
  const reader = new ZstdReader((bytes) => parts.push(Buffer.from(bytes)));
  try {
    for (let at = 0; at < packed.length; at += step) reader.push(packed.subarray(at, at + step));
  } catch (error) {
    expect(error).toBeInstanceOf(RangeError);
    return null;
  }
  return Buffer.concat(parts);
}

const zstd = (input: Uint8Array, ...args: string[]) =>
  spawnSync('zstd', ['-c', '-q', ...args], { input, maxBuffer: 2 ** 28 }).stdout;

/** Text, numbers, runs, noise: in that order blocks of all kinds. */
function mixture(seed: number, length: number): Buffer {
  const out = Buffer.alloc(length);
  let state = seed >>> 0 || 1;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0);
  for (let at = 0; at < length;) {
    const end = Math.min(length, at + (next() % 70_000) + 1);
    const kind = next() % 5;
    const word = next();
    for (; at < end; at++) {
      if (kind === 0) out[at] = 97 + ((next() >>> 13) % 17);
      else if (kind === 1) out[at] = next() >>> 24;
      else if (kind === 2) out[at] = word & 0xff;
      else if (kind === 3 && at > 5000) out[at] = out[at - 1 - (word % 5000)]! + Number(next() % 97 === 0);
      else out[at] = (at * (word % 7)) >>> (word % 5);
    }
  }
  return out;
}

const source = readFileSync(new URL('../../src/source/kernel/zstd.ts', import.meta.url));
const inputs: [string, Buffer][] = [
  ['nothing', Buffer.alloc(0)],
  ['one byte', Buffer.from('a')],
  ['a text', source],
  ['many of the same', Buffer.alloc(500_000, 7)],
  ['a mixture', mixture(1, 1_200_000)],
  ['another', mixture(99, 400_000)],
];

describe.skipIf(zstd(Buffer.from('a'))?.length === undefined)('what zstd packed', () => {
  it.each(inputs)('%s', (_, input) => {
    for (const options of [['-1'], ['-3', '--check'], ['-12'], ['-19'], ['-19', '--long=24'], ['--fast=5']])
      expect(unpacked(zstd(input, ...options), 99_991)!.equals(input)).toBe(true);
  });

  it('frames one behind the other', () => {
    const packed = Buffer.concat([zstd(source), zstd(mixture(3, 100_000)), zstd(source, '-19')]);
    expect(unpacked(packed, 1000)!.equals(Buffer.concat([source, mixture(3, 100_000), source]))).toBe(true);
  });

  it('is told where it is damaged, or gives as much as the other decoder does', () => {
    const packed = zstd(mixture(5, 60_000));
    const flips = fc.array(fc.record({ at: fc.nat(packed.length - 1), to: fc.nat(255) }), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(flips, (changes) => {
        const copy = Buffer.from(packed);
        for (const { at, to } of changes) copy[at] = to;
        const given = unpacked(copy, 5000);
        if (given === null) return;
        let other: Uint8Array;
        try {
          other = decompress(copy);
        } catch {
          return;
        }
        expect(given.length).toBeLessThan(2 ** 24);
        if (given.length === other.length) expect(given.equals(other)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});
