import { linkSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keepApart } from '../../src/cli/output.js';
import { scratchFolder } from './run.js';

const folder = scratchFolder();
const trace = folder.at('trace.strace');
beforeAll(() => {
  writeFileSync(trace, 'text');
  symlinkSync('trace.strace', folder.at('symbolic'));
  linkSync(trace, folder.at('hard'));
});
afterAll(() => folder.dispose());

const to = (...files: (string | null)[]) => files.map((file) => ({ file }));

describe('keepApart', () => {
  it('lets results go to stdout, to new files, over old results and into devices', async () => {
    writeFileSync(folder.at('old.json'), 'old');
    await keepApart([trace, '-', undefined], to(null, folder.at('new.json'), folder.at('old.json')), ['x.json']);
    await keepApart([trace, '/dev/null'], to('/dev/null', '/dev/null'));
  });

  it.each(['trace.strace', 'symbolic', 'hard', './trace.strace'])('refuses a result in place of a trace: %s', (name) =>
    expect(keepApart(['other', trace], to(`${folder.path}/${name}`))).rejects.toMatchObject({
      code: 'usage',
      message: 'it is read, and would be written over',
    }),
  );

  it('refuses two results in one file, however it is named', async () => {
    const twice = { code: 'usage', message: 'two results would go into one file' };
    await expect(keepApart([], to('a.json', './a.json'))).rejects.toMatchObject(twice);
    await expect(keepApart([], to(null, 'a.json'), ['b/../a.json'])).rejects.toMatchObject(twice);
  });
});
