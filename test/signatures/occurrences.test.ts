import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mineClosedEpisodes } from '../../src/episodes/mine.js';
import { countOccurrences } from '../../src/signatures/occurrences.js';

const word = (text: string) => [...text].map((c) => c.charCodeAt(0));
const count = (sequences: string[], episodes: string[], maxGap = 0, maxRun = 0) => {
  const offsets = [0];
  for (const s of sequences) offsets.push(offsets.at(-1)! + s.length);
  return [...countOccurrences(word(sequences.join('')), offsets, episodes.map(word), maxGap, maxRun)];
};

describe('countOccurrences', () => {
  it('counts occurrences that do not overlap', () => {
    expect(count(['aaaaa', 'abab'], ['a', 'aa', 'ab', 'aba', 'c'])).toEqual([7, 2, 2, 1, 0]);
  });

  it('does not reach from one sequence into the next', () => {
    expect(count(['ra', 'bc'], ['ab'], 2)).toEqual([0]);
  });

  it('allows other calls in between', () => {
    expect(count(['axbaxxb'], ['ab'], 0)).toEqual([0]);
    expect(count(['axbaxxb'], ['ab'], 1)).toEqual([1]);
    expect(count(['axbaxxb'], ['ab'], 2)).toEqual([2]);
  });

  it('folds runs when asked', () => {
    expect(count(['aaaabaaaab'], ['aab'], 0, 2)).toEqual([2]);
  });

  it('agrees with the miner on what it mines', () => {
    const sequences = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 15 }), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(sequences, fc.integer({ min: 0, max: 2 }), (texts, maxGap) => {
        const offsets = [0];
        for (const s of texts) offsets.push(offsets.at(-1)! + s.length);
        const symbols = word(texts.join(''));
        const mined = mineClosedEpisodes(symbols, offsets, { minSupport: 1, maxLength: 5, maxGap });
        const episodes = Array.from({ length: mined.length }, (_, e) =>
          mined.symbols.subarray(mined.offsets[e], mined.offsets[e + 1]),
        );
        expect([...countOccurrences(symbols, offsets, episodes, maxGap)]).toEqual([...mined.support]);
      }),
    );
  });
});
