import { expect, it } from 'vitest';
import { forIncidents, keptOf, requireRoom, startHeapMb } from '../../src/batch/memory.js';
import type { PerfscopeError } from '../../src/errors.js';

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

it('refuses more incidents than can be kept, with what to do, before it begins', () => {
  expect(() => requireRoom(100_000, GB)).not.toThrow();
  expect(() => requireRoom(1000, 200 * 2 ** 20)).not.toThrow();
  let advice = '';
  try {
    requireRoom(100_000, 300 * 2 ** 20);
  } catch (error) {
    advice = (error as PerfscopeError).advice;
  }
  const enough = Number(/--max-memory (\d+)M/.exec(advice)?.[1]) * 2 ** 20;
  expect(() => requireRoom(100_000, enough)).not.toThrow();
});

it('leaves what is kept of all incidents out of the room for those under way', () => {
  expect(forIncidents(GB, keptOf(100_000))).toBe(forIncidents(GB) - keptOf(100_000));
  expect(forIncidents(GB, 2 * GB)).toBeGreaterThan(0);
});
