/** The stage 'parse': one stretch of the input, cut at record boundaries, to a TraceChunk. */
import { closeSync, openSync, readSync } from 'node:fs';
import { readAs } from '../formats/index.js';
import type { Wrapping } from '../formats/wrapping/wrapping.js';
import type { ParseOptions } from '../formats/format.js';
import { fileError } from '../source/file-error.js';
import type { TraceChunk } from '../trace/chunk.js';
import { packChunk } from './chunk-packing.js';
import type { Stage } from '../pool/stage.js';

export interface ParseTask {
  readonly format: string;
  readonly options: ParseOptions;
  readonly wrapping: Wrapping | null;
  readonly from: FileRange | SharedBytes;
  /** Where the rows are to be put, if they fit. */
  readonly room: Uint8Array;
}

export interface ParsedPiece {
  readonly chunk: TraceChunk;
  /** The memory that the chunk's rows lie in where they do not fit the task's room; to be used again when they are no longer needed. */
  readonly memory: Uint8Array | null;
}

/** A stretch of an uncompressed file: the worker reads it itself, so the text never passes between threads. */
export interface FileRange {
  readonly kind: 'file';
  readonly path: string;
  readonly offset: number;
  readonly length: number;
}

/** Text in shared memory, `buffer[0 .. length)`: what a decompressor or a pipe gave. */
export interface SharedBytes {
  readonly kind: 'memory';
  readonly buffer: SharedArrayBuffer;
  readonly length: number;
}

export const parseStage: Stage<ParseTask, ParsedPiece> = {
  name: 'parse',
  brief: true,
  run({ format, wrapping, options, from, room }) {
    const bytes = from.kind === 'file' ? readRange(from) : new Uint8Array(from.buffer, 0, from.length);
    const { chunk, memory } = packChunk(readAs(format, wrapping).parseChunk(bytes, options), room);
    return { chunk, memory: memory === room ? null : memory };
  },
};

/** One buffer a thread, used again for each range: parsers keep no view of their input. */
let scratch = new Uint8Array(0);
/** Ranges differ by a record or two: the buffer is a little larger than the first, so that no later one needs another. */
const SPARE = 2 ** 18;

function readRange({ path, offset, length }: FileRange): Uint8Array {
  if (scratch.length < length) scratch = new Uint8Array(length + SPARE);
  try {
    const file = openSync(path, 'r');
    try {
      let filled = 0;
      while (filled < length) {
        const got = readSync(file, scratch, filled, length - filled, offset + filled);
        // The file was cut while it was being read.
        if (got === 0) break;
        filled += got;
      }
      return scratch.subarray(0, filled);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw fileError(error, path);
  }
}
