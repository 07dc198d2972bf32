/** What a path leads to: devices and pipes, which are written to as they are, and files that go by two names. */
import { stat } from 'node:fs/promises';

/**
 * Whether something is there that is neither file nor folder: a device such as /dev/null, a pipe. It is written to as it
 * is; to rename a file over it would do away with it, for everyone on the machine.
 */
export async function isSpecialFile(path: string): Promise<boolean> {
  const stats = await stat(path).catch(() => null);
  return stats !== null && !stats.isFile() && !stats.isDirectory();
}

/** Whether both lead to one file that is there; devices and pipes are no files. */
export async function isSameFile(a: string, b: string): Promise<boolean> {
  const [one, other] = await Promise.all([a, b].map((path) => stat(path).catch(() => null)));
  return one?.isFile() === true && one.ino === other?.ino && one.dev === other.dev;
}
