import { describe, expect, it } from 'vitest';
import { DEFAULT_PARAMETERS as parameters } from '../../src/parameters.js';
import { learnSignatures } from '../../src/signatures/learn.js';
import { traceFromText } from '../helpers/trace.js';

/** A stack that the unwinder lost in libc. */
const LOST = 'futex@/lib/libc.so.6';

/** A run of `turns`: a read of its own, and a futex after it whose stack is known in the first `known` of them. */
function run(turns: number, known: number) {
  const lines = Array.from({ length: turns }, (_, i) => [
    `1 ${i} read:tcp main>serve>fetch`,
    `1 ${i}.5 futex#wait ${i < known ? 'main>serve>park' : LOST}`,
  ]);
  return traceFromText(lines.flat().join('\n'));
}
const learned = (...runs: Parameters<typeof learnSignatures>[0]) => learnSignatures(runs, { parameters }).model;

describe('lost stacks', () => {
  it('are told by what went before, where nearly all are lost', () => {
    expect(learned(run(40, 1)).lost).toEqual([['read:tcp', 'futex#wait', 1, 39]]);
    expect(learned(run(10, 0)).lost).toEqual([['read:tcp', 'futex#wait', 0, 10]]);
  });

  it('are no matter where some are known, or there are few', () => {
    expect(learned(run(40, 5))).not.toHaveProperty('lost');
    expect(learned(run(8, 0))).not.toHaveProperty('lost');
    expect(learned(run(10, 10))).not.toHaveProperty('lost');
  });

  it('are counted over all runs', () => {
    expect(learned(run(30, 1), run(20, 1)).lost).toEqual([['read:tcp', 'futex#wait', 2, 48]]);
  });
});
