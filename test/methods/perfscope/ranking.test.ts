import { describe, expect, it } from 'vitest';
import type { EpisodeOwners } from '../../../src/episodes/signature-trie.js';
import { scoreFunctions } from '../../../src/methods/perfscope/ranking.js';

/** Episode 0 belongs to functions 0 (90 %) and 1 (10 %), episode 1 to function 1 alone, episode 2 to functions 2 and 3. */
const owners: EpisodeOwners = {
  offsets: Uint32Array.of(0, 2, 3, 5),
  function: Uint32Array.of(0, 1, 1, 2, 3),
  specificity: Float64Array.of(0.9, 0.1, 1, 0.5, 0.5),
  support: Float64Array.of(1, 1, 1, 1, 1),
  calls: [['read'], ['write', 'write'], ['poll']],
};
const totals = [
  { occurrences: 100, units: 2 },
  { occurrences: 20, units: 5 },
  { occurrences: 7, units: 7 },
];
const order = (formula: number) => scoreFunctions(totals, owners, 5, formula).map((f) => [f.function, f.score]);

describe('ranking', () => {
  it('by occurrences', () => {
    expect(order(0)).toEqual([[1, 120], [0, 100], [2, 7], [3, 7]]); // prettier-ignore
  });
  it('by occurrences that are the function’s own', () => {
    expect(order(1)).toEqual([[0, 90], [1, 30], [2, 3.5], [3, 3.5]]); // prettier-ignore
  });
  it('by units, plain and weighted', () => {
    expect(order(2)).toEqual([[1, 7], [2, 7], [3, 7], [0, 2]]); // prettier-ignore
    expect(order(3)).toEqual([[1, 5.2], [2, 3.5], [3, 3.5], [0, 1.8]]); // prettier-ignore
  });
  it('leaves out functions without a match, and names the most telling episode first', () => {
    const [first] = scoreFunctions(totals, owners, 5, 0);
    expect(first!.episodes).toEqual([0, 1]);
    expect(
      scoreFunctions([{ occurrences: 0, units: 0 }, totals[1]!, { occurrences: 0, units: 0 }], owners, 5, 0),
    ).toEqual([{ function: 1, score: 20, episodes: [1] }]);
  });
});
