import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cutOf, fileRanges, fillBuffers } from '../../src/reading/cuts.js';
import type { TraceFormat } from '../../src/formats/format.js';

/** A toy format: a record is a line that does not begin with a blank, and the lines below it that do. */
const toy = {
  id: 'toy',
  lastRecordStart(bytes: Uint8Array): number {
    for (let i = bytes.length - 2; i >= 0; i--) if (bytes[i] === 10 && bytes[i + 1] !== 32) return i + 1;
    return 0;
  },
} as unknown as TraceFormat;

/** Records of very different lengths, some larger than several chunks. */
const text = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 3 }), fc.constantFrom(1, 1, 1, 30)), {
    maxLength: 60,
  })
  .map((records) =>
    records.map(([n, more, factor], i) => `${i}${'x'.repeat(n * factor)}\n${' y\n'.repeat(more)}`).join(''),
  );

/** Cuts are right when the pieces make up the text and each begins where a record does. */
function expectWholeRecords(pieces: string[], whole: string): void {
  expect(pieces.join('')).toBe(whole);
  for (const piece of pieces) expect(piece).toMatch(/^\d/);
}

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'perfscope-cuts-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

describe('fileRanges', () => {
  it('cuts a file into whole records', async () => {
    const path = join(dir, 'toy');
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 16, max: 500 }), async (whole, chunkBytes) => {
        writeFileSync(path, whole);
        const handle = await open(path);
        const pieces: string[] = [];
        for await (const { offset, length } of fileRanges(handle, whole.length, toy, chunkBytes)) {
          pieces.push(whole.slice(offset, offset + length));
        }
        await handle.close();
        expectWholeRecords(pieces, whole);
      }),
      { numRuns: 200 },
    );
  });

  it('keeps to the size asked for where records are small', async () => {
    const path = join(dir, 'lines');
    const whole = 'a line\n'.repeat(1000);
    writeFileSync(path, whole);
    const handle = await open(path);
    const lengths: number[] = [];
    for await (const { length } of fileRanges(handle, whole.length, toy, 1000)) lengths.push(length);
    await handle.close();
    expect(lengths.every((n) => n <= 1250 && n > 980)).toBe(true);
  });
});

/** A hole in a file, or the text of a decompression bomb, between records. */
const holed = fc.tuple(text, fc.integer({ min: 0, max: 5000 }), text).map(([a, n, b]) => `${a}0${'z'.repeat(n)}\n${b}`);

const LARGEST = 1000;

it('what has no end for too long is cut anywhere, and after it all is as before', async () => {
  const path = join(dir, 'holed');
  await fc.assert(
    fc.asyncProperty(holed, fc.integer({ min: 16, max: 500 }), async (whole, chunkBytes) => {
      writeFileSync(path, whole);
      const handle = await open(path);
      const ranges: string[] = [];
      for await (const { offset, length } of fileRanges(handle, whole.length, toy, chunkBytes, LARGEST))
        ranges.push(whole.slice(offset, offset + length));
      await handle.close();
      async function* blocks() {
        yield Buffer.from(whole);
      }
      const filled: string[] = [];
      const supply = { take: async () => new SharedArrayBuffer(chunkBytes) };
      for await (const { buffer, length } of fillBuffers(blocks(), toy, supply, LARGEST))
        filled.push(Buffer.from(new Uint8Array(buffer, 0, length)).toString());
      for (const pieces of [ranges, filled]) {
        expect(pieces.join('')).toBe(whole);
        expect(Math.max(...pieces.map((p) => p.length))).toBeLessThanOrEqual(1.25 * LARGEST);
        // A piece begins within a record only where the piece before has none that ends.
        pieces.forEach((p, k) => /^\d/.test(p) || expect(toy.lastRecordStart(Buffer.from(pieces[k - 1]!))).toBe(0));
      }
    }),
    { numRuns: 200 },
  );
});

describe('fillBuffers', () => {
  it('packs blocks of any size into buffers of whole records', async () => {
    await fc.assert(
      fc.asyncProperty(
        text,
        fc.integer({ min: 16, max: 500 }),
        fc.integer({ min: 1, max: 700 }),
        async (whole, chunkBytes, blockSize) => {
          const bytes = Buffer.from(whole);
          async function* blocks() {
            for (let i = 0; i < bytes.length; i += blockSize) yield bytes.subarray(i, i + blockSize);
          }
          const pieces: string[] = [];
          // Buffers go round: what a piece holds must be taken out before its buffer is given back.
          const free: SharedArrayBuffer[] = [];
          const supply = { take: async () => free.pop() ?? new SharedArrayBuffer(chunkBytes) };
          for await (const { buffer, length } of fillBuffers(blocks(), toy, supply)) {
            pieces.push(Buffer.from(new Uint8Array(buffer, 0, length)).toString());
            new Uint8Array(buffer).fill(0);
            if (buffer.byteLength === chunkBytes) free.push(buffer);
          }
          expectWholeRecords(pieces, whole);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('cutOf', () => {
  it('finds a boundary far before the end', () => {
    const bytes = Buffer.from(`first\nsecond${'z'.repeat(700_000)}\n`);
    expect(cutOf(bytes, toy)).toBe(6);
  });

  it('gives 0 when there is none', () => {
    expect(cutOf(Buffer.from('z'.repeat(200_000)), toy)).toBe(0);
  });
});
