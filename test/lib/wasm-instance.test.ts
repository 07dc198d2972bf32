import { expect, it } from 'vitest';
import { instanceWithin } from '../../src/lib/wasm-instance.js';
import { UNITS_MODULE } from '../../src/units/kernel/units-module.js';

it('gives a module the memory that it is said to need, and no more', () => {
  const { memory } = instanceWithin<{ readonly memory: { readonly buffer: ArrayBuffer } }>(UNITS_MODULE, 2_500_000);
  expect(memory.buffer.byteLength).toBe(39 * 2 ** 16);
});
