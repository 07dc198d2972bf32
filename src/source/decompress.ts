/**
 * Decompression of a stream of blocks. A stream that breaks off gives every byte up to the cut and then says so:
 * a production trace is often cut by a full disk or a killed recorder, and what is there is still worth reading.
 */
import { createGunzip } from 'node:zlib';
import type { Transform } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import type { Compression } from './magic.js';
import { LARGEST_WINDOW, ZstdFrames } from './zstd-frames.js';
import { ZstdReader } from './zstd-reader.js';

/** Why a stream ended before its proper end. */
export interface StreamProblem {
  /** truncated: the input ended in the middle; damaged: the input contradicts itself. */
  readonly kind: 'truncated' | 'damaged';
  /** Compressed bytes consumed when it showed. */
  readonly offset: number;
  readonly reason: string;
}

export interface DecompressionState {
  /** Compressed bytes consumed so far. */
  consumed: number;
  problem: StreamProblem | null;
}

/** What one call of zlib may give: large enough to spare turns of the event loop, small enough to lose little on damage. */
const OUTPUT_BLOCK = 256 * 1024;

type Blocks = AsyncIterable<Uint8Array>;

/** The decompressed blocks of `input`; `state` is kept up to date and tells of a premature end. Never throws for bad data. */
export async function* decompress(
  kind: Compression,
  input: Blocks,
  state: DecompressionState,
): AsyncGenerator<Uint8Array> {
  const counted = count(input, state);
  switch (kind) {
    case 'none':
      return yield* counted;
    case 'gzip':
      return yield* throughZlib(createGunzip({ chunkSize: OUTPUT_BLOCK }), counted, state);
    case 'zstd':
      return yield* unzstd(counted, state);
    case 'xz':
      return yield* unxz(counted, state);
  }
}

/** Whether the decompressor of `kind` works in Node's own thread pool, so that it does not hold up the calling thread. */
export function decompressesInBackground(kind: Compression): boolean {
  return kind === 'none' || kind === 'gzip';
}

async function* count(input: Blocks, state: DecompressionState): AsyncGenerator<Uint8Array> {
  for await (const block of input) {
    state.consumed += block.length;
    yield block;
  }
}

/**
 * Feeds a zlib stream block by block and waits for each: so all that could be decoded is out before the end of the
 * input is announced, and an unexpected end loses nothing. (Piping loses what the last call decoded.)
 */
async function* throughZlib(engine: Transform, input: Blocks, state: DecompressionState): AsyncGenerator<Uint8Array> {
  let output: Uint8Array[] = [];
  let failure: NodeJS.ErrnoException | null = null;
  let ended = false;
  let wake: () => void = () => {};
  engine.on('data', (block: Uint8Array) => output.push(block));
  engine.on('error', (error) => {
    failure = error;
    wake();
  });
  // zlib ends by itself, without calling back, when garbage follows the last member.
  engine.on('end', () => {
    ended = true;
    wake();
  });
  const step = (start: () => void) =>
    new Promise<void>((resolve) => {
      wake = resolve;
      start();
    });
  try {
    for await (const block of input) {
      await step(() => engine.write(block, () => wake()));
      const ready = output;
      output = [];
      yield* ready;
      if (failure !== null || ended) break;
    }
    if (failure === null && !ended) await step(() => engine.end());
    yield* output;
    if (failure !== null) state.problem = zlibProblem(failure, state.consumed);
  } finally {
    engine.destroy();
  }
}

function zlibProblem(error: NodeJS.ErrnoException, offset: number): StreamProblem {
  const cut = error.code === 'Z_BUF_ERROR' || /unexpected end/i.test(error.message);
  return { kind: cut ? 'truncated' : 'damaged', offset, reason: error.message };
}

/** Not with zlib's own decoder, which later versions of Node have: it ends in silence behind the first frame, and where a frame is cut off. */
async function* unzstd(input: Blocks, state: DecompressionState): AsyncGenerator<Uint8Array> {
  let output: Uint8Array[] = [];
  const reader = new ZstdReader((block) => output.push(block.slice()));
  const push = (block: Uint8Array): boolean => {
    try {
      reader.push(block);
      return true;
    } catch (error) {
      state.problem = { kind: 'damaged', offset: state.consumed, reason: (error as Error).message };
      return false;
    }
  };
  const frames = new ZstdFrames();
  try {
    for await (const block of input) {
      for (const piece of frames.pieces(block)) {
        const good = push(piece);
        const ready = output;
        output = [];
        yield* ready;
        if (!good) return;
      }
      if (frames.window > LARGEST_WINDOW) {
        const mb = (bytes: number) => Math.ceil(bytes / 2 ** 20);
        const reason = `a frame asks for ${mb(frames.window)} MB of memory, more than ${mb(LARGEST_WINDOW)}: decompress it with zstd -d --long=31`;
        state.problem = { kind: 'damaged', offset: state.consumed, reason };
        return;
      }
    }
    if (!reader.isWhole) state.problem = { kind: 'truncated', offset: state.consumed, reason: 'unexpected end' };
  } finally {
    reader.close();
  }
}

interface XzPackage {
  new (compressed: ReadableStream<Uint8Array>): ReadableStream<Uint8Array>;
  _contextMutex: { acquire(): Promise<void>; release(): void };
  _getModuleInstance(): Promise<void>;
}

let lastOpened: Promise<unknown> = Promise.resolve();

/**
 * The package lets one stream at a time be decoded in a thread, all of them in one memory. A stream that nobody reads on for a while (an
 * archive whose next member has its turn later) would hold up all others, and who reads on may be waiting for one of them. So
 * there are no turns, and each stream has a memory of its own, which it takes when it starts.
 */
function openXz(compressed: ReadableStream<Uint8Array>): Promise<ReadableStream<Uint8Array>> {
  const opened = lastOpened.then(async () => {
    const Xz = (await import('xz-decompress')).default.XzReadableStream as unknown as XzPackage;
    Xz._contextMutex = { acquire: () => Promise.resolve(), release: () => undefined };
    await Xz._getModuleInstance();
    const stream = new Xz(compressed);
    await new Promise(setImmediate);
    return stream;
  });
  lastOpened = opened.catch(() => undefined);
  return opened;
}

async function* unxz(input: Blocks, state: DecompressionState): AsyncGenerator<Uint8Array> {
  let drained = false;
  const iterator = input[Symbol.asyncIterator]();
  const compressed = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done === true) {
        drained = true;
        controller.close();
      } else {
        controller.enqueue(value);
      }
    },
  });
  const reader = (await openXz(compressed)).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      // The decoder hands out views of its own memory.
      yield value.slice();
    }
  } catch (error) {
    const reason = xzReason(error instanceof Error ? error.message : String(error));
    state.problem = { kind: drained ? 'truncated' : 'damaged', offset: state.consumed, reason };
  } finally {
    await reader.cancel().catch(() => undefined);
    await iterator.return?.(undefined);
  }
}

/** The decoder (XZ Embedded, linux/xz.h) says numbers where it means words. */
const XZ_ERRORS: Readonly<Record<string, string>> = {
  3: 'there is no memory for its dictionary',
  4: 'its dictionary is larger than 64 MB: decompress it with xz -d',
  5: 'this is no xz stream',
  6: 'it was packed with options that are not known here: decompress it with xz -d',
  7: 'it contradicts itself',
  8: 'it ends too early',
};

function xzReason(message: string): string {
  const code = /error code (\d+)/.exec(message)?.[1] ?? '';
  return XZ_ERRORS[code] ?? message;
}
