import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DecompressionState, decompress } from '../../src/source/decompress.js';
import { compressionOf, containerOf, foreignKind } from '../../src/source/magic.js';
import { ZstdFrames } from '../../src/source/zstd-frames.js';
import { LINES, XZ, ZSTD } from './packed.js';

async function* inBlocks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
}

async function unpack(bytes: Uint8Array, blockSize = 1000) {
  const state: DecompressionState = { consumed: 0, problem: null };
  const out: Uint8Array[] = [];
  for await (const block of decompress(compressionOf(bytes), inBlocks(bytes, blockSize), state))
    out.push(block.slice());
  return { text: Buffer.concat(out).toString('latin1'), state };
}

/** A frame of zstd whose window is written so, with so many blocks of 128 KB of one letter (RFC 8878, 3.1.1). */
function frame(window: number, blocks: number): Buffer {
  const each = Array.from({ length: blocks }, (_, k) => {
    const header = ((2 ** 17) << 3) | (1 << 1) | Number(k === blocks - 1);
    return [header & 255, (header >> 8) & 255, header >> 16, 97];
  });
  return Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, window, ...each.flat()]);
}

describe('decompress', () => {
  it.each([
    ['none', Buffer.from(LINES)],
    ['gzip', gzipSync(LINES)],
    ['zstd', ZSTD],
    ['xz', XZ],
  ])('%s gives back the text whatever the size of the blocks', async (kind, bytes) => {
    expect(compressionOf(bytes)).toBe(kind);
    for (const blockSize of [1, 7, 100, 1 << 20]) {
      if (bytes.length / blockSize > 5000) continue;
      const { text, state } = await unpack(bytes, blockSize);
      expect(text === LINES).toBe(true);
      expect(state).toEqual({ consumed: bytes.length, problem: null });
    }
  });

  it.each([
    ['gzip', gzipSync('one\n'), gzipSync('two\n')],
    ['zstd', ZSTD, ZSTD],
    ['xz', XZ, XZ],
  ])('%s: several members one after another are one text', async (_, first, second) => {
    const parts = await Promise.all([unpack(first), unpack(second)]);
    for (const blockSize of [first.length, 50]) {
      const { text, state } = await unpack(Buffer.concat([first, second]), blockSize);
      expect(text === parts[0]!.text + parts[1]!.text).toBe(true);
      expect(state.problem).toBeNull();
    }
  });

  it('gzip: garbage behind the last member costs nothing of what was decoded before', async () => {
    const member = gzipSync('one\n');
    const { text, state } = await unpack(Buffer.concat([member, Buffer.from('garbage')]), member.length);
    expect(text).toBe('one\n');
    expect(state.problem?.kind).toBe('damaged');
    // Tapes pad with zeros, and nobody calls that damage.
    expect((await unpack(Buffer.concat([member, Buffer.alloc(100)]))).state.problem).toBeNull();
  });

  it('gzip cut anywhere gives every byte that a stored block holds before the cut', async () => {
    // Stored blocks (level 0): after 10 bytes of header and 5 of block header, byte n of the text is byte n + 15.
    const text = LINES.slice(0, 3000);
    const whole = gzipSync(text, { level: 0 });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 15, max: whole.length - 1 }),
        fc.integer({ min: 1, max: 4000 }),
        async (cut, size) => {
          const got = await unpack(whole.subarray(0, cut), size);
          expect(got.text).toBe(text.slice(0, cut - 15));
          expect(got.state.problem).toMatchObject({ kind: 'truncated', offset: cut });
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each([
    ['zstd', ZSTD, 10],
    ['xz', XZ, 45],
  ])('%s cut before its end gives a beginning of the text and says that it was cut', async (_, bytes, missing) => {
    const { text, state } = await unpack(bytes.subarray(0, bytes.length - missing));
    expect(text.length).toBeGreaterThan(65_536);
    expect(LINES.startsWith(text)).toBe(true);
    expect(state.problem).toMatchObject({ kind: 'truncated', offset: bytes.length - missing });
  });

  const DICTIONARY = Buffer.from(
    '/Td6WFoAAATm1rRGAgAhAR0AAAB1qOR0AQAMY2xvc2UoMykgPSAwCgAAAAAVS79+yVm9ZwABJQ1xGcS2H7bzfQEAAAAABFla',
    'base64',
  );

  it.each([
    ['xz: a dictionary of 96 MB', DICTIONARY, /dictionary is larger than 64 MB/],
    ['zstd: a window of 2 GB', frame(21 << 3, 0), /asks for 2048 MB of memory/],
    ['zstd: a window of 4 TB', frame((31 << 3) | 7, 0), /asks for 3932160 MB of memory/],
    ['zstd: the window of a later frame', Buffer.concat([ZSTD, frame(18 << 3, 0)]), /asks for 256 MB of memory/],
  ])('%s is refused with what to do', async (_, bytes, reason) => {
    for (const blockSize of [1, 1000]) {
      const { state, text } = await unpack(bytes, blockSize);
      expect(state.problem?.reason).toMatch(reason);
      expect(state.problem?.reason).toMatch(/decompress it with/);
      expect(LINES.startsWith(text)).toBe(true);
    }
  });

  it('zstd: four bytes that stand for 128 KB are decoded a few at a time', async () => {
    const skippable = Buffer.from([0x5e, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
    const bomb = Buffer.concat([frame(9 << 3, 1000), skippable, ZSTD, frame(9 << 3, 100), ZSTD]);
    for (const blockSize of [1, 50, 1000, bomb.length]) {
      const frames = new ZstdFrames();
      const pieces: Uint8Array[] = [];
      for await (const block of inBlocks(bomb, blockSize)) pieces.push(...frames.pieces(block));
      expect(Buffer.concat(pieces).equals(bomb)).toBe(true);
      expect(Math.max(...pieces.map((p) => p.length))).toBeLessThan(ZSTD.length + 200);
    }
    const { text, state } = await unpack(Buffer.concat([frame(9 << 3, 40), skippable, ZSTD]));
    expect(text === 'a'.repeat(40 * 2 ** 17) + LINES).toBe(true);
    expect(state.problem).toBeNull();
  });

  it('a gzip stream with a flipped byte is damaged, not truncated', async () => {
    const bytes = gzipSync(LINES, { level: 0 });
    bytes[bytes.length - 8]! ^= 1; // the checksum
    expect((await unpack(bytes)).state.problem?.kind).toBe('damaged');
  });

  it.each([
    ['gzip', gzipSync(LINES)],
    ['zstd', ZSTD],
    ['xz', XZ],
  ] as const)('%s: several streams are read side by side, in any order', async (kind, bytes) => {
    const open = () => decompress(kind, inBlocks(bytes, 100), { consumed: 0, problem: null });
    const streams = [open(), open(), open()];
    const texts = ['', '', ''];
    const rest = async (k: number) => {
      for await (const block of streams[k]!) texts[k] += Buffer.from(block).toString('latin1');
    };
    for (const k of [0, 1, 2, 0, 1]) texts[k] += Buffer.from((await streams[k]!.next()).value!).toString('latin1');
    await rest(2);
    await streams[0]!.return(undefined);
    await rest(1);
    expect(texts[1] === LINES && texts[2] === LINES).toBe(true);
    expect(LINES.startsWith(texts[0]!)).toBe(true);
  });

  it('a consumer that stops early ends the input too', async () => {
    let ended = false;
    async function* input() {
      try {
        yield* inBlocks(gzipSync(LINES), 10);
      } finally {
        ended = true;
      }
    }
    const blocks = decompress('gzip', input(), { consumed: 0, problem: null });
    await blocks.next();
    await blocks.return(undefined);
    expect(ended).toBe(true);
  });
});

describe('foreignKind', () => {
  it.each([
    ['BZh91AY&SY', 'compressed with bzip2'],
    ['\x7fELF\x02\x01', 'an ELF program or library'],
    ['PK\x03\x04..', 'a zip archive'],
    ['Rar!\x1a\x07\x01\0', 'a RAR archive'],
    ['\x1f\x8b\x08\0', 'compressed twice'],
    ['%PDF-1.7\n', 'a PDF document'],
    ['\x89PNG\r\n\x1a\n', 'a picture'],
    ['\n\r\r\n\0\0\0\x1cM<+\x1a', 'a capture of packets'],
    ['\x17\x08Dtracing6\0', 'a trace.dat of trace-cmd'],
    ['abc\0def', 'binary data'],
  ])('%j is %s', (text, what) => {
    const found = foreignKind(Buffer.from(text, 'latin1'));
    expect(found?.what).toBe(what);
    expect(found?.advice).not.toBe('');
  });

  it('has nothing against text', () => {
    expect(foreignKind(Buffer.from(LINES))).toBeNull();
    expect(foreignKind(Buffer.from(`\n\r\r\n${LINES}`))).toBeNull();
    expect(containerOf(Buffer.from(LINES))).toBeNull();
  });

  it('knows tar by its header', () => {
    const header = Buffer.alloc(512);
    header.write('incident.strace', 0);
    header.write('ustar\0', 257);
    expect(containerOf(header)).toBe('tar');
  });
});
