/** A results folder in which something is gone, damaged, or somebody else's: that is work to be done again, and said. */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BatchSummary } from '../../src/batch/summary.js';
import { perfscope, scratchFolder } from '../cli/run.js';
import { archiveOf, contentOf } from './archive-of.js';

const scratch = scratchFolder();
const at = (...parts: string[]) => scratch.at(...parts);
const run = (archive: string, output: string) => perfscope(['batch', at(archive), '-o', output]);
const summaryOf = (output: string) =>
  JSON.parse(readFileSync(path.join(output, 'summary.json'), 'utf8')) as BatchSummary;

beforeAll(async () => {
  await archiveOf(at('one'), 2);
  await archiveOf(at('two'), 2);
  expect((await run('one', at('whole'))).code).toBe(0);
});
afterAll(() => scratch.dispose());

let copies = 0;
function copyOfWhole(): { folder: string; journal: string; results: string[] } {
  const folder = at(`copy${copies++}`);
  cpSync(at('whole'), folder, { recursive: true });
  const results = readdirSync(path.join(folder, 'results')).map((f) => path.join(folder, 'results', f));
  return { folder, journal: path.join(folder, 'journal.jsonl'), results };
}

const damages: [string, (file: string) => void][] = [
  ['gone', () => undefined],
  ['cut', (file) => writeFileSync(file, '{"schemaVersion"')],
  ['empty', (file) => writeFileSync(file, '')],
  ['a folder', (file) => mkdirSync(file)],
  ['a pipe', (file) => execFileSync('mkfifo', [file])],
  ['a device', (file) => symlinkSync('/dev/zero', file)],
];
test.each(damages)(
  'a result that is %s: told by a run on another archive, done again by one on its own',
  async (_, damage) => {
    const { folder, results } = copyOfWhole();
    rmSync(results[0]!);
    damage(results[0]!);
    const other = await run('two', folder);
    expect(other.stderr).toMatch(
      /the result of one\/host=web\d\/incident-\d is missing or was changed: run batch on \/.*\/one again/,
    );
    expect(other.code).toBe(3);
    expect(summaryOf(folder).total).toMatchObject({ incidents: 4, analysed: 3, pending: 1 });
    rmSync(results[0]!, { recursive: true, force: true });
    expect(await run('one', folder)).toMatchObject({ code: 0, stderr: '' });
    expect(summaryOf(folder).total).toMatchObject({ incidents: 4, analysed: 4, pending: 0 });
  },
);

test('a result of another kind, though the journal knows it, is no result', async () => {
  const { folder, results, journal } = copyOfWhole();
  writeFileSync(results[0]!, '{"status":"ok"}');
  const hash = execFileSync('sha256sum', [results[0]!], { encoding: 'utf8' }).split(' ')[0]!;
  const lines = readFileSync(journal, 'utf8').split('\n');
  writeFileSync(
    journal,
    [lines[0], lines[1]!.replace(/"result":"\w+"/, `"result":"${hash}"`), lines[2], ''].join('\n'),
  );
  expect((await run('two', folder)).stderr).toContain('is missing or was changed');
  expect((await run('one', folder)).code).toBe(0);
  expect(summaryOf(folder).total.analysed).toBe(4);
});

test('lines of the journal that are none are passed over, told, and nothing outside is looked at', async () => {
  const { folder, journal } = copyOfWhole();
  const good = JSON.parse(readFileSync(journal, 'utf8').split('\n')[1]!) as Record<string, unknown>;
  const lines = [
    { ...good, used: [null] },
    { ...good, id: '../../x' },
    { ...good, id: 'x', labels: null },
    { ...good, result: 5 },
    null,
    [],
    'x',
  ];
  appendFileSync(journal, lines.map((l) => `${JSON.stringify(l)}\n`).join('') + '{"id":"torn');
  const { code, stderr } = await run('one', folder);
  expect(code).toBe(0);
  expect(stderr).toContain('8 lines of the journal (the first is line 4) could not be read');
  expect(contentOf(folder)).toEqual(contentOf(at('whole')));
});

const replaced: [string, (file: string) => void][] = [
  ['a folder', (file) => mkdirSync(path.join(file, 'x'), { recursive: true })],
  ['a pipe', (file) => execFileSync('mkfifo', [file])],
  ['a link to a device', (file) => symlinkSync('/dev/zero', file)],
];
test.each(replaced)('%s instead of the journal is set aside', async (_, put) => {
  const { folder, journal } = copyOfWhole();
  rmSync(journal);
  put(journal);
  const { code, stderr } = await run('one', folder);
  expect(stderr).toContain('the journal was no file: it is');
  expect(code).toBe(0);
  rmSync(`${journal}.aside`, { recursive: true });
  expect(contentOf(folder)).toEqual(contentOf(at('whole')));
});

test('two archives of one name: it is said whose results are replaced', async () => {
  const { folder } = copyOfWhole();
  cpSync(at('two'), at('elsewhere', 'one'), { recursive: true });
  writeFileSync(at('elsewhere', 'one', 'host=web0', 'incident-0', 'incident.strace.gz'), 'something else\n');
  const { stderr } = await run('elsewhere/one', folder);
  expect(stderr).toMatch(/results of \/.*\/one are replaced by those of \/.*elsewhere\/one/);
});
