import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mineClosedEpisodes } from '../../src/episodes/mine.js';
import { mineFunctions } from '../../src/signatures/function-episodes.js';
import { resolveParameters } from '../../src/coordinator/parameters.js';

const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 12 });
const word = (t: string) => [...t].map((c) => c.charCodeAt(0));

/** One function whose invocations are these, one after the other in one thread. */
function invocationsOf(texts: readonly string[]) {
  const offsets = [0];
  for (const t of texts) offsets.push(offsets.at(-1)! + t.length);
  return {
    symbols: Uint16Array.from(word(texts.join(''))),
    threadOffsets: Uint32Array.of(0, offsets.at(-1)!),
    calls: [],
    functionOffsets: Uint32Array.of(0, texts.length),
    starts: Uint32Array.from(offsets.slice(0, -1)),
    ends: Uint32Array.from(offsets.slice(1)),
    ownCalls: Uint32Array.of(0),
    withStack: 0,
  };
}

describe('mineFunctions', () => {
  it('finds the same in few distinct invocations as in all of them', () => {
    const kinds = fc.array(fc.record({ text, times: fc.integer({ min: 8, max: 40 }) }), { minLength: 1, maxLength: 4 });
    const options = fc.record({
      signatureSupport: fc.integer({ min: 1, max: 60 }),
      episodeLength: fc.integer({ min: 1, max: 6 }),
      episodeRun: fc.integer({ min: 0, max: 3 }),
    });
    fc.assert(
      fc.property(kinds, options, (given, { signatureSupport, episodeLength, episodeRun }) => {
        const texts = given.flatMap(({ text: t, times }) => Array<string>(times).fill(t));
        const parameters = resolveParameters({
          ...{ signatureSupport, episodeLength, episodeRun },
          ...{ signatureShare: 0, signatureEpisodes: 1000 },
        });
        const found = invocationsOf(texts);
        const mine = (minSupport: number) =>
          mineClosedEpisodes(found.symbols, [0, ...found.ends], {
            ...{ minSupport, maxLength: episodeLength, maxGap: 0, maxRun: episodeRun },
          });
        const all = mine(signatureSupport).length > 0 ? mine(signatureSupport) : mine(1);
        const expected = Array.from({ length: all.length }, (_, e) => {
          const calls = [...all.symbols.subarray(all.offsets[e], all.offsets[e + 1])];
          return `${calls.join(' ')}: ${all.support[e]!}`;
        });
        const [mined] = mineFunctions(found, 1, parameters);
        const got = mined!.map(({ calls, support }) => `${calls.join(' ')}: ${support}`);
        expect(got.sort()).toEqual(expected.sort());
      }),
    );
  });
});
