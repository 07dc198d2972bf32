/** Damaged recordings: whatever is cut off or flipped, reading ends, tells what was lost, and holds no more than the file could. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { damage, damaged, folder } from './damaged-perf-data.js';
import { readPerfData, sharedFacts } from './read-perf-data.js';

describe('damaged perf.data', () => {
  it('never fails, and never gives more calls than the file has room for', async () => {
    await fc.assert(
      fc.asyncProperty(damage, fc.constantFrom(64, 1000, 65536), async (given, blockBytes) => {
        const read = await readPerfData(damaged(given), { blockBytes, pieceBytes: 4096 });
        if (read === null) return;
        expect(read.trace.length).toBeLessThan(2000);
        expect(read.trace.endNs).toBeLessThan(1e18);
      }),
      { numRuns: 300 },
    );
  });

  const plain = gunzipSync(readFileSync(new URL('plain.data.gz', folder)));
  const begin = Number(plain.readBigUInt64LE(40));
  const end = begin + Number(plain.readBigUInt64LE(48));
  const whole = readPerfData(plain);
  /** Where samples of the recording begin, and all its records. */
  const samples: number[] = [];
  for (let at = begin; at < end; at += plain.readUInt16LE(at + 6)) if (plain.readUInt32LE(at) === 9) samples.push(at);

  it('tells a cut, and keeps what stands before it', async () => {
    const calls = (await whole)!.trace.length;
    const last = { rows: 0 };
    for (let at = begin; at < end; at += 97) {
      const read = (await readPerfData(plain.subarray(0, at)))!;
      const told = read.messages.map(({ args }) => String(args['what']));
      expect(told).toContain('the end is missing');
      expect(read.trace.length).toBeGreaterThanOrEqual(last.rows);
      last.rows = read.trace.length;
    }
    expect(last.rows).toBeGreaterThan(calls - 4);
  });

  it.each([
    ['a size of nothing', 6, [0, 0]],
    ['a size that is huge', 6, [0xf8, 0xff]],
    ['a size that ends in the middle of the next', 6, [0x68, 0]],
    ['no type that there is', 0, [0xff, 0xff]],
    ['an id of no event', 32, [0xff, 0xff]],
    ['a time of another century', 24, [1, 2, 3, 4, 5, 6, 7, 8]],
    ['raw data beyond its end', 56, [0xff, 0xff, 0xff, 0x7f]],
  ])('a sample with %s costs few calls, and is told with its place', async (_, offset, bytes) => {
    const calls = (await whole)!.trace.length;
    const at = samples[samples.length >> 1]!;
    const copy = Buffer.from(plain);
    copy.set(bytes, at + offset);
    const { trace, messages } = (await readPerfData(copy))!;
    expect(messages.length).toBeGreaterThan(0);
    expect(messages[0]!.code).toBe('perf-data-damaged');
    expect(messages[0]!.args['offset']).toBeGreaterThanOrEqual(at);
    expect(messages[0]!.args['offset']).toBeLessThan(at + 0x70);
    expect(trace.skipped.lines).toBeGreaterThan(0);
    expect(trace.length).toBeGreaterThan(calls - 4);
  });

  it('knows events by their size where perf could not describe them', async () => {
    const copy = Buffer.from(plain.subarray(0, end));
    copy.writeBigUInt64LE(0n, 48);
    const { trace } = (await readPerfData(copy))!;
    expect(sharedFacts(trace)).toEqual(sharedFacts((await whole)!.trace));
  });

  it('does not unpack what swells without end', async () => {
    const frame = Buffer.concat([
      Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58]),
      ...Array<Buffer>(16_000).fill(Buffer.from([0x02, 0x00, 0x10, 0])),
    ]);
    const packed = gunzipSync(readFileSync(new URL('packed.data.gz', folder)));
    const from = Number(packed.readBigUInt64LE(40));
    const record = Buffer.alloc(8);
    record.writeUInt32LE(81, 0);
    record.writeUInt16LE(8 + frame.length, 6);
    const bomb = Buffer.concat([packed.subarray(0, from), record, frame]);
    bomb.writeBigUInt64LE(0n, 48);
    const { messages } = (await readPerfData(bomb))!;
    expect(messages.map(({ args }) => args['what'])).toContainEqual(
      expect.stringMatching(/cannot be unpacked: it swells/),
    );
  });
});
