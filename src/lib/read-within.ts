/** Small files of ours (signatures, manifests, baselines ...), read as a whole: never more than a limit, whatever they are. */
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { PerfscopeError } from '../errors.js';

const MB = 1024 * 1024;
/** Room for a read where the size is not known: a pipe, a device. */
const PIECE = MB;

/**
 * The bytes of the file at `path`, which may be a pipe. Fails as node:fs does, and with 'input-too-large' as soon as there is more
 * than `most` bytes: a device never ends, and a file may grow while it is read.
 */
export async function readWithin(path: string, most: number): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    const stats = await handle.stat();
    if (stats.size > most) throw tooLarge(path, most);
    const pieces: Buffer[] = [];
    // With a byte more than the file has: so its end shows without another piece.
    let room = Buffer.allocUnsafe(stats.size > 0 ? stats.size + 1 : PIECE);
    for (let [total, at] = [0, 0]; ;) {
      const { bytesRead } = await handle.read(room, at, room.length - at, null);
      if (bytesRead === 0) {
        const last = room.subarray(0, at);
        return pieces.length === 0 ? last : Buffer.concat([...pieces, last], total);
      }
      at += bytesRead;
      total += bytesRead;
      if (total > most) throw tooLarge(path, most);
      if (at < room.length) continue;
      pieces.push(room);
      room = Buffer.allocUnsafe(PIECE);
      at = 0;
    }
  } finally {
    await handle.close();
  }
}

/** The text of the file at `path`, without the byte order mark that some editors begin it with. Fails as `readWithin` does. */
export async function textWithin(path: string, most: number): Promise<string> {
  return textOf(await readWithin(path, most));
}

/** UTF-8 as text, without a byte order mark. */
export function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** What a gzip stream holds; fails as node:zlib does, and with 'input-too-large' for more than `most` bytes. */
export async function gunzipWithin(bytes: Uint8Array, most: number, path: string): Promise<Buffer> {
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: most });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(path, most);
    throw error;
  }
}

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function tooLarge(path: string, most: number): PerfscopeError {
  const advice = 'Is it the right file?';
  return new PerfscopeError('input-too-large', `the file has more than ${Math.floor(most / MB)} MB`, { path }, advice);
}
