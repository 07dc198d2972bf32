import { mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeFolder } from '../../src/lib/make-folder.js';

describe('makeFolder', () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'make-folder-'));
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  it('makes what is missing above, all with the same rights, and takes what is there', async () => {
    const folder = path.join(root, 'a', 'b', 'c');
    await makeFolder(folder, 0o700);
    for (const made of [folder, path.dirname(folder)]) expect((await stat(made)).mode & 0o777).toBe(0o700);
    await makeFolder(folder);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  it('takes a link to a folder for one, and neither a file nor a link to nothing', async () => {
    await symlink('.', path.join(root, 'here'));
    await makeFolder(path.join(root, 'here', 'below'));
    await writeFile(path.join(root, 'file'), '');
    await symlink('nothing', path.join(root, 'dangling'));
    await expect(makeFolder(path.join(root, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(makeFolder(path.join(root, 'dangling'))).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(makeFolder(path.join(root, 'file', 'below'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  });

  it.runIf(process.platform === 'linux')('ends where no folder can be made though the one above is there', async () => {
    await expect(makeFolder('/proc/no-such-process/results')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
