/** Folders with the folders above them. */
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';

/**
 * Makes the folder, and those above it where they are missing; one that is there is as good. Node's own way of doing so (`recursive`)
 * never ends where the system says ENOENT though the folder above is there, as in /proc.
 *
 * @param mode rights of what is made
 */
export async function makeFolder(folder: string, mode = 0o777): Promise<void> {
  try {
    await makeOne(folder, mode);
  } catch (error) {
    const above = path.dirname(folder);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || above === folder) throw error;
    await makeFolder(above, mode);
    await makeOne(folder, mode);
  }
}

async function makeOne(folder: string, mode: number): Promise<void> {
  try {
    await mkdir(folder, { mode });
  } catch (error) {
    // Above a mount that can only be read the system says so (EROFS, EACCES) of folders that are there, too.
    if ((await stat(folder).catch(() => null))?.isDirectory() !== true) throw error;
  }
}
