/** Reading of perfscope's own documents, which may have been put there by anyone. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** Result documents have some 10 KB. */
export const MAX_RESULT = 64 * 1024 * 1024;

/**
 * The text of a file that perfscope wrote, wherever it comes from now. Fails for what is no file, without waiting for a pipe,
 * and for more than `most` bytes.
 */
export async function readSmall(file: string, most: number): Promise<string> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new Error(`${file} is no file`);
    if (stats.size > most) throw new Error(`${file} has ${stats.size} bytes, more than ${most}`);
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}
