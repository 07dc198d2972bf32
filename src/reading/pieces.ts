/** The pieces of one source, as the pool is to parse them: ranges of the file itself where that is possible. */
import { open } from 'node:fs/promises';
import type { ParseOptions, TraceFormat } from '../formats/format.js';
import type { Wrapping } from '../formats/wrapping/wrapping.js';
import { type StreamProblem, decompressesInBackground } from '../source/decompress.js';
import type { Source } from '../source/index.js';
import { fileRanges, fillBuffers } from './cuts.js';
import { decompressInThread } from './decompress-thread.js';
import type { ParseTask } from './parse-stage.js';
import type { Sampled } from './sampling.js';
import { KeptBuffers } from './kept-buffers.js';

/** Compressed files smaller than this are decompressed by the calling thread, bytes: a thread takes 30 ms to start. */
const SMALL_COMPRESSED = 256 * 1024;
/** Text is seldom compressed further. */
const MOST_COMPRESSION = 40;
const LEAST_BUFFER = 64 * 1024;

export interface Piece {
  readonly from: ParseTask['from'];
  /** Bytes of the source, as stored, that are read when the piece is. */
  readonly consumed: number;
  /** How it is to be read, where the input tells. */
  readonly options?: ParseOptions;
}

export interface CutPlan {
  readonly format: TraceFormat;
  readonly wrapping: Wrapping | null;
  readonly chunkBytes: number;
  /** Buffers of `chunkBytes` that are free to be filled again. */
  readonly free: SharedArrayBuffer[];
  /** Set when the source's compressed stream ended too early. */
  onProblem(problem: StreamProblem): void;
}

/** Of this thread, for the text of small files. */
export const smallBuffers = new KeptBuffers();

/** Cuts a source; `sampled` when its beginning has been looked at already. */
export async function* piecesOf(source: Source, sampled: Sampled | null, plan: CutPlan): AsyncGenerator<Piece> {
  if (source.seekable) return yield* fileRangePieces(source, plan);
  let bytes = firstBuffer(source, plan.chunkBytes);
  const supply = {
    take: () => {
      const buffer = plan.free.pop() ?? smallBuffers.take(bytes, plan.chunkBytes);
      bytes = plan.chunkBytes;
      return Promise.resolve(buffer);
    },
  };
  const large = source.size !== null && source.size > SMALL_COMPRESSED;
  if (source.reopenable && large && !decompressesInBackground(source.compression)) {
    await sampled?.close();
    const state = { consumed: 0, problem: null as StreamProblem | null };
    for await (const chunk of decompressInThread(source.path, plan.format.id, supply, state, plan.wrapping)) {
      yield { from: { kind: 'memory', ...chunk }, consumed: state.consumed };
    }
    if (state.problem !== null) plan.onProblem(state.problem);
    return;
  }
  for await (const chunk of fillBuffers((sampled ?? source).blocks(), plan.format, supply)) {
    yield { from: { kind: 'memory', ...chunk }, consumed: source.consumed };
  }
  if (source.problem !== null) plan.onProblem(source.problem);
}

/**
 * What holds the text of a small file; of a larger one its first chunk. To V8 all of a buffer is in use, touched or not, and for the
 * sake of megabytes it collects garbage: in an archive of small incidents that costs more than reading them.
 */
function firstBuffer({ size, compression }: Source, chunkBytes: number): number {
  if (size === null) return chunkBytes;
  const text = compression === 'none' ? size + 1 : size * MOST_COMPRESSION;
  return Math.min(chunkBytes, Math.max(text, LEAST_BUFFER));
}

async function* fileRangePieces(source: Source, { format, chunkBytes }: CutPlan): AsyncGenerator<Piece> {
  const handle = await open(source.path, 'r');
  try {
    for await (const { offset, length } of fileRanges(handle, source.size!, format, chunkBytes)) {
      yield { from: { kind: 'file', path: source.path, offset, length }, consumed: offset + length };
    }
  } finally {
    await handle.close();
  }
}
