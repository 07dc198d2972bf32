/**
 * Keeps one run within the memory that the user allows: what it is likely to need is told before it begins, from the size of
 * the input and from how many calls its first lines hold; what it does need is looked at while it runs.
 */
import { open } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { ParseOptions } from '../formats/format.js';
import { PerfscopeError } from '../errors.js';
import type { Source, SourceSet } from '../source/index.js';
import { abortsWith } from '../pool/on-abort.js';
import { MB, watchMemory } from './memory.js';
import type { RunOptions } from './run.js';
import { formatOf, sampleOf } from '../reading/sampling.js';

export interface MemoryOptions {
  /** Resident memory that the process may come to hold, bytes. Default: no limit. */
  readonly maxMemory?: number | undefined;
}

/*
 * Measured with `analyze`, `learn` and `inspect` of 5 MB to 1 GB of strace and perf text, 1 to 8 threads: the program;
 * a thread with its code and the text that it is at; a row with all that is made of it, its share of stacks included.
 */
const PROGRAM = 100 * MB;
const PER_JOB = 35 * MB;
const PER_ROW = 70;
const PER_ROW_WITH_STACKS = 350;
/** How far off the estimate may be. */
const MARGIN = 1.15;
/** A compressed file whose text is of unknown size has at least so many bytes of it for each of its own. */
const LEAST_COMPRESSION = 3;

/** Memory that a run needs, bytes. */
export function neededMemory(rows: number, withStacks: boolean, jobs: number): number {
  return PROGRAM + jobs * PER_JOB + rows * (withStacks ? PER_ROW_WITH_STACKS : PER_ROW);
}

/**
 * Bytes of text in a file: its size, or what the end of a gzip file says (RFC 1952, ISIZE, modulo 4 GiB, of its last
 * member only), or the least that it must be. Null for what tells no size.
 */
export async function textBytes({ path, size, compression, reopenable }: Source): Promise<number | null> {
  if (size === null || compression === 'none') return size;
  const least = size * LEAST_COMPRESSION;
  if (compression !== 'gzip' || !reopenable || size < 18) return least;
  const handle = await open(path, 'r');
  try {
    const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, size - 4);
    return Math.max(buffer.readUInt32LE(0), least);
  } finally {
    await handle.close();
  }
}

/**
 * Refuses a run that will not do with `maxMemory`, before anything is read but the beginning of the largest file. Input that
 * does not tell its size is let through: it is watched while it is read.
 *
 * @throws PerfscopeError 'input-too-large', with the memory that it would take
 */
export async function requireMemory(
  sets: readonly SourceSet[],
  {
    maxMemory,
    jobs = availableParallelism(),
    format,
    parse,
  }: MemoryOptions & Pick<RunOptions, 'jobs'> & ReadingOptions,
): Promise<void> {
  if (maxMemory === undefined) return;
  const sources = sets.flatMap((set) => set.sources).filter((source) => source.reopenable);
  if (sources.length === 0) return;
  const largest = sources.reduce((a, b) => ((b.size ?? 0) > (a.size ?? 0) ? b : a));
  let text = 0;
  for (const source of sources) text += (await textBytes(source)) ?? 0;
  const density = await rowsPerByte(largest, format, parse);
  if (density === null) return;
  const needed = neededMemory(text * density.rows, density.withStacks, jobs);
  if (needed > maxMemory) throw tooLarge(largest.path, needed, maxMemory);
}

interface ReadingOptions {
  readonly format?: string | undefined;
  readonly parse?: Partial<ParseOptions> | undefined;
}

/** Null for input that cannot be read: reading it will say why. */
async function rowsPerByte(
  source: Source,
  wanted: string | undefined,
  parse: Partial<ParseOptions> | undefined,
): Promise<{ rows: number; withStacks: boolean } | null> {
  try {
    const sampled = await sampleOf(source);
    await sampled.close();
    const { format } = formatOf(sampled, wanted);
    if (format.arrangement !== undefined) return format.arrangement.density(sampled.sample);
    const unprepared = { tid: source.tid, ...parse };
    const prepared = format.prepare?.(sampled.sample, unprepared) ?? unprepared;
    const chunk = format.parseChunk(sampled.sample, prepared);
    return { rows: chunk.rows / sampled.sample.length, withStacks: chunk.stacks !== null };
  } catch (error) {
    if (error instanceof PerfscopeError) return null;
    throw error;
  }
}

/**
 * Runs `body` with a signal that aborts as soon as the process holds more than `maxMemory`; the run then fails with
 * 'input-too-large'. `path` is what the user named.
 */
export async function withinMemory<Options extends MemoryOptions & RunOptions, T>(
  options: Options,
  path: string,
  body: (options: Options) => Promise<T>,
): Promise<T> {
  const { maxMemory, signal } = options;
  if (maxMemory === undefined) return body(options);
  const { controller, letGo } = abortsWith(signal);
  const begun = process.memoryUsage.rss();
  // Share of the input that was read, 0 while it is not known; 1 afterwards.
  let share = 0;
  const watch = watchMemory(maxMemory, () => {
    const grown = process.memoryUsage.rss() - begun;
    const known = share > 0 && share < 1;
    controller.abort(tooLarge(path, known ? begun + grown / share : null, maxMemory));
  });
  try {
    return await body({
      ...options,
      signal: controller.signal,
      onProgress: (progress) => {
        if (progress.stage !== 'read') share = 1;
        else if (progress.total !== null && progress.total > 0) share = progress.done / progress.total;
        options.onProgress?.(progress);
      },
    });
  } finally {
    watch.stop();
    letGo();
  }
}

/** `needed`: null when all that is known is that it is more. */
function tooLarge(path: string, needed: number | null, allowed: number): PerfscopeError {
  const mb = (bytes: number) => Math.ceil(bytes / MB);
  const message =
    needed === null
      ? `${path} needs more than the ${mb(allowed)} MB of memory that are allowed`
      : `${path} needs about ${mb(needed)} MB of memory; ${mb(allowed)} MB are allowed`;
  const enough = needed === null ? 'more --max-memory' : `--max-memory ${Math.ceil(mb(needed * MARGIN) / 10) * 10}M`;
  const advice = `Give ${enough}, fewer --jobs, or a part of the recording.`;
  return new PerfscopeError('input-too-large', message, { path }, advice);
}
