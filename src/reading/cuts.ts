/** Cutting an input at record boundaries into stretches that are parsed side by side. */
import type { FileHandle } from 'node:fs/promises';
import type { TraceFormat } from '../formats/format.js';

/**
 * Text parsed in one task, bytes: 10 to 15 ms of work against 0.5 ms that its two tasks cost (parse, place). Of 1 GB with one and two
 * threads, 8 MB take a tenth less CPU than 4 MB, and 16 MB hardly less than 8; small ones balance better and take less memory.
 */
export const DEFAULT_CHUNK_BYTES = 8 * 1024 * 1024;
/** How far before a cut a record boundary is looked for at first, bytes. Most records are lines of 100 bytes. */
const LOOK_BACK = 64 * 1024;
/** What has no end within so many bytes is no record, but a hole, or no text: it is cut where that shows, and then anywhere. */
const LARGEST_RECORD = 32 * 1024 * 1024;

/** Where `bytes` can be cut: the start of its last record; looks at the end first. 0 when it is one record. */
export function cutOf(bytes: Uint8Array, format: TraceFormat): number {
  for (let look = LOOK_BACK; look < bytes.length; look *= 8) {
    const from = bytes.length - look;
    const at = format.lastRecordStart(bytes.subarray(from));
    if (at > 0) return from + at;
  }
  return format.lastRecordStart(bytes);
}

export interface Range {
  readonly offset: number;
  readonly length: number;
}

/** Ranges of a file of `size` bytes, each of whole records if these are no larger than `largest`. Reads only the neighbourhood of each cut. */
export async function* fileRanges(
  handle: FileHandle,
  size: number,
  format: TraceFormat,
  chunkBytes: number,
  largest = LARGEST_RECORD,
): AsyncGenerator<Range> {
  let offset = 0;
  let endless = false;
  while (offset < size) {
    let end = size;
    // A last piece of less than a quarter is taken along.
    for (let want = chunkBytes; offset + want * 1.25 < size; want *= 2) {
      const cut = await cutBefore(handle, offset, offset + want, format);
      if (cut === offset && !endless && want * 2 <= largest) continue;
      endless = cut === offset;
      end = endless ? offset + want : cut;
      break;
    }
    yield { offset, length: end - offset };
    offset = end;
  }
}

/** The last record boundary in (begin, end), or `begin` when there is none. `begin` is a boundary. */
async function cutBefore(handle: FileHandle, begin: number, end: number, format: TraceFormat): Promise<number> {
  for (let look = LOOK_BACK; ; look *= 8) {
    const from = Math.max(begin, end - look);
    const bytes = new Uint8Array(end - from);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, from);
    const at = format.lastRecordStart(bytes.subarray(0, bytesRead));
    if (at > 0) return from + at;
    if (from === begin) return begin;
  }
}

/** Where chunks of text are put: shared memory that goes round. */
export interface BufferSupply {
  /** A buffer of at least `chunkBytes`; waits until one is free where their number is bounded. */
  take(): Promise<SharedArrayBuffer>;
}

export interface FilledBuffer {
  readonly buffer: SharedArrayBuffer;
  /** Bytes of whole records at its beginning. */
  readonly length: number;
}

/**
 * Packs blocks of text into shared buffers, each cut at a record boundary if there is one within `largest` bytes; what lies
 * behind the cut begins the next.
 */
export async function* fillBuffers(
  blocks: AsyncIterable<Uint8Array>,
  format: TraceFormat,
  supply: BufferSupply,
  largest = LARGEST_RECORD,
): AsyncGenerator<FilledBuffer> {
  let buffer = await supply.take();
  let view = new Uint8Array(buffer);
  let filled = 0;
  let endless = false;
  for await (const block of blocks) {
    let rest = block;
    while (rest.length > 0) {
      const taken = Math.min(rest.length, view.length - filled);
      view.set(rest.subarray(0, taken), filled);
      filled += taken;
      rest = rest.subarray(taken);
      if (filled < view.length) continue;
      let cut = cutOf(view, format);
      if (cut === 0 && !endless && view.length * 2 <= largest) {
        // One record fills the buffer: a larger one takes its place.
        const larger = new Uint8Array(new SharedArrayBuffer(view.length * 2));
        larger.set(view);
        [buffer, view] = [larger.buffer, larger];
        continue;
      }
      endless = cut === 0;
      if (endless) cut = filled;
      const next = await supply.take();
      const tail = view.subarray(cut, filled);
      const nextView = new Uint8Array(next.byteLength > tail.length ? next : new SharedArrayBuffer(tail.length * 2));
      nextView.set(tail);
      yield { buffer, length: cut };
      [buffer, view, filled] = [nextView.buffer as SharedArrayBuffer, nextView, tail.length];
    }
  }
  if (filled > 0) yield { buffer, length: filled };
}
