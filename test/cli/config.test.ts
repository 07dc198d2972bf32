import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/cli/config.js';

const folder = mkdtempSync(join(tmpdir(), 'perfscope-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
/** A folder of its own with these files, and a folder below. */
function place(files: Record<string, string>): { here: string; below: string } {
  const here = join(folder, String(count++));
  const below = join(here, 'a', 'b');
  mkdirSync(below, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(here, name), text);
  return { here, below };
}

describe('the config file', () => {
  it('is found in a folder above; a package.json counts where it speaks of perfscope', async () => {
    const { here, below } = place({ 'package.json': '{"perfscope":{"top":1}}' });
    writeFileSync(join(below, 'package.json'), '{"name":"other"}');
    expect(await readConfig(undefined, below)).toEqual({ path: join(here, 'package.json'), values: { top: 1 } });
  });

  it('may be JSON without an ending, or a module', async () => {
    expect((await readConfig(undefined, place({ '.perfscoperc': '{"top":2}' }).here))?.values).toEqual({ top: 2 });
    const { here } = place({ 'perfscope.config.mjs': 'export default { top: 3 };' });
    expect((await readConfig(undefined, here))?.values).toEqual({ top: 3 });
    const named = place({ 'other.cjs': 'module.exports = { top: 4 };' }).here;
    expect((await readConfig('other.cjs', named))?.values).toEqual({ top: 4 });
  });

  it('may begin with a byte order mark; an empty one says nothing', async () => {
    const { here } = place({ 'perfscope.config.json': '\uFEFF{"top":5}' });
    expect((await readConfig(undefined, here))?.values).toEqual({ top: 5 });
    expect(await readConfig('empty.json', place({ 'empty.json': ' \n' }).here)).toBeNull();
  });

  it('is looked for among files only: a pipe of its name is passed over', async () => {
    const { here, below } = place({ 'perfscope.config.json': '{"top":6}' });
    execFileSync('mkfifo', [join(below, 'perfscope.config.json')]);
    expect((await readConfig(undefined, below))?.path).toBe(join(here, 'perfscope.config.json'));
  });

  it.each([
    ['missing.json', {}, 'there is no such config file'],
    ['missing.mjs', {}, 'there is no such config file'],
    ['broken.json', { 'broken.json': '{"top":' }, 'the config file is not JSON'],
    ['broken.mjs', { 'broken.mjs': 'export default {' }, 'the config file cannot be read'],
    ['list.json', { 'list.json': '[1]' }, 'the config is not an object'],
    ['large.json', { 'large.json': `{"top":1}${' '.repeat(2 ** 20)}` }, 'the file has more than 1 MB'],
    ['/dev/zero', {}, 'the file has more than 1 MB'],
  ] as [string, Record<string, string>, string][])('%s: says what is wrong with it', async (file, files, what) => {
    const { here } = place(files);
    await expect(readConfig(file, here)).rejects.toMatchObject({
      code: 'config',
      message: expect.stringContaining(what) as string,
      place: { path: join('/', file.startsWith('/') ? file : join(here, file)) },
    });
  });
});
