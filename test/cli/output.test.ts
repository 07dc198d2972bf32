import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFileAtomic } from '../../src/cli/output.js';
import { scratchFolder } from './run.js';

let folder: ReturnType<typeof scratchFolder>;
beforeEach(() => {
  folder = scratchFolder();
});
afterEach(() => folder.dispose());

describe('writeFileAtomic', () => {
  it('replaces a file and leaves nothing else', async () => {
    writeFileSync(folder.at('a.json'), 'old');
    await writeFileAtomic(folder.at('a.json'), 'new');
    expect(readFileSync(folder.at('a.json'), 'utf8')).toBe('new');
    expect(readdirSync(folder.path)).toEqual(['a.json']);
  });

  it('writes into a pipe and leaves it a pipe: a device such as /dev/null must stay what it is', async () => {
    const pipe = folder.at('pipe');
    execFileSync('mkfifo', [pipe]);
    const [text] = await Promise.all([readFile(pipe, 'utf8'), writeFileAtomic(pipe, 'through')]);
    expect(text).toBe('through');
    expect(statSync(pipe).isFIFO()).toBe(true);
  });

  it('says where it could not write, and leaves nothing', async () => {
    const missing = folder.at('no', 'a.json');
    await expect(writeFileAtomic(missing, 'x')).rejects.toMatchObject({ code: 'output', place: { path: missing } });
    await expect(writeFileAtomic(folder.path, 'x')).rejects.toMatchObject({ code: 'output' });
    expect(readdirSync(folder.path)).toEqual([]);
  });
});
