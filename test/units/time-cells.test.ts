import fc from 'fast-check';
import { expect, it } from 'vitest';
import { timeCell } from '../../src/units/time-cells.js';

const byLogarithm = (ns: number) => Math.floor(Math.log2(1 + ns / 1000) * 4 + 1e-6);

it('are what the logarithm gives', () => {
  fc.assert(
    fc.property(fc.float({ min: 0, noNaN: true, noDefaultInfinity: true }), (ns) => {
      expect(timeCell(ns)).toBe(byLogarithm(ns));
    }),
    { numRuns: 2000 },
  );
});

it('begin with the very float with which the logarithm lets them begin', () => {
  for (let cell = 1; cell < 160; cell++) {
    const boundary = Math.fround(1000 * (2 ** (cell / 4) - 1));
    const bits = new Uint32Array(Float32Array.of(boundary).buffer)[0]!;
    for (let near = bits - 20; near < bits + 20; near++) {
      const ns = new Float32Array(Uint32Array.of(near).buffer)[0]!;
      expect(timeCell(ns)).toBe(byLogarithm(ns));
    }
  }
});
