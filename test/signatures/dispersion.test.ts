import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contextsOf } from '../../src/context/contexts.js';
import { Dispersion } from '../../src/signatures/dispersion.js';
import { traceFromText } from '../helpers/trace.js';

/** Dispersion of runs, each the times (s) of calls by name. */
function dispersion(...runs: readonly (readonly (readonly [at: number, call: string])[])[]) {
  const sums = new Dispersion();
  for (const run of runs) {
    const lines = [...run].sort((a, b) => a[0] - b[0]).map(([at, call]) => `1 ${at.toFixed(6)} ${call}`);
    const trace = traceFromText(lines.join('\n'));
    sums.add(trace, contextsOf(trace));
  }
  return sums.finish();
}
const every = (seconds: number, call: string, from = 0, to = 60): [number, string][] =>
  Array.from({ length: Math.round((to - from) / seconds) }, (_, i) => [from + i * seconds, call]);

describe('dispersion of the mix of calls', () => {
  it('is next to nothing where the same is done all the time', () => {
    expect(dispersion(every(0.1, 'read'))).toBeLessThan(0.05);
  });

  it('is much where something is done in bursts', () => {
    const burst = every(0.02, 'pwrite64', 20, 24);
    expect(dispersion([...every(0.1, 'read'), ...burst])).toBeGreaterThan(5);
  });

  it('does not mind the load: what is done alike, more or less often', () => {
    const pairs = (seconds: number, from: number, to: number) =>
      every(seconds, 'x', from, to).flatMap(([at]): [number, string][] => [
        [at, 'read'],
        [at + seconds / 2, 'write'],
      ]);
    expect(dispersion([...pairs(0.2, 0, 30), ...pairs(0.02, 30, 60)])).toBeLessThan(0.1);
  });

  it('is about one where chance alone decides', () => {
    const numbers = fc.array(fc.integer({ min: 0, max: 59_999 }), { minLength: 1500, maxLength: 2000 });
    const property = fc.property(numbers, (at) => {
      const value = dispersion(at.map((ms): [number, string] => [ms / 1000, ms % 3 === 0 ? 'read' : 'write']))!;
      return value > 0.3 && value < 2.5;
    });
    // Uniform numbers, as they are without a bias for small ones.
    fc.assert(property, { numRuns: 10, seed: 7, unbiased: true });
  });

  it('is of all runs together, and of none where there were too few calls', () => {
    const [steady, bursts] = [every(0.1, 'read'), [...every(0.1, 'read'), ...every(0.02, 'pwrite64', 20, 24)]];
    const both = dispersion(steady, bursts)!;
    expect(both).toBeGreaterThan(dispersion(steady)!);
    expect(both).toBeLessThan(dispersion(bursts)!);
    expect(dispersion(every(10, 'read'))).toBeUndefined();
    expect(dispersion()).toBeUndefined();
  });
});
