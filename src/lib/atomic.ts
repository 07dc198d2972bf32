/** Files that are whole or not there, also after a power failure: written beside the target, synced, renamed over it. */
import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { PerfscopeError } from '../errors.js';
import { writeError } from './write-fault.js';

const TEMPORARY = /^\..*\.tmp$/;

/**
 * Writes and syncs the file; the caller syncs the folder (`syncFolder`), at once for several files.
 *
 * @param content its text, whole or in pieces (large-text.ts)
 * @param sync false: somebody else syncs the file, too, before anything relies on it
 * @param writer who writes, where several may write the same file at once
 */
export async function writeAtomic(
  file: string,
  content: string | Iterable<string>,
  sync = true,
  writer = '',
): Promise<void> {
  // No random part in the name: one run owns the folder, and a run that was killed leaves at most one such file a target.
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}${writer}.tmp`);
  try {
    const handle = await openNew(temporary);
    try {
      // Each goes where the one before ended.
      for (const piece of typeof content === 'string' ? [content] : content) await handle.writeFile(piece);
      if (sync) await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw outputError(error, file);
  }
}

/** What a run that was killed left there goes; a link that somebody laid there is not followed. */
async function openNew(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'wx');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    await rm(file, { force: true });
    return open(file, 'wx');
  }
}

/** Makes what was written to a file last. */
export async function syncFile(file: string): Promise<void> {
  const handle = await open(file, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes renames in the folder last (fsync(2): the entry in the directory needs a sync of its own). */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    // Some network file systems know no sync of directories.
    if (!['EINVAL', 'EPERM', 'ENOTSUP', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    await handle.close();
  }
}

/** Removes what a run that was killed was about to write. */
export async function removeTemporaries(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (TEMPORARY.test(entry.name) && !entry.isDirectory()) await rm(path.join(folder, entry.name), { force: true });
}

/** Why results cannot be written, and what to do. */
export function outputError(error: unknown, file: string): PerfscopeError {
  const ifFull = 'Make room and run the same command again: it goes on with what is missing.';
  return writeError(error, 'cannot write results', file, ifFull);
}
