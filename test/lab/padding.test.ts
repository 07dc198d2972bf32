/** What counts as the padding of a function, in the bytes that compilers write. */
import { describe, expect, it } from 'vitest';
import { isPadding } from '../../scripts/lab/target/program.js';

const bytes = (text: string) => Uint8Array.from(text.split(' '), (byte) => parseInt(byte, 16));

describe('padding', () => {
  it.each([
    ['one byte each (gcc)', '90 90 90 90'],
    ['one of fifteen bytes (llvm)', '66 66 66 66 66 2e 66 0f 1f 84 00 00 02 00 00 90'],
    ['of ten and six bytes', '66 2e 0f 1f 84 00 00 02 00 00 66 0f 1f 44 00 00'],
    ['of seven, five and four bytes', '0f 1f 80 00 00 00 00 0f 1f 44 00 00 0f 1f 40 00'],
    ['of three and two bytes', '0f 1f 00 66 90'],
  ])('%s', (_, text) => {
    expect(isPadding(bytes(text))).toBe(true);
  });

  it.each([
    ['a function that begins with its work', '55 48 89 e5'],
    ['padding that is shorter', '66 90 55 48'],
    ['one that reaches into the body', '0f 1f 84 00 00 02'],
    ['endbr64, as of a program with -fcf-protection', 'f3 0f 1e fa'],
    ['prefixes alone', '66 66 66 66'],
  ])('not %s', (_, text) => {
    expect(isPadding(bytes(text))).toBe(false);
  });
});
