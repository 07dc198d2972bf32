import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mineUnits } from '../../src/episodes/mine-units.js';
import { type SignatureTrie, signatureTrie } from '../../src/episodes/signature-trie.js';
import type { SignatureDatabase } from '../../src/signatures/database.js';
import { allocateUnits } from '../../src/units/unit-table.js';
import { support } from './oracle.js';

const CALLS = ['a', 'b', 'c', 'd'];

/** Signatures by function, an episode being a word over the letters of `calls`. */
function database(functions: Readonly<Record<string, readonly string[]>>, calls = CALLS): SignatureDatabase {
  return {
    ...{ schemaVersion: 1, tool: { name: 'perfscope', version: '0' }, program: 'app', functionsInBinary: null },
    ...{ learned: { events: 0, eventsWithStack: 0, seconds: 0, sources: [] }, parameters: {}, calls },
    functions: Object.entries(functions).map(([name, episodes]) => ({
      ...{ name, object: 'app', invocations: 1, calls: 1, ownCalls: 1 },
      episodes: episodes.map((e) => ({ calls: [...e].map((c) => calls.indexOf(c)), support: 2, specificity: 0.5 })),
    })),
    model: { version: 1 } as SignatureDatabase['model'],
  };
}

/** Matches of units given as words: per unit, the episodes found with their supports. */
function matches(
  units: readonly string[],
  trie: SignatureTrie,
  names: readonly string[],
  minSupport: number,
  maxGap = 0,
) {
  const table = allocateUnits(units.length);
  const call = Uint16Array.from([...units.join('')].map((c) => CALLS.indexOf(c)));
  const order = Uint32Array.from(call, (_, i) => i);
  let at = 0;
  units.forEach((word, u) => {
    table.from[u] = at;
    table.to[u] = at += word.length;
  });
  const batch = units.map((_, u) => u);
  const found = mineUnits({ call, order }, table, batch, trie, { minSupport, maxLength: 5, maxGap });
  return batch.map((u) => {
    const out: Record<string, number> = {};
    for (let m = found.offsets[u]!; m < found.offsets[u + 1]!; m++) out[names[found.episode[m]!]!] = found.support[m]!;
    return out;
  });
}

const namesOf = (owners: { calls: readonly (readonly string[])[] }) => owners.calls.map((c) => c.join(''));

describe('the tree of signatures', () => {
  it('folds equal episodes and remembers all their functions', () => {
    const { trie, owners } = signatureTrie(database({ f: ['ab', 'abc'], g: ['ab'], h: [] }), CALLS, 8);
    expect(trie.episodes).toBe(2);
    expect(namesOf(owners)).toEqual(['ab', 'abc']);
    expect([...owners.function]).toEqual([0, 1, 0]);
  });
  it('goes by the names of the calls, and leaves out what the trace never made', () => {
    const learned = database({ f: ['xa', 'ba'] }, ['x', 'b', 'a']);
    const { trie, owners } = signatureTrie(learned, CALLS, 8);
    expect(namesOf(owners)).toEqual(['ba']);
    expect(matches(['baba'], trie, ['ba'], 1)).toEqual([{ ba: 2 }]);
  });
  it('leaves out episodes longer than any that is mined', () => {
    expect(signatureTrie(database({ f: ['abcd', 'ab'] }), CALLS, 3).trie.episodes).toBe(1);
  });
});

describe('matching', () => {
  it('finds signatures inside longer episodes, as often as they occur', () => {
    const { trie, owners } = signatureTrie(database({ f: ['ab'], g: ['bc', 'd'] }), CALLS, 8);
    expect(matches(['abcabcab', 'dddd'], trie, namesOf(owners), 2)).toEqual([{ ab: 3, bc: 2 }, { d: 4 }]);
  });
  it('says nothing of what is not frequent', () => {
    const { trie, owners } = signatureTrie(database({ f: ['ab'] }), CALLS, 8);
    expect(matches(['ab', 'abab'], trie, namesOf(owners), 2)).toEqual([{}, { ab: 2 }]);
  });
  it('is the support of each signature episode, without gaps', () => {
    const word = (max: number) =>
      fc.string({ unit: fc.constantFrom(...CALLS.slice(0, 3)), minLength: 1, maxLength: max });
    fc.assert(
      fc.property(
        fc.array(word(20), { minLength: 1, maxLength: 3 }),
        fc.uniqueArray(word(4), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 3 }),
        (units, episodes, minSupport) => {
          const { trie, owners } = signatureTrie(database({ f: episodes }), CALLS, 5);
          const expected = units.map((unit) => {
            const supports = episodes.map((e) => [e, support(numbers(unit), numbers(e), 0)] as const);
            return Object.fromEntries(supports.filter(([, s]) => s >= minSupport));
          });
          expect(matches(units, trie, namesOf(owners), minSupport)).toEqual(expected);
        },
      ),
      { numRuns: 500 },
    );
  });
  it('reaches over gaps when mining does', () => {
    const { trie, owners } = signatureTrie(database({ f: ['ab'] }), CALLS, 8);
    expect(matches(['acbadb'], trie, namesOf(owners), 2, 1)).toEqual([{ ab: 2 }]);
  });
});

function numbers(word: string): number[] {
  return [...word].map((c) => CALLS.indexOf(c));
}
