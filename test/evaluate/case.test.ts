import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findCases, readCase } from '../../src/evaluate/case.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'perfscope-case-'));
});
afterEach(() => rm(root, { recursive: true }));

async function put(files: Record<string, string>) {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), text);
  }
}

describe('readCase', () => {
  it('finds the files by their names and keeps unknown keys', async () => {
    await put({
      'a/case.json': '{"id":"a","rootCauseFunctions":["f"],"triggeredAt":null,"mood":"bad"}',
      'a/incident.strace.gz': '',
      'a/profile-2.strace-k': '',
      'a/profile-1.strace-k': '',
      'a/oracle.strace-k': '',
    });
    const c = await readCase(path.join(root, 'a'));
    expect(c.truth).toMatchObject({ id: 'a', rootCauseFunctions: ['f'], callPathFunctions: [], mood: 'bad' });
    expect([...c.incident, ...c.profiles, c.oracle!].map((p) => path.basename(p))).toEqual([
      'incident.strace.gz',
      'profile-1.strace-k',
      'profile-2.strace-k',
      'oracle.strace-k',
    ]);
  });

  it.each([
    [{ 'a/case.json': '{' }, 'input-format', /not JSON/],
    [{ 'a/case.json': '{"id":"a","rootCauseFunctions":"f"}' }, 'input-format', /rootCauseFunctions/],
    [{ 'a/case.json': '{"id":"a"}', 'a/profile-1': '' }, 'input-missing', /incident/],
    [{ 'a/case.json': '{"id":"a"}', 'a/incident.x': '' }, 'input-missing', /profile/],
  ])('says what is wrong: %#', async (files, code, message) => {
    await put(files as Record<string, string>);
    await expect(readCase(path.join(root, 'a'))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });
});

describe('findCases', () => {
  it('takes a case, a folder of cases, and a folder of bug sets; each case once', async () => {
    await put({ 'set/b/case.json': '{}', 'set/a/case.json': '{}', 'other/c/case.json': '{}', 'other/README': '' });
    const at = (p: string) => path.join(root, p);
    expect(await findCases([at('set/b')])).toEqual([at('set/b')]);
    expect(await findCases([at('set')])).toEqual([at('set/a'), at('set/b')]);
    expect(await findCases([root, at('set')])).toEqual([at('other/c'), at('set/a'), at('set/b')]);
  });

  it('takes a link to a folder for one, but none that leads nowhere or back', async () => {
    await put({ 'elsewhere/c/case.json': '{}', 'linked/README': '' });
    const linked = path.join(root, 'linked');
    await symlink('../elsewhere', path.join(linked, 'more'));
    await symlink('..', path.join(root, 'elsewhere', 'up'));
    await symlink('nothing', path.join(linked, 'broken'));
    await symlink('.', path.join(linked, 'again'));
    expect(await findCases([linked])).toEqual([path.join(linked, 'more/c')]);
  });

  it('says so when there is none', async () => {
    await put({ 'empty/README': '' });
    await expect(findCases([path.join(root, 'empty')])).rejects.toMatchObject({ code: 'input-missing' });
    await expect(findCases([path.join(root, 'gone')])).rejects.toMatchObject({ message: 'no such folder' });
  });
});
