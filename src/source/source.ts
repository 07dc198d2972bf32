/** One input as bytes: a file, standard input, a member of an archive. Decompressed by content, never by name. */
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { PerfscopeError } from '../errors.js';
import { fileError } from './file-error.js';
import { type Compression, MAGIC_BYTES, compressionOf } from './magic.js';
import { type DecompressionState, type StreamProblem, decompress } from './decompress.js';

export interface Source {
  /** As the user gave it; '-' is standard input. */
  readonly path: string;
  /** The file's own name, for formats that look at it. */
  readonly name: string;
  /** Bytes as stored (compressed), null when it cannot be told before the end. */
  readonly size: number | null;
  readonly compression: Compression;
  /** A file whose bytes are the text itself: any stretch of it can be read on its own, by any thread. */
  readonly seekable: boolean;
  /** The path can be opened again: false for standard input and members of archives. */
  readonly reopenable: boolean;
  /** The thread that the file belongs to (`strace -ff` names it FILE.TID); 0 when the name does not tell. */
  readonly tid: number;
  /**
   * The decompressed bytes, in blocks. Once for a source that is not reopenable.
   *
   * @param inPassing each is done with before the next is asked for, so that all may lie in one memory: after every 64 MB of new
   *   memory V8 collects all garbage
   */
  blocks(inPassing?: boolean): AsyncGenerator<Uint8Array>;
  /** Bytes as stored that `blocks` has consumed so far. */
  readonly consumed: number;
  /** Set when `blocks` ended before the proper end of its compressed stream. */
  readonly problem: StreamProblem | null;
}

/** Bytes read from a file at once; in passing. */
const READ_BLOCK = 128 * 1024;
const PASSING_BLOCK = 512 * 1024;

class FileSource implements Source {
  readonly name: string;
  readonly seekable: boolean;
  readonly reopenable = true;
  private state: DecompressionState = { consumed: 0, problem: null };

  constructor(
    readonly path: string,
    readonly size: number,
    readonly compression: Compression,
    readonly tid: number,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.name = basename(path);
    this.seekable = compression === 'none';
  }

  blocks(inPassing = false): AsyncGenerator<Uint8Array> {
    this.state = { consumed: 0, problem: null };
    const read = inPassing && this.seekable ? readPassing : readFile;
    return decompress(this.compression, read(this.path, this.signal, this.size), this.state);
  }

  get consumed(): number {
    return this.state.consumed;
  }

  get problem(): StreamProblem | null {
    return this.state.problem;
  }
}

class StreamSource implements Source {
  readonly seekable = false;
  readonly reopenable = false;
  readonly tid = 0;
  private readonly state: DecompressionState = { consumed: 0, problem: null };

  constructor(
    readonly path: string,
    readonly name: string,
    readonly size: number | null,
    readonly compression: Compression,
    private readonly stream: AsyncGenerator<Uint8Array>,
  ) {}

  blocks(): AsyncGenerator<Uint8Array> {
    return decompress(this.compression, this.stream, this.state);
  }

  get consumed(): number {
    return this.state.consumed;
  }

  get problem(): StreamProblem | null {
    return this.state.problem;
  }
}

/** Opens one file (a directory is folder.ts's job), a named pipe or a device. `signal` ends its reading with an error. */
export async function openFile(path: string, tid = 0, signal?: AbortSignal): Promise<Source> {
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) throw new PerfscopeError('input-is-directory', `${path} is a directory`, { path });
    // A pipe gives its bytes once, to whoever opens it first: nothing may be read from it just to look.
    if (!stats.isFile()) return await openStream(path, basename(path), null, readFile(path, signal));
    const handle = await open(path, 'r');
    try {
      const head = new Uint8Array(MAGIC_BYTES);
      const { bytesRead } = await handle.read(head, 0, head.length, 0);
      return new FileSource(path, stats.size, compressionOf(head.subarray(0, bytesRead)), tid, signal);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw fileError(error, path);
  }
}

/** Standard input, or any stream of bytes that can be read once only (a member of an archive). */
export async function openStream(
  path: string,
  name: string,
  size: number | null,
  stream: AsyncIterable<Uint8Array>,
): Promise<Source> {
  const iterator = stream[Symbol.asyncIterator]();
  const head: Uint8Array[] = [];
  let length = 0;
  while (length < MAGIC_BYTES) {
    const { done, value } = await iterator.next();
    if (done === true) break;
    head.push(value);
    length += value.length;
  }
  const joined = Buffer.concat(head, length);
  return new StreamSource(path, name, size, compressionOf(joined), prepend(joined, iterator));
}

async function* prepend(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (head.length > 0) yield head;
    for (;;) {
      const { done, value } = await rest.next();
      if (done === true) return;
      yield value;
    }
  } finally {
    await rest.return?.(undefined);
  }
}

/** As far as the file went when it was opened: one that grows as fast as it is read has no end. */
async function* readFile(path: string, signal: AbortSignal | undefined, size = 0): AsyncGenerator<Uint8Array> {
  // Files of the kernel say 0 whatever is in them.
  const end = size === 0 ? Infinity : size - 1;
  try {
    yield* createReadStream(path, { highWaterMark: READ_BLOCK, signal, end }) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw fileError(error, path);
  }
}

/** The same, all blocks in one memory. */
async function* readPassing(path: string, signal: AbortSignal | undefined, size: number): AsyncGenerator<Uint8Array> {
  try {
    const handle = await open(path, 'r');
    try {
      const block = new Uint8Array(PASSING_BLOCK);
      const end = size === 0 ? Infinity : size;
      for (let at = 0; at < end;) {
        signal?.throwIfAborted();
        const { bytesRead } = await handle.read(block, 0, Math.min(block.length, end - at), at);
        if (bytesRead === 0) break;
        at += bytesRead;
        yield block.subarray(0, bytesRead);
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw fileError(error, path);
  }
}
