import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ContiguousMiner } from '../../src/episodes/contiguous.js';
import { mineClosedEpisodes } from '../../src/episodes/mine.js';
import type { MinedEpisodes } from '../../src/episodes/mine.js';
import { closedEpisodes } from './oracle.js';

function flat(sequences: readonly (readonly number[])[]): { symbols: Uint16Array; offsets: Uint32Array } {
  const offsets = new Uint32Array(sequences.length + 1);
  sequences.forEach((s, i) => (offsets[i + 1] = offsets[i]! + s.length));
  return { symbols: Uint16Array.from(sequences.flat()), offsets };
}

function asLines(mined: MinedEpisodes): string[] {
  return Array.from({ length: mined.length }, (_, i) => {
    return `${[...mined.symbols.subarray(mined.offsets[i], mined.offsets[i + 1])].join(' ')} x${mined.support[i]!}`;
  }).sort();
}

/** Letters as calls; spaces separate sequences. */
function mine(text: string, minSupport: number, maxLength: number, maxGap: number, maxRun = 0): string[] {
  const { symbols, offsets } = flat(text.split(' ').map((s) => [...s].map((c) => c.charCodeAt(0))));
  const mined = mineClosedEpisodes(symbols, offsets, { minSupport, maxLength, maxGap, maxRun });
  return Array.from({ length: mined.length }, (_, i) => {
    const calls = mined.symbols.subarray(mined.offsets[i], mined.offsets[i + 1]);
    return `${String.fromCharCode(...calls)} ${mined.support[i]!}`;
  }).sort();
}

describe('closed contiguous episodes', () => {
  it('finds the loop and not its parts', () => {
    expect(mine('rwrwrwrw', 4, 8, 0)).toEqual(['rw 4']);
  });
  it('counts occurrences that do not overlap', () => {
    expect(mine('aaaaaaa', 2, 8, 0)).toEqual(['a 7', 'aa 3', 'aaa 2']);
  });
  it('keeps a part that is more frequent than the whole', () => {
    expect(mine('abcabcab', 2, 3, 0)).toEqual(['ab 3', 'abc 2', 'bca 2', 'cab 2']);
  });
  it('never crosses from one sequence into the next', () => {
    expect(mine('ab ab ba', 2, 4, 0)).toEqual(['a 3', 'ab 2', 'b 3']);
  });
  it('folds runs when asked to', () => {
    expect(mine('abbbbb abb', 2, 4, 0, 2)).toEqual(['abb 2', 'b 4']);
  });
});

describe('closed episodes with gaps', () => {
  it('sees through one call in between', () => {
    expect(mine('axbaybazb', 3, 4, 1)).toEqual(['ab 3']);
    expect(mine('axbaybazb', 3, 4, 0)).toEqual(['a 3', 'b 3']);
  });
  it('does not count interleaved occurrences twice', () => {
    expect(mine('aabb', 1, 2, 2)).toContain('ab 1');
  });
  it('does not reach into the next sequence', () => {
    expect(mine('ax bx a', 1, 2, 3)).toEqual(['a 2', 'ax 1', 'bx 1', 'x 2']);
  });
  it('raises the support rather than drown in episodes', () => {
    const { symbols, offsets } = flat([Array.from({ length: 200 }, (_, i) => (i * i) % 7)]);
    const mined = mineClosedEpisodes(symbols, offsets, { minSupport: 2, maxLength: 8, maxGap: 2, maxEpisodes: 100 });
    expect(mined.minSupport).toBeGreaterThan(2);
    expect(mined.length).toBeGreaterThan(0);
    expect(Math.min(...mined.support)).toBeGreaterThanOrEqual(mined.minSupport);
  });
});

describe('against the definitions', () => {
  const sequence = (max: number, alphabet: number) =>
    fc.array(fc.integer({ min: 0, max: alphabet }), { maxLength: max });
  const agree = (maxGap: number, runs: number, longest: number) => {
    const miner = new ContiguousMiner();
    fc.assert(
      fc.property(
        fc.array(sequence(14, 2), { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: longest }),
        (sequences, minSupport, maxLength) => {
          const { symbols, offsets } = flat(sequences);
          const mined = mineClosedEpisodes(symbols, offsets, { minSupport, maxLength, maxGap }, miner);
          const expected = closedEpisodes(sequences, minSupport, maxLength, maxGap);
          expect(asLines(mined)).toEqual(expected.map((e) => `${e.calls.join(' ')} x${e.support}`).sort());
        },
      ),
      { numRuns: runs },
    );
  };
  it('contiguous: support, closedness, completeness', () => agree(0, 1500, 5));
  it('gap of at most 1', () => agree(1, 700, 4));
  it('gap of at most 2', () => agree(2, 700, 4));

  it('does not depend on what the miner mined before', () => {
    const miner = new ContiguousMiner();
    fc.assert(
      fc.property(sequence(60, 4), (calls) => {
        const { symbols, offsets } = flat([calls]);
        const options = { minSupport: 2, maxLength: 6, maxGap: 0 };
        expect(mineClosedEpisodes(symbols, offsets, options, miner)).toEqual(
          mineClosedEpisodes(symbols, offsets, options),
        );
      }),
    );
  });
});
