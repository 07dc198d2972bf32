import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteInterner, IntMap, LineScanner, hashBytes, plainBytes, sixDigits } from '../../src/lib/bytes.js';
import { KnownBytes } from '../../src/lib/known-bytes.js';

const bytesOf = (text: string) => new TextEncoder().encode(text);
/** The bytes somewhere inside a larger buffer: the words of a view need not be aligned. */
function shifted(bytes: Uint8Array, by: number): Uint8Array {
  const whole = new Uint8Array(bytes.length + by + 3).fill(10);
  whole.set(bytes, by);
  return whole.subarray(by, by + bytes.length);
}

describe('LineScanner', () => {
  it('finds the line feed that a loop finds, wherever the bytes lie', () => {
    const byte = fc.oneof(
      { weight: 1, arbitrary: fc.constant(10) },
      { weight: 6, arbitrary: fc.integer({ min: 0, max: 255 }) },
    );
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 60 }), fc.integer({ min: 0, max: 5 }), (values, by) => {
        const bytes = shifted(Uint8Array.from([...values, 10]), by);
        const scanner = new LineScanner(bytes);
        for (let from = 0; from < bytes.length; from++) expect(scanner.lineEnd(from)).toBe(bytes.indexOf(10, from));
      }),
    );
  });
});

describe('sixDigits', () => {
  it('reads six digits and nothing else', () => {
    const near = fc.constantFrom(...'0123456789', '/', ':', ' ', '.', '\u007f', '\u00ff', '\u0000');
    fc.assert(
      fc.property(fc.array(near, { minLength: 6, maxLength: 6 }), fc.integer({ min: 0, max: 3 }), (chars, at) => {
        const text = chars.join('');
        const view = new DataView(Uint8Array.from([...'x'.repeat(at), ...chars, 'y'], (c) => c.charCodeAt(0)).buffer);
        expect(sixDigits(view, at)).toBe(/^\d{6}$/.test(text) ? Number(text) : -1);
      }),
      { numRuns: 2000 },
    );
    expect(
      [...Array(1000).keys()].map((n) => sixDigits(new DataView(bytesOf(String(n * 1001).padStart(6, '0')).buffer), 0)),
    ).toEqual([...Array(1000).keys()].map((n) => n * 1001));
  });
});

describe('ByteInterner', () => {
  it('numbers strings in order of first sight, many of them', () => {
    const interner = new ByteInterner();
    const names = Array.from({ length: 3000 }, (_, i) => `name${(i * 7919) % 1500}`);
    const expected = new Map<string, number>();
    for (const name of names) {
      if (!expected.has(name)) expected.set(name, expected.size);
      const bytes = bytesOf(`<${name}>`);
      expect(interner.intern(bytes, 1, bytes.length - 1, hashBytes(bytes, 1, bytes.length - 1))).toBe(
        expected.get(name),
      );
    }
    expect(interner.strings).toEqual([...expected.keys()]);
    expect(interner.internString('name0')).toBe(0);
  });

  it('tells strings apart whose hashes are equal', () => {
    const interner = new ByteInterner();
    const bytes = bytesOf('abcd');
    expect([interner.intern(bytes, 0, 2, 7), interner.intern(bytes, 2, 4, 7), interner.intern(bytes, 0, 3, 7)]).toEqual(
      [0, 1, 2],
    );
  });
});

describe('IntMap', () => {
  it('is a Map of numbers that can forget', () => {
    const entry = fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: -1, max: 50 }));
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 300 }), (entries) => {
        const map = new IntMap();
        const model = new Map<number, number>();
        for (const [key, value] of entries) {
          map.set(key, value);
          model.set(key, value);
        }
        for (let key = 0; key <= 400; key++) expect(map.get(key)).toBe(model.get(key) ?? -1);
        map.clear();
        expect(map.get(entries[0]?.[0] ?? 0)).toBe(-1);
      }),
    );
  });
});

describe('KnownBytes', () => {
  it('compares as equal only what is equal', () => {
    const word = fc.array(fc.constantFrom(97, 98), { minLength: 4, maxLength: 15 });
    fc.assert(
      fc.property(word, word, fc.integer({ min: 0, max: 3 }), (known, other, at) => {
        const bytes = Uint8Array.from([...Array(at).fill(0), ...known]);
        const knownBytes = new KnownBytes();
        const id = knownBytes.add(new DataView(bytes.buffer), at, bytes.length);
        expect(knownBytes.length(id)).toBe(known.length);
        const text = new DataView(Uint8Array.from([...other, ...Array(20).fill(0)]).buffer);
        const equal = known.every((byte, i) => byte === other[i]);
        expect(knownBytes.same(text, id, 0)).toBe(equal);
      }),
      { numRuns: 2000 },
    );
  });
});

it('takes a Buffer as plain bytes without a copy', () => {
  const buffer = Buffer.from('abc');
  const plain = plainBytes(buffer);
  expect(plain.constructor).toBe(Uint8Array);
  expect([plain.buffer, plain.byteOffset, plain.length]).toEqual([buffer.buffer, buffer.byteOffset, 3]);
  expect(plainBytes(plain)).toBe(plain);
});
