/** Events of several rings wait for their turn: each has it once, whatever order they come in. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FastPending } from '../../src/formats/perf/data/fast-pending.js';
import { Pending, type Waiting } from '../../src/formats/perf/data/pending.js';

/** Times of events by round; gives what was told of, by number of the event and with its time. */
function told(
  rounds: readonly (readonly number[])[],
  pending: Waiting = new Pending(),
  words = 6,
): { order: number[]; times: number[] } {
  const [order, times]: [number[], number[]] = [[], []];
  const emit = (at: number) => {
    order.push(pending.words[at + 1]!);
    times.push(pending.doubles[(at + 4) >> 1]!);
  };
  const several = (from: number, to: number) => {
    for (let at = from; at < to; at += pending.words[at]! >>> 8) emit(at);
  };
  let count = 0;
  for (const round of rounds) {
    for (const time of round) pending.add(1, words, count++, 0, 0, time);
    pending.round(emit, several);
  }
  pending.end(emit, several);
  return { order, times };
}

it('once, also when the ring that was read last is told and the one before is not', () => {
  // The second ring of the second round is over with it, the first is not, and what comes next is later than the second.
  const { order, times } = told([[10], [20, 30, 40, 50, 5, 6], [60, 70], [80]]);
  expect([...order].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(times.slice(1)).toEqual([...times.slice(1)].sort((a, b) => a - b));
});

it('once each, for any times', () => {
  const time = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constantFrom(-Infinity, Infinity));
  fc.assert(
    fc.property(fc.array(fc.array(time, { maxLength: 12 }), { maxLength: 12 }), (rounds) => {
      const { order } = told(rounds);
      expect([...order].sort((a, b) => a - b)).toEqual(rounds.flat().map((_, i) => i));
    }),
    { numRuns: 1000 },
  );
});

/** Of the whole memory; of so little that it is at an end before long, or at once. */
it.each([undefined, 90, 0])('in the same order in WebAssembly (with %s pages)', (pages) => {
  const time = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constantFrom(-Infinity, Infinity));
  const rounds = fc.array(fc.array(time, { maxLength: 40 }), { maxLength: 8 });
  fc.assert(
    fc.property(rounds, fc.constantFrom(6, 14, 5000), fc.boolean(), (given, words, known) => {
      const fast = FastPending.make(pages)!;
      if (known) for (let tid = 0; tid < 400; tid += 3) fast.seeThread(tid, true);
      expect(told(given, fast, words)).toEqual(told(given, undefined, words));
    }),
  );
});
