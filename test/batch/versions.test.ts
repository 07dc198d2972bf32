/** Folders that perfscopes of several versions wrote, made one. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { hashText } from '../../src/batch/incident.js';
import { mergeFolders } from '../../src/batch/merge.js';
import type { Message } from '../../src/result.js';
import { sentence } from '../../src/report/messages.js';
import { TOOL } from '../../src/version.js';
import { scratchFolder } from '../cli/run.js';

const CLOCK = { clock: 'epoch', startedAt: Date.UTC(2026, 10, 23, 12, 3, 29) / 1000 };
const scratch = scratchFolder();
afterAll(() => scratch.dispose());

/** A results folder of one incident that failed. */
function folderOf(id: string, tool: { name: string; version: string }, schemaVersion = 1): string {
  const folder = scratch.at(id);
  mkdirSync(scratch.at(id, 'results'), { recursive: true });
  const error = { code: 'input-format', message: 'no trace', place: {}, advice: '' };
  const text = JSON.stringify({ schemaVersion, tool, status: 'failed', incident: id, error, attempts: 2 });
  writeFileSync(scratch.at(id, 'results', `${id}.json`), text);
  const told = { id, name: id, labels: {}, recipe: 'r', status: 'failed', code: 'input-format', attempts: 2, used: [] };
  const record = { ...told, result: hashText(text), seconds: 1, archive: '/a' };
  writeFileSync(scratch.at(id, 'journal.jsonl'), `${JSON.stringify(record)}\n`);
  return folder;
}

test('what another version wrote is taken, and told', async () => {
  const folders = [folderOf('own', TOOL), folderOf('old', { ...TOOL, version: '0.0.1' })];
  const said: Message[] = [];
  const onLog = (_: string, message: Message) => void said.push(message);
  const { total } = await mergeFolders(folders, scratch.at('both'), { onLog });
  expect(total.incidents).toBe(2);
  expect(said.map((message) => sentence(message, CLOCK))).toEqual([
    `1 result is of perfscope 0.0.1, not of this version (${TOOL.version}): run batch on the archive again before you compare them with others`,
  ]);
});

test('a document that only a later version can read is no result', async () => {
  const later = folderOf('later', { ...TOOL, version: '9.0.0' }, 9);
  await expect(mergeFolders([later], scratch.at('none'))).rejects.toMatchObject({ code: 'input-damaged' });
});
