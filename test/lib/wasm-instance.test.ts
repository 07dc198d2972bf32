import { beforeEach, expect, it } from 'vitest';
import { type Frugal, instanceWithin, workWithin } from '../../src/lib/wasm-instance.js';
import { UNITS_MODULE } from '../../src/units/kernel/units-module.js';

interface Exports extends Frugal {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly WAITS: WebAssembly.Global;
  layOut(threads: number, calls: number, gapNs: number, waitNs: number, toNs: number, share: boolean): void;
}

const PAGE = 2 ** 16;

/** Leaves no memory to the next. */
function fail(): void {
  workWithin<Exports, void>(UNITS_MODULE, 1e6, (wasm) => {
    new Uint8Array(wasm.memory.buffer).fill(1);
    throw new Error('no');
  });
}

// Other files run in the same thread, and may have left a larger one.
beforeEach(() => expect(fail).toThrow('no'));

it('gives a module the memory that it is said to need, and no more', () => {
  const { memory } = instanceWithin<Exports>(UNITS_MODULE, 2_500_000);
  expect(memory.buffer.byteLength).toBe(39 * PAGE);
});

/** Writes to all that it asks for; gives the memory, and whether it began as zeros. */
function scribble(bytes: number, threads: number): { buffer: ArrayBuffer; zeros: boolean; used: number } {
  return workWithin<Exports, ReturnType<typeof scribble>>(UNITS_MODULE, bytes, (wasm) => {
    const zeros = new Uint8Array(wasm.memory.buffer).every((byte) => byte === 0);
    wasm.layOut(threads, 300, 1, 1, 1, false);
    new Uint8Array(wasm.memory.buffer, 0, wasm.used()).fill(1);
    return { buffer: wasm.memory.buffer, zeros, used: wasm.used() };
  });
}

it('gives the next module the same memory, as zeros', () => {
  const first = scribble(4e6, 10_000);
  const second = scribble(3e6, 1);
  expect(second.buffer).toBe(first.buffer);
  expect([first.zeros, second.zeros]).toEqual([true, true]);
  expect(second.used).toBeLessThan(first.used);
  expect(new Uint8Array(second.buffer).every((byte) => byte === 0)).toBe(true);
});

it('gives other memory to who needs more, to who works meanwhile, and after an error', () => {
  const first = scribble(4e6, 1);
  const larger = scribble(5e6, 1);
  expect(larger.buffer).not.toBe(first.buffer);
  workWithin<Exports, void>(UNITS_MODULE, 1e6, ({ memory }) => {
    expect(memory.buffer).toBe(larger.buffer);
    expect(scribble(1e6, 1).buffer).not.toBe(larger.buffer);
  });
  expect(fail).toThrow('no');
  expect(scribble(1e6, 1).zeros).toBe(true);
});

it('keeps no large memory', () => {
  const large = scribble(9e6, 1);
  expect(scribble(1e6, 1).buffer).not.toBe(large.buffer);
});
