/**
 * Pieces of a file whose format must arrange its records first (formats/format.ts): what lies before and behind the records is read, then the
 * records go by once. Of a stream that can be read once only, and says what it is at its end, all is kept until then.
 */
import { open } from 'node:fs/promises';
import { PerfscopeError } from '../errors.js';
import type { Arrangement, Arranger, ParseOptions } from '../formats/format.js';
import type { Source } from '../source/index.js';
import { fileError } from '../source/file-error.js';
import type { Piece } from './pieces.js';
import type { Sampled } from './sampling.js';

/** What stands before and behind the records is descriptions: a few MB. */
const MOST_AROUND = 256 * 2 ** 20;
/** Bytes of a header. */
const HEAD = 4096;

export interface ArrangePlan {
  readonly arrangement: Arrangement;
  readonly options: ParseOptions;
  readonly chunkBytes: number;
  readonly free: SharedArrayBuffer[];
  /** Hears what the recording says of itself. */
  onEnd(told: Pick<Arranger, 'origin' | 'messages' | 'lastSeconds' | 'gaps'>): void;
}

export async function* arrangedPieces(
  source: Source,
  sampled: Sampled | null,
  plan: ArrangePlan,
): AsyncGenerator<Piece> {
  const { arrangement, chunkBytes, free } = plan;
  const input = await inputOf(source, sampled);
  const records = arrangement.begins(input.head) ? arrangement.records(input.head) : null;
  if (records === null) throw damaged(source.path);
  const { begin, end } = records;
  const room = { pieceBytes: chunkBytes, supply: () => free.pop() ?? new SharedArrayBuffer(chunkBytes) };
  const { front, back } = await input.around(begin, end);
  const arranger = await arrangement.open(front, back, plan.options, room);
  let at = 0;
  for await (const block of input.blocks()) {
    const from = Math.max(0, begin - at);
    const to = end === null ? block.length : Math.min(block.length, end - at);
    at += block.length;
    if (to > from) for (const piece of arranger.push(block.subarray(from, to))) yield pieceOf(piece, source.consumed);
    if (end !== null && at >= end && source.seekable) break;
  }
  const missing = end === null || at >= end ? 0 : end - at;
  for (const piece of arranger.end(missing)) yield pieceOf(piece, source.consumed);
  if (arranger.unknownMachine !== '') throw otherMachine(source.path, arranger.unknownMachine);
  plan.onEnd(arranger);
}

function pieceOf(
  { buffer, length, options }: { buffer: SharedArrayBuffer; length: number; options: ParseOptions },
  consumed: number,
): Piece {
  return { from: { kind: 'memory', buffer, length }, consumed, options };
}

interface Input {
  readonly head: Uint8Array;
  /** What lies before `begin`, and from `end` on (nothing where that is null). */
  around(begin: number, end: number | null): Promise<{ front: Uint8Array; back: Uint8Array }>;
  /** All bytes, from the first on; each block is valid until the next. */
  blocks(): AsyncIterable<Uint8Array>;
}

async function inputOf(source: Source, sampled: Sampled | null): Promise<Input> {
  if (source.seekable) return fileInput(source);
  await (source.reopenable ? sampled?.close() : undefined);
  return streamInput(source, source.reopenable ? null : sampled);
}

/** Reads around the records where they lie. */
async function fileInput(source: Source): Promise<Input> {
  const { path } = source;
  const read = async (from: number, to: number): Promise<Uint8Array> => {
    try {
      const handle = await open(path, 'r');
      try {
        const { size } = await handle.stat();
        const length = Math.max(0, Math.min(to, size, from + MOST_AROUND) - from);
        const bytes = new Uint8Array(length);
        let filled = 0;
        while (filled < length) {
          const { bytesRead } = await handle.read(bytes, filled, length - filled, from + filled);
          if (bytesRead === 0) break;
          filled += bytesRead;
        }
        return bytes.subarray(0, filled);
      } finally {
        await handle.close();
      }
    } catch (error) {
      throw fileError(error, path);
    }
  };
  return {
    head: await read(0, HEAD),
    around: async (begin, end) => ({
      front: await read(0, begin),
      back: end === null ? new Uint8Array(0) : await read(end, Infinity),
    }),
    blocks: () => source.blocks(true),
  };
}

/** A compressed file is read twice; what can be read once only is kept, if what stands at its end is needed first. */
async function streamInput(source: Source, sampled: Sampled | null): Promise<Input> {
  const again = source.reopenable;
  const stream = again ? source.blocks() : (sampled ?? source).blocks();
  const kept: Uint8Array[] = [];
  let length = 0;
  const next = async (): Promise<Uint8Array | null> => {
    const { done, value } = await stream.next();
    return done === true ? null : value;
  };
  while (length < HEAD) {
    const block = await next();
    if (block === null) break;
    kept.push(block);
    length += block.length;
  }
  async function* rest(): AsyncGenerator<Uint8Array> {
    yield* kept;
    for (let block = await next(); block !== null; block = await next()) yield block;
  }
  return {
    head: Buffer.concat(kept).subarray(0, HEAD),
    async around(begin, end) {
      const front = new Collected(0, begin);
      const back = new Collected(end ?? Infinity, Infinity);
      let at = 0;
      const take = (block: Uint8Array): void => {
        front.add(block, at);
        back.add(block, at);
        at += block.length;
      };
      kept.forEach(take);
      for (let block: Uint8Array | null; (end !== null || at < begin) && (block = await next()) !== null;) {
        take(block);
        if (!again) kept.push(block.slice());
      }
      return { front: front.bytes(), back: back.bytes() };
    },
    async *blocks() {
      if (!again) return yield* rest();
      await stream.return(undefined);
      yield* source.blocks();
    },
  };
}

/** The bytes of a stretch of a stream. */
class Collected {
  private readonly parts: Uint8Array[] = [];
  private length = 0;

  constructor(
    private readonly from: number,
    private readonly to: number,
  ) {}

  add(block: Uint8Array, at: number): void {
    const part = block.subarray(Math.max(0, this.from - at), Math.max(0, Math.min(block.length, this.to - at)));
    if (part.length === 0 || this.length + part.length > MOST_AROUND) return;
    this.parts.push(part.slice());
    this.length += part.length;
  }

  bytes(): Uint8Array {
    return Buffer.concat(this.parts);
  }
}

function damaged(path: string): PerfscopeError {
  const advice = 'Copy the file anew, or record again.';
  return new PerfscopeError('input-damaged', `${path}: its header is cut off or damaged`, { path, offset: 0 }, advice);
}

function otherMachine(path: string, machine: string): PerfscopeError {
  return new PerfscopeError(
    'input-format',
    `${path} is a recording of perf on ${machine}, whose numbers of system calls perfscope does not know`,
    { path, offset: 0 },
    "Record events with names (perf record -e 'syscalls:sys_enter_*,syscalls:sys_exit_*' -p PID), or with strace.",
  );
}
