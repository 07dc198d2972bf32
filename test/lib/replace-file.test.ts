import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replaceFile } from '../../src/lib/replace-file.js';
import { scratchFolder } from '../cli/run.js';

let folder: ReturnType<typeof scratchFolder>;
beforeEach(() => {
  folder = scratchFolder();
});
afterEach(() => folder.dispose());

const WHAT = 'cannot write the result';

describe('replaceFile', () => {
  it('replaces a file and leaves nothing else', async () => {
    writeFileSync(folder.at('a.json'), 'old');
    await replaceFile(folder.at('a.json'), 'new', WHAT);
    expect(readFileSync(folder.at('a.json'), 'utf8')).toBe('new');
    expect(readdirSync(folder.path)).toEqual(['a.json']);
  });

  it('writes into a pipe and leaves it a pipe: a device such as /dev/null must stay what it is', async () => {
    const pipe = folder.at('pipe');
    execFileSync('mkfifo', [pipe]);
    const [text] = await Promise.all([readFile(pipe, 'utf8'), replaceFile(pipe, 'through', WHAT)]);
    expect(text).toBe('through');
    expect(statSync(pipe).isFIFO()).toBe(true);
  });

  it('says where it could not write, and leaves nothing', async () => {
    const missing = folder.at('no', 'a.json');
    await expect(replaceFile(missing, 'x', WHAT)).rejects.toMatchObject({ code: 'output', place: { path: missing } });
    for (const named of [folder.path, `${folder.path}/.`, `${folder.path}/`, `${folder.at('new')}/`])
      await expect(replaceFile(named, 'x', WHAT)).rejects.toMatchObject({ code: 'output', advice: /\S/ });
    expect(readdirSync(folder.path)).toEqual([]);
  });
});
