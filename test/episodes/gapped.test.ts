import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type GappedOptions, mineGapped } from '../../src/episodes/gapped.js';
import { joinSequences } from '../../src/episodes/text.js';
import { closedEpisodes, support } from './oracle.js';

/** Every frequent episode, or the closed ones, with its support, in the order in which it was found; the support applied. */
function mine(sequences: readonly (readonly number[])[], options: GappedOptions): string[] {
  const offsets = [0];
  for (const sequence of sequences) offsets.push(offsets.at(-1)! + sequence.length);
  const found = mineGapped(joinSequences(sequences.flat(), offsets, options.maxGap + 1), options);
  const words = Array.from(found.support, (support, e) => {
    return `${found.symbols.subarray(found.offsets[e], found.offsets[e + 1]).join(' ')} x${support}`;
  });
  return [...words, `at ${found.minSupport}`];
}

/** The same without tails. */
const plain = (sequences: readonly (readonly number[])[], options: GappedOptions) =>
  mine(sequences, { ...options, shortestText: Infinity });

/** A server's loop: mostly the same, not always. */
function loop(length: number): number[] {
  let state = 7;
  const random = (n: number) => (state = (state * 16_807) % 2_147_483_647) % n;
  const out: number[] = [];
  while (out.length < length)
    out.push(...[1, 2, 3, ...(random(3) === 0 ? [4, 2] : []), random(40), 5].slice(random(3)));
  return out.slice(0, length);
}

describe('tails', () => {
  it('find what growing finds', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 40 }), { minLength: 1, maxLength: 3 }),
        fc.record({
          minSupport: fc.integer({ min: 1, max: 6 }),
          maxLength: fc.integer({ min: 1, max: 9 }),
          maxGap: fc.integer({ min: 1, max: 5 }),
          maxEpisodes: fc.constantFrom(20, 1000, 200_000),
        }),
        (sequences, options) => {
          fc.pre(options.maxEpisodes < 200_000 || options.minSupport > 2);
          for (const all of [true, false])
            expect(mine(sequences, { ...options, all, shortestText: 0 })).toEqual(
              plain(sequences, { ...options, all }),
            );
        },
      ),
      { numRuns: 500 },
    );
  });

  it('have the supports of the definition', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 24 }), (sequence) => {
        const limits = { minSupport: 2, maxLength: 6, maxGap: 2, maxEpisodes: 1e6, shortestText: 0 };
        const found = mine([sequence], { ...limits, all: true });
        for (const line of found.slice(0, -1)) {
          const [, calls, times] = /^(.*) x(\d+)$/.exec(line)!;
          expect(Number(times)).toBe(support(sequence, calls!.split(' ').map(Number), 2));
        }
      }),
      { numRuns: 150 },
    );
  });

  it('count on where positions no longer fit in 16 bits, near and far', () => {
    const options = { minSupport: 60, maxLength: 5, maxGap: 2, maxEpisodes: 200_000 };
    const calls = loop(150_000);
    // Nothing for long, then again.
    calls.fill(9, 20_000, 130_000);
    const found = mine([calls], options);
    expect(found.length).toBeGreaterThan(1000);
    expect(found).toEqual(plain([calls], options));
  });

  it('are as long as windows repeat, and never change what is found', () => {
    const rare = Array.from({ length: 3000 }, (_, i) => ((i * i * 7919) % 10_007) % 23);
    const options = { minSupport: 20, maxLength: 8, maxGap: 2, maxEpisodes: 3000 };
    expect(mine([rare], options)).toEqual(plain([rare], options));
  });
});

describe('closed episodes', () => {
  it('too long for a word are those of the definition', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: 1, max: 2 }), { maxLength: 13 }), { maxLength: 3 }),
        (sequences) => {
          const found = mine(sequences, { minSupport: 1, maxLength: 9, maxGap: 1, maxEpisodes: 1e5 });
          const expected = closedEpisodes(sequences, 1, 9, 1).map((e) => `${e.calls.join(' ')} x${e.support}`);
          expect(found.slice(0, -1).sort()).toEqual(expected.sort());
        },
      ),
      { numRuns: 60 },
    );
  });

  it('of more calls than a word has bits contain others too', () => {
    const some = Array.from({ length: 16 }, () => 1);
    const sequences = [
      [...some, 2, ...some],
      [...some, 2, ...some],
    ];
    const found = mine(sequences, { minSupport: 2, maxLength: 40, maxGap: 1, maxEpisodes: 1e5 });
    expect(found).toContain(`${[...some, 2, ...some].join(' ')} x2`);
    // It is inside, and cannot be extended at an end.
    expect(found).not.toContain(`${[...some, ...some].join(' ')} x2`);
  });
});
