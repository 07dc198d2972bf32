import { expect, it } from 'vitest';
import { startHeapMb } from '../../src/batch/memory.js';

const GB = 2 ** 30;

it('lets threads that go on keep garbage, but only a small part of what they may have', () => {
  expect(startHeapMb(64 * GB, 2)).toBe(128);
  for (const jobs of [1, 2, 8]) {
    const together = startHeapMb(GB, jobs) * jobs;
    expect(together).toBeGreaterThan(0);
    expect(together).toBeLessThanOrEqual(1024 / 6);
  }
  // The least that --max-memory may be.
  expect(startHeapMb(160 * 2 ** 20, 1)).toBeLessThanOrEqual(5);
});
