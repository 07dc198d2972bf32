import { readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeTemporaries, writeAtomic } from '../../src/lib/atomic.js';
import { scratchFolder } from '../cli/run.js';

let folder: ReturnType<typeof scratchFolder>;
beforeEach(() => {
  folder = scratchFolder();
  writeFileSync(folder.at('a.json'), 'old');
});
afterEach(() => folder.dispose());

const read = (name: string) => readFileSync(folder.at(name), 'utf8');

describe('writeAtomic', () => {
  it('replaces a file, by a text or by pieces of one, and leaves nothing else', async () => {
    await writeAtomic(folder.at('a.json'), 'new');
    expect(read('a.json')).toBe('new');
    await writeAtomic(folder.at('a.json'), ['in ', 'pieces']);
    expect(read('a.json')).toBe('in pieces');
    expect(readdirSync(folder.path)).toEqual(['a.json']);
  });

  it('keeps the old one whole where writing breaks off', async () => {
    function* breaksOff() {
      yield 'half';
      throw new Error('broken off');
    }
    await expect(writeAtomic(folder.at('a.json'), breaksOff())).rejects.toMatchObject({ code: 'output' });
    expect(read('a.json')).toBe('old');
    expect(readdirSync(folder.path)).toEqual(['a.json']);
  });

  it('writes where a run that was killed left its half, and follows no link that lies there', async () => {
    writeFileSync(folder.at('.a.json.tmp'), 'half');
    await writeAtomic(folder.at('a.json'), 'new');
    expect(read('a.json')).toBe('new');
    writeFileSync(folder.at('other'), 'of somebody else');
    symlinkSync('other', folder.at('.a.json.tmp'));
    await writeAtomic(folder.at('a.json'), 'newer');
    expect(read('a.json')).toBe('newer');
    expect(read('other')).toBe('of somebody else');
  });
});

it('removeTemporaries takes what such a run left, and nothing else', async () => {
  for (const name of ['.a.json.tmp', '.hidden', 'b.tmp']) writeFileSync(folder.at(name), '');
  await removeTemporaries(folder.path);
  expect(readdirSync(folder.path).sort()).toEqual(['.hidden', 'a.json', 'b.tmp']);
});
