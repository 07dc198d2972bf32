import { describe, expect, it } from 'vitest';
import { KeptSignatures } from '../../src/batch/kept-signatures.js';
import type { SignatureDatabase } from '../../src/signatures/database.js';

const database = (contexts: number) =>
  ({ model: { contexts: Array.from({ length: contexts }, () => [0, 0, 0, 0, 0, 0]) } }) as unknown as SignatureDatabase;

/** Which of the keys, asked for one after the other, had to be read. */
async function readings(kept: KeptSignatures, keys: readonly string[], contexts = 4): Promise<string[]> {
  const read: string[] = [];
  for (const key of keys) {
    await kept.get(key, () => {
      read.push(key);
      return Promise.resolve(database(contexts));
    });
  }
  return read;
}

describe('signatures that are kept', () => {
  it('are read once, and are the same object', async () => {
    const kept = new KeptSignatures(10);
    const first = await kept.get('a', () => Promise.resolve(database(4)));
    expect(await kept.get('a', () => Promise.reject(new Error('read twice')))).toBe(first);
  });

  it('make room for others by when they were used last', async () => {
    expect(await readings(new KeptSignatures(10), ['a', 'b', 'a', 'c', 'a', 'b', 'c'])).toEqual([
      'a',
      'b',
      'c',
      'b',
      'c',
    ]);
  });

  it('are not kept when they are too large', async () => {
    expect(await readings(new KeptSignatures(3), ['a', 'a'])).toEqual(['a', 'a']);
  });

  it('are read again where reading failed', async () => {
    const kept = new KeptSignatures(10);
    await expect(kept.get('a', () => Promise.reject(new Error('damaged')))).rejects.toThrow('damaged');
    expect(await readings(kept, ['a'])).toEqual(['a']);
  });
});
