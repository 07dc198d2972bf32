import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { WORTH_HUGE_PAGES, inHugePages } from '../../src/trace/huge-pages.js';

const read = (path: string) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};
const asked = read('/sys/kernel/mm/transparent_hugepage/enabled').includes('[madvise]');
/** koffi is an optional dependency. */
const there = () => {
  try {
    createRequire(import.meta.url).resolve('koffi');
    return true;
  } catch {
    return false;
  }
};
const hugeKb = () => Number(/AnonHugePages:\s+(\d+)/.exec(read('/proc/self/smaps_rollup'))?.[1] ?? 0);

it('gives back the array itself, empty and fit for use, whatever its size', () => {
  for (const bytes of [0, 8, WORTH_HUGE_PAGES, WORTH_HUGE_PAGES + 4096]) {
    const array = new Uint8Array(bytes);
    expect(inHugePages(array)).toBe(array);
    array.fill(7);
    expect(array.every((byte) => byte === 7)).toBe(true);
  }
});

it.skipIf(!asked || !there())(
  'asks the kernel (skipped without koffi, or where the kernel gives no huge pages to those that ask)',
  () => {
    const before = hugeKb();
    const array = inHugePages(new Int32Array(16 * WORTH_HUGE_PAGES)).fill(1);
    expect(hugeKb() - before).toBeGreaterThan(array.byteLength / 1024 / 2);
  },
);
