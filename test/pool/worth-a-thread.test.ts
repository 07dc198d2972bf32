import { describe, expect, it } from 'vitest';
import { inlinePool } from '../../src/pool/inline-pool.js';
import { SMALL_ROWS, isDoneSoonerHere } from '../../src/pool/worth-a-thread.js';

describe('isDoneSoonerHere', () => {
  it.each([
    { what: 'little work, no thread yet', rows: SMALL_ROWS - 1, threads: 0, here: true },
    { what: 'more than a thread takes to start', rows: SMALL_ROWS, threads: 0, here: false },
    { what: 'little work, but a thread that waits for some', rows: 1, threads: 1, here: false },
  ])('$what: $here', ({ rows, threads, here }) => {
    expect(isDoneSoonerHere({ ...inlinePool, threads }, rows)).toBe(here);
  });
});
