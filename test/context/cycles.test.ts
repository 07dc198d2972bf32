import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CYCLE, Cycles } from '../../src/context/cycles.js';

/** Whether two turns of a cycle of `q` cells end at `at`. */
function turns(cells: readonly number[], at: number, q: number): boolean {
  return 2 * q <= at + 1 && cells.slice(at + 1 - q, at + 1).every((cell, i) => cell === cells[at + 1 - 2 * q + i]);
}

/** A look at all periods each call. */
function periodsOf(cells: readonly number[]): number[] {
  let [period, streak] = [0, 0];
  return cells.map((cell, at) => {
    if (period > 0 && cells[at - period] === cell) streak++;
    else {
      period = Array.from({ length: CYCLE }, (_, k) => k + 1).find((q) => turns(cells, at, q)) ?? 0;
      streak = period;
    }
    return period > 0 && streak > period ? period : 0;
  });
}

it('finds the cycles that a look at all periods finds, whatever threads do in between', () => {
  // Of cells with one hash, too; some turns of one stretch after the other.
  const cell = fc.constantFrom(0, 1, 2, 3, 32, 33, 64, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17);
  const stretch = fc.record({
    cells: fc.array(cell, { minLength: 1, maxLength: 18 }),
    times: fc.integer({ min: 1, max: 4 }),
  });
  const thread = fc
    .array(stretch, { maxLength: 8 })
    .map((all) => all.flatMap(({ cells, times }) => Array.from({ length: times }, () => cells).flat()));
  fc.assert(
    fc.property(thread, thread, (first, second) => {
      const cycles = new Cycles(2);
      const found: [number[], number[]] = [[], []];
      for (let i = 0; i < Math.max(first.length, second.length); i++)
        [first, second].forEach((cells, t) => {
          if (i < cells.length) found[t]!.push(cycles.add(t, cells[i]!));
        });
      expect(found).toEqual([periodsOf(first), periodsOf(second)]);
    }),
  );
  expect(periodsOf([1, 2, 1, 2, 1, 2])).toEqual([0, 0, 0, 0, 2, 2]);
});
