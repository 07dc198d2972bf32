/** Paths that are written to as they are: devices and pipes. */
import { stat } from 'node:fs/promises';

/**
 * Whether something is there that is neither file nor folder: a device such as /dev/null, a pipe. It is written to as it
 * is; to rename a file over it would do away with it, for everyone on the machine.
 */
export async function isSpecialFile(path: string): Promise<boolean> {
  const stats = await stat(path).catch(() => null);
  return stats !== null && !stats.isFile() && !stats.isDirectory();
}
