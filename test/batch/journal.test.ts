import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import fc from 'fast-check';
import type { IncidentRecord } from '../../src/batch/job.js';
import { Journal, compactJournal, parseJournal, readJournal } from '../../src/batch/journal.js';
import { scratchFolder } from '../cli/run.js';

const record = (id: string, result = 'r'): IncidentRecord => ({
  id,
  name: id,
  labels: {},
  recipe: 'x',
  status: 'ok',
  code: null,
  attempts: 1,
  used: [],
  result,
  seconds: 1,
});

let scratch: ReturnType<typeof scratchFolder>;
beforeEach(() => {
  scratch = scratchFolder();
  mkdirSync(scratch.at('results'));
  for (const id of ['a', 'b', 'c', 'next']) writeFileSync(scratch.at('results', `${id}.json`), '{}');
});
afterEach(() => scratch.dispose());

test('what was appended, side by side or in turn, is read back; the last record counts', async () => {
  const journal = await Journal.open(scratch.path, scratch.at('results'));
  await Promise.all(['a', 'b', 'c'].map((id) => journal.append(record(id))));
  await journal.append(record('b', 'later'));
  await journal.close();
  const read = await readJournal(scratch.path);
  expect([...read.keys()].sort()).toEqual(['a', 'b', 'c']);
  expect(read.get('b')!.result).toBe('later');
});

test('a torn last line costs that line only, and not the one that is appended next', async () => {
  const whole = JSON.stringify(record('torn'));
  for (const cut of [1, 20, whole.length - 1]) {
    writeFileSync(scratch.at('journal.jsonl'), `${JSON.stringify(record('a'))}\n`);
    appendFileSync(scratch.at('journal.jsonl'), whole.slice(0, cut));
    const journal = await Journal.open(scratch.path, scratch.at('results'));
    await journal.append(record('next'));
    await journal.close();
    expect([...(await readJournal(scratch.path)).keys()]).toEqual(['a', 'next']);
  }
});

test('a journal cut anywhere gives a prefix of its records', async () => {
  const text = ['a', 'b', 'c'].map((id) => `${JSON.stringify(record(id))}\n`).join('');
  await fc.assert(
    fc.asyncProperty(fc.nat(text.length), async (cut) => {
      const whole = text.slice(0, cut).split('}\n').length - 1;
      const read = [...(await parseJournal(text.slice(0, cut).split('\n'))).keys()];
      // The brace may be there and the line feed not.
      expect([whole, whole + 1]).toContain(read.length);
      expect('abc'.startsWith(read.join(''))).toBe(true);
    }),
  );
});

test('journals of equal work are equal once compacted', async () => {
  await compactJournal(scratch.path, [record('b'), record('a')]);
  const first = readFileSync(scratch.at('journal.jsonl'), 'utf8');
  await compactJournal(scratch.path, [record('a'), record('b')]);
  expect(readFileSync(scratch.at('journal.jsonl'), 'utf8')).toBe(first);
  expect([...(await readJournal(scratch.path)).keys()]).toEqual(['a', 'b']);
});
