/** Results folders of shards become one: what a run over all would have left. */
import { copyFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { PerfscopeError } from '../errors.js';
import { outputError, syncFolder } from '../lib/atomic.js';
import { type FolderOptions, concludeFolder, prepareFolder, readRecords, resultsFolder } from './folder.js';
import { resultFile } from './incident.js';
import type { IncidentRecord } from './job.js';
import { JOURNAL_FILE } from './journal.js';
import { takeLock } from './lock.js';
import { resultIs } from './resume.js';
import type { BatchSummary } from './summary.js';

/**
 * Merges `folders` into `output`, which may be one of them or have results already. Of an incident that lies in several,
 * the same result is taken once, and one that was analysed is preferred to one that failed.
 *
 * @throws PerfscopeError 'input-format' when two folders hold different results of one incident
 */
export async function mergeFolders(
  folders: readonly string[],
  output: string,
  options: FolderOptions = {},
): Promise<BatchSummary> {
  await prepareFolder(output);
  const lock = await takeLock(output, options.onLog);
  try {
    const merged = await readRecords(output, options);
    for (const folder of folders) await mergeOne(folder, output, merged, options);
    await syncFolder(resultsFolder(output));
    return await concludeFolder(output, merged, 0, options);
  } finally {
    await lock.release();
  }
}

async function mergeOne(
  folder: string,
  output: string,
  merged: Map<string, IncidentRecord>,
  options: FolderOptions,
): Promise<void> {
  if ((await stat(path.join(folder, JOURNAL_FILE)).catch(() => null)) === null) {
    const advice = 'Give folders that `perfscope batch -o FOLDER` wrote.';
    throw new PerfscopeError('input-missing', 'this is no results folder: it has no journal', { path: folder }, advice);
  }
  for (const record of (await readRecords(folder, options)).values()) {
    const known = merged.get(record.id);
    if (known !== undefined && !supersedes(record, known, folder)) continue;
    await take(record, folder, output);
    merged.set(record.id, record);
  }
}

function supersedes(record: IncidentRecord, known: IncidentRecord, folder: string): boolean {
  if (record.result === known.result || record.status === 'failed') return false;
  if (known.status === 'failed') return true;
  const message = `${record.name} has another result in a folder before`;
  const advice = 'They are of different inputs or parameters: merge what belongs together.';
  throw new PerfscopeError('input-format', message, { path: folder }, advice);
}

async function take(record: IncidentRecord, folder: string, output: string): Promise<void> {
  const from = resultsFolder(folder);
  if (!(await resultIs(from, record))) {
    const message = `the result of ${record.name} is missing or was changed`;
    throw new PerfscopeError('input-damaged', message, { path: folder }, 'Run batch on that folder again, then merge.');
  }
  const [source, target] = [resultFile(from, record.id), resultFile(resultsFolder(output), record.id)];
  try {
    if (path.resolve(source) !== path.resolve(target)) await copyFile(source, target);
  } catch (error) {
    throw outputError(error, target);
  }
}
