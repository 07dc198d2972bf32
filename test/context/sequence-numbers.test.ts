import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SequenceNumbers } from '../../src/context/sequence-numbers.js';

describe('numbers of sequences', () => {
  it('are given on first sight, and the sequences kept', () => {
    // Few values and lengths: most sequences occur again, many begin like another.
    const sequence = fc.array(fc.constantFrom(-1, 0, 1, 2 ** 31 - 1), { maxLength: 5 });
    fc.assert(
      fc.property(fc.array(sequence, { maxLength: 2000, size: 'max' }), (sequences) => {
        const numbers = new SequenceNumbers();
        const known = new Map<string, number>();
        const room = new Int32Array(6).fill(7);
        const found: number[] = [];
        for (const values of sequences) {
          known.set(values.join(), known.get(values.join()) ?? known.size);
          room.set(values);
          found.push(numbers.intern(room, values.length));
        }
        expect(found).toEqual(sequences.map((values) => known.get(values.join())));
        expect(numbers.size).toBe(known.size);
        for (const [text, number] of known)
          expect(numbers.all.subarray(numbers.start(number), numbers.end(number)).join()).toBe(text);
      }),
      { numRuns: 30 },
    );
  });

  it('stay as they are while the table grows', () => {
    const numbers = new SequenceNumbers();
    const one = (k: number) => Int32Array.of(k % 7, k, k >> 3);
    const all = Array.from({ length: 5000 }, (_, k) => k);
    expect(all.map((k) => numbers.intern(one(k)))).toEqual(all);
    expect(all.map((k) => numbers.intern(one(k)))).toEqual(all);
  });
});
