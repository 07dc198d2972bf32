/** A single file that is whole or not there, wherever a user wants it (atomic.ts is for folders that are ours). */
import { open, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isSpecialFile } from './special-file.js';
import { writeError } from './write-fault.js';

/**
 * Writes beside the target and renames over it; what is no file (/dev/null, a pipe) is written to as it is.
 *
 * @param what is said where it cannot be written, as in "cannot write the result"
 */
export async function replaceFile(file: string, content: string | Uint8Array, what: string): Promise<void> {
  // "." names a folder as well as its path does, and is refused as one; so is what ends in a slash.
  const target = file.endsWith(path.sep) ? file : path.resolve(file);
  // Not of node:crypto, which takes 10 ms to load: a name that is taken is refused below.
  const random = Math.random().toString(36).slice(2, 10);
  const temporary = path.join(path.dirname(target), `.${path.basename(target)}.${random}.tmp`);
  try {
    if (await isSpecialFile(target)) return await writeFile(target, content);
    await writeNew(temporary, content);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw writeError(error, what, file);
  }
}

async function writeNew(file: string, content: string | Uint8Array): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
