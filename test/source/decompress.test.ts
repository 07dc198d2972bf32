import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DecompressionState, decompress } from '../../src/source/decompress.js';
import { compressionOf, containerOf, foreignKind } from '../../src/source/magic.js';

/** The text that the two constants below hold, as `zstd -19` and `xz -9` packed it. */
const LINES = Array.from(
  { length: 4000 },
  (_, i) => `1700000000.${String(i % 50).padStart(6, '0')} read(3<TCP:[1]>, ""..., 16384) = ${i % 7} <0.000012>\n`,
).join('');
const ZSTD = Buffer.from(
  'KLUv/aQA6AMABBMAFjBeGGBNkjEwQI0DCpQO6iC7IiJC+jpEVTBBiGUAUQBSAGr4WY3CYUMiv92Sm5Qkw4dFT69idjlNB44JPX7NjloYDRkXfs2OWvQsHjoodjk9vYpRNmhE/HZLblIAIJiSJCEGCikcKAzo4FUgkJCQECBAgQCCBmJQQEGCBQYo4IEDCBEKSYhQu5yeXsVk0Ij47ZbcpKSDRwU/q+FnNRw2JPLbLblJ2fBh0dOruMtROnBM6PFrdtSSaMi48Gt21KKn8dBBscvp6VUMs0Ej4rdbcpOS5YNHBT8HFbPLycAxocev2VHpkHHh1+yoRQ+HDopdTk+vYjZoRPx2S25SosGjgp/V8LOaDBsS+e2W3KR0+LDo6VXMLocDx8Tj1+yoZUPGhV+zoxY9GjooAh88KvhZDT+r6bAhkd9uyU0Khw+Lnl7F7HI2cEzo8Wt21KIh48KvO2rRk6GDYpfT06uYDhoRv92Sm5Rw8KjgZzX8rGbDhkR+uyU3KRo+LHp6AYK6qFLAd/1/A5K3xsYaEkgQQBAYQSBB8DMI8AXX99jvfaiDV4uBJ3ku7E9Zb6oILqRPPCz1kdaXxfCK8Zsa7p2CR54DU4uTm0oRfFIyewy1qEudF+GnthvFUAvRM09D2grB/EkZXDXW8ljq4ZTPlMHF5SWFoZ4knF8RXPQmyxn6KV9qOuG7rzhOlcEMZwqOoUlEOlMZzlGXQlmK4BLPlMHM5SWkcojkjlmvm7Yw1/ayxMy63tTCvNaXJTLX9aYW5rW+LJHZrju1MLf1ZonMet2qhbmul0tk1usmmttpMFw+4J/GDwFVAAAAAQD954O1uQYC3IysJg==',
  'base64',
);
const XZ = Buffer.from(
  '/Td6WFoAAATm1rRGAgAhARwAAAAQz1jM4+f/AihdABiNwl0H9cjvouODMLu+tc5hy2b5ygbfqieAvzl3Z63xJsPfziuSbD9fjC+B0J2N1kOYVz7LRnQXSNk9L6hBqkbwbSr1GxTlgyLfhiz8bjt5nLg/hr0S6Hyc1H6Q/ohlNfjkIa1bCNrnR44SA9K8wyaT4pArchEsmYh68hG0GzrF/H5y20aY0/wvZeesszz6nBcqxUvjjTo9R/D8VbbKyy7kynnr50to74L4SHRxTdU2d2XQVP9dgkFu4Glaq4oVTM7QDhYijSwzdE4sdCtvL/ILlEHhA1fED38RKfqYXRGBpB7Z3ENQZZiLhGhvCxMe5NBJGvu9IKrDxMMRnC7BXnifVun5PmDjMhJ/PhIhxdI6fTeeV1FAbxLxrhA29CUXaXLiTpN8cae3ve6ErtYtYouAWbmdtUYU4CaBHAZ6uRxSCbyw4GeBGB+TCuxZgnZeD0YtMIBZVZjRfS/zzVC2nKaZC/W8W+n1NTGNgew2cvUSDuxhTXLBnTMp6aZZDMxHdw0Q/0kfAFJRRtuixsF/POwlV/DBiIKTdjeLzCM1VfquTG7CtW0RaEvs2/aFQFrXV2s1gAw+1l9HeqIx3adAQwiEv8reqs8/9Y4Rd9FIAX6RNKbxkBhXrPEhh8K1HSIysTRgi1vyO5lCGNvxCcA29evpu1OK1L1Z+tdRC6UGhG0Uskg4y7LNZzOI2VL7UNGZtcg2xOWO3N7XvHomRcSIBH3VevLcxgngAABgVrwN4bdKowABxASA0A8Ae7HkW7HEZ/sCAAAAAARZWg==',
  'base64',
);

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

  it('a gzip stream with a flipped byte is damaged, not truncated', async () => {
    const bytes = gzipSync(LINES, { level: 0 });
    bytes[bytes.length - 8]! ^= 1; // the checksum
    expect((await unpack(bytes)).state.problem?.kind).toBe('damaged');
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
    ['PERFILE2........', 'a binary perf.data file'],
    ['BZh91AY&SY', 'compressed with bzip2'],
    ['\x7fELF\x02\x01', 'an ELF program or library'],
    ['PK\x03\x04..', 'a zip archive'],
    ['abc\0def', 'binary data'],
  ])('%j is %s', (text, what) => {
    const found = foreignKind(Buffer.from(text, 'latin1'));
    expect(found?.what).toBe(what);
    expect(found?.advice).not.toBe('');
  });

  it('has nothing against text', () => {
    expect(foreignKind(Buffer.from(LINES))).toBeNull();
    expect(containerOf(Buffer.from(LINES))).toBeNull();
  });

  it('knows tar by its header', () => {
    const header = Buffer.alloc(512);
    header.write('incident.strace', 0);
    header.write('ustar\0', 257);
    expect(containerOf(header)).toBe('tar');
  });
});
