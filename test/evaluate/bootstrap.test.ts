import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { meanInterval, pairedDifference } from '../../src/evaluate/bootstrap.js';

const part = (sum: number, of: number) => ({ sum, of });
const parts = fc.array(
  fc
    .integer({ min: 1, max: 9 })
    .chain((of) => fc.record({ sum: fc.integer({ min: 0, max: of }), of: fc.constant(of) })),
  { minLength: 3, maxLength: 12 },
);

describe('meanInterval', () => {
  it('has no width where all servers are alike', () => {
    expect(meanInterval([part(1, 2), part(3, 6), part(2, 4)])).toEqual({ low: 0.5, high: 0.5 });
  });

  it('says nothing of fewer than three servers with such cases', () => {
    expect(meanInterval([part(1, 2), part(0, 2)])).toBe(null);
    expect(meanInterval([part(1, 2), part(0, 2), part(0, 0)])).toBe(null);
  });

  // Three servers, one of them always right: the share of draws with k of it is binomial with 1/3, so k = 0 has 8/27 and
  // k = 3 has 1/27, which is 3.7 %: both are within the 95 %.
  it('is what one computes by hand for three servers', () => {
    expect(meanInterval([part(1, 1), part(0, 1), part(0, 1)])).toEqual({ low: 0, high: 1 });
  });

  // Ten servers of one case each, five of them right: the binomial distribution with 1/2 has its 2.5 % and 97.5 % quantiles at 2 and 8.
  it('is the binomial one where each server has one case', () => {
    const halves = Array.from({ length: 10 }, (_, k) => part(k % 2, 1));
    expect(meanInterval(halves)).toEqual({ low: 0.2, high: 0.8 });
  });

  it('draws servers whole: cases that agree within a server tell less than as many of their own', () => {
    const whole = meanInterval(Array.from({ length: 6 }, (_, k) => part(k % 2 === 0 ? 8 : 0, 8)))!;
    const single = meanInterval(Array.from({ length: 48 }, (_, k) => part(k % 2, 1)))!;
    expect(whole.high - whole.low).toBeGreaterThan(2 * (single.high - single.low));
  });

  it('stays within the range of the servers, and is the same every time', () => {
    fc.assert(
      fc.property(parts, (servers) => {
        const interval = meanInterval(servers)!;
        const means = servers.map((s) => s.sum / s.of);
        expect(interval.low).toBeGreaterThanOrEqual(Math.min(...means) - 1e-12);
        expect(interval.high).toBeLessThanOrEqual(Math.max(...means) + 1e-12);
        expect(interval.low).toBeLessThanOrEqual(interval.high);
        expect(meanInterval(servers)).toEqual(interval);
      }),
      { numRuns: 20 },
    );
  });
});

describe('pairedDifference', () => {
  it('is nothing, and no better, where nothing differs', () => {
    const same = pairedDifference([part(0, 2), part(0, 5), part(0, 1)]);
    expect(same).toEqual({ difference: 0, low: 0, high: 0, better: 0.5 });
  });

  it('is sure where every server gains, though cases differ far more between servers than between methods', () => {
    const gains = pairedDifference([part(1, 10), part(1, 10), part(2, 10)])!;
    expect(gains.difference).toBeCloseTo(4 / 30, 12);
    expect(gains.better).toBe(1);
    expect(gains.low).toBeCloseTo(0.1, 12);
  });

  // One server gains 1, two nothing: no draw loses, and 8/27 of the draws are without the one that gains.
  it('counts draws without a difference by half', () => {
    const { better } = pairedDifference([part(1, 1), part(0, 1), part(0, 1)])!;
    expect(better).toBeCloseTo(1 - 8 / 27 / 2, 1);
  });

  it('turns around with the methods', () => {
    fc.assert(
      fc.property(parts, (servers) => {
        const [ab, ba] = [pairedDifference(servers)!, pairedDifference(servers.map((s) => part(-s.sum, s.of)))!];
        expect(ab.difference).toBeCloseTo(-ba.difference, 12);
        expect(ab.low).toBeCloseTo(-ba.high, 12);
        expect(ab.better).toBeCloseTo(1 - ba.better, 12);
      }),
      { numRuns: 10 },
    );
  });
});
