import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readManifest } from '../../src/batch/manifest.js';

const folder = mkdtempSync(join(tmpdir(), 'perfscope-manifest-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'list.jsonl');

describe('a manifest in JSON Lines', () => {
  it.each([
    ['null', /the line is no JSON object/],
    ['[1]', /the line is no JSON object/],
    ['{"trace":["a.strace",5]}', /"trace" is neither a path nor a list of paths/],
    ['{"trace":"a.strace","profiles":{}}', /"profiles" is neither/],
    ['{"trace":"a.strace","name":{}}', /"name" is no text/],
    ['{"trace":"a.strace","labels":"x"}', /"labels" is no object/],
    ['{"trace":"a.strace"', /not JSON/],
  ])('%s', async (line, words) => {
    writeFileSync(file, `{"trace":"a.strace","name":"ok"}\n${line}\n`);
    await expect(readManifest(file)).rejects.toMatchObject({
      code: 'config',
      message: expect.stringMatching(words) as string,
      place: { path: file, line: 2 },
    });
  });

  it('may begin with a mark of its byte order', async () => {
    writeFileSync(file, '\ufeff{"trace":"a.strace","name":"ok"}\n');
    expect(await readManifest(file)).toMatchObject([{ name: 'ok' }]);
  });
});
