import { expect, it } from 'vitest';
import { KeptBuffers } from '../../src/reading/kept-buffers.js';

const MB = 2 ** 20;

it('gives a buffer again to one who needs no more, and to one at a time', () => {
  const buffers = new KeptBuffers();
  const first = buffers.take(MB, 8 * MB);
  expect(first.byteLength).toBe(MB);
  buffers.give(first);
  expect(buffers.take(MB + 1, 8 * MB)).not.toBe(first);
  expect(buffers.take(1000, MB - 1)).not.toBe(first);
  expect(buffers.take(1000, MB)).toBe(first);
  expect(buffers.take(1000, MB)).not.toBe(first);
});

it('keeps the larger one, and none that is very large', () => {
  const buffers = new KeptBuffers();
  const [small, large, huge] = [1000, MB, 9 * MB].map((bytes) => new SharedArrayBuffer(bytes));
  for (const buffer of [large!, small!, huge!]) buffers.give(buffer);
  expect(buffers.take(500, 16 * MB)).toBe(large);
});
