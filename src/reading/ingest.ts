/**
 * From paths to one Trace: finds the format, cuts the input at record boundaries, has the pieces parsed side by side and
 * appends them in the order of the input. The builder joins calls whose halves lie in two pieces, so the Trace does not
 * depend on the number of threads or on where the cuts fall.
 */
import type { ParseOptions } from '../formats/format.js';
import { wrappingOfOthers } from '../formats/wrapping/find.js';
import { wrappingNames } from '../formats/wrapping/wrapping.js';
import type { Message } from '../result.js';
import type { StreamProblem } from '../source/decompress.js';
import { type Source, type SourceSet, openSources } from '../source/index.js';
import { TraceBuilder } from '../trace/builder.js';
import type { PlacedRows } from '../trace/place-rows.js';
import { clocksOfSet } from './set-clocks.js';
import { followDescriptors } from '../trace/descriptors.js';
import { type KinFacts, togetherFacts } from '../trace/kinship/facts.js';
import { joinAttached } from '../trace/kinship/kinship.js';
import { mergeTraces } from '../trace/merge-traces.js';
import type { Trace } from '../trace/table.js';
import { arrangedPieces } from './arranged.js';
import { joinedSets } from './joined-sets.js';
import { DEFAULT_CHUNK_BYTES } from './cuts.js';
import { recordedWith } from './recorded-with.js';
import { type ParseTask, parseStage } from './parse-stage.js';
import { nameFrames } from './name-frames.js';
import { piecesOf, smallBuffers } from './pieces.js';
import { placeStage } from './place-stage.js';
import type { Pool } from '../pool/pool.js';
import { sharedBytes } from './chunk-packing.js';
import { type ChosenFormat, type Sampled, foreignError, formatOf, sampleOf, withoutCalls } from './sampling.js';
import { throwIfCancelled } from '../pool/stage.js';

export interface ReadOptions {
  readonly pool: Pool;
  /** Id of the format; default: told by the first bytes. */
  readonly format?: string | undefined;
  readonly parse?: Partial<ParseOptions> | undefined;
  /** Opens the input where the paths are only names for it. */
  readonly open?: ((signal: AbortSignal | undefined) => Promise<readonly SourceSet[]>) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with what is to be read, before it is. */
  readonly onOpened?: ((sets: readonly SourceSet[]) => Promise<void>) | undefined;
  /** Bytes as stored, parsed and to be parsed; the total is null where an input does not tell its size. */
  readonly onProgress?: ((bytesDone: number, bytesTotal: number | null) => void) | undefined;
  /** Text parsed in one task, bytes (tests choose small ones). */
  readonly chunkBytes?: number | undefined;
  /** Text that is large, bytes (tests choose little). */
  readonly largeBytes?: number | undefined;
}

export interface ReadResult {
  readonly trace: Trace;
  readonly format: string;
  /** Why it was taken for that format, in a few words. */
  readonly formatReason: string;
  readonly warnings: readonly Message[];
}

/** An input of at most so many chunks is parsed by the calling thread: threads take longer to start and to warm up. */
const SMALL_CHUNKS = 2;

/** So many rows are placed in less time than a thread needs to hear of them. */
const FEW_ROWS = 1000;

/** Reads one trace from one or more files, standard input (`-`) or a folder of `strace -ff`. */
export async function readTrace(paths: readonly string[], options: ReadOptions): Promise<ReadResult> {
  throwIfCancelled(options.signal);
  try {
    const sets = await (options.open?.(options.signal) ?? openSources(paths, options.signal));
    await options.onOpened?.(sets);
    return await readSources(sets, options);
  } catch (error) {
    // Whatever a cancelled stream, thread or file handle says.
    throwIfCancelled(options.signal);
    throw error;
  }
}

/** The same from sources that are open already (members of an archive). */
export async function readSources(sets: readonly SourceSet[], options: ReadOptions): Promise<ReadResult> {
  const sources = sets.flatMap((set) => set.sources);
  const progress = progressOver(sources, options.onProgress);
  const warnings: Message[] = [];
  const traces: Trace[] = [];
  const facts: KinFacts[] = [];
  let first: (ChosenFormat & { readonly sampled: Sampled }) | null = null;
  for (const set of await joinedSets(sets)) {
    const chosen = await readSet(set, options, progress, { traces, warnings, facts });
    first ??= chosen;
  }
  // A silent thread's empty file has no clock, and must not take the others' away.
  const heard = traces.filter(({ lines }) => lines > 0);
  let trace = heard.length === 0 ? traces[0]! : mergeTraces(heard);
  if (trace.length === 0) throw withoutCalls(first!.sampled, first!, trace, warnings);
  if (first!.format.arrangement?.framesUnnamed === true) {
    const named = await nameFrames(trace);
    warnings.push(...named.warnings);
    trace = named.trace;
  }
  const kin = joinAttached(trace, togetherFacts(facts));
  const told = kin === null ? trace : { ...trace, threads: kin.threads };
  if (kin !== null)
    warnings.push({
      code: 'threads-joined',
      args: { threads: kin.joined, processes: kin.pids.length, pid: kin.pids[0]! },
    });
  followDescriptors(told);
  return { trace: told, format: first!.format.id, formatReason: first!.reason, warnings };
}

/** Text is compressed to a tenth, about. */
const COMPRESSION = 10;

/** Text that a source holds, about, bytes; 0 where that is not known. */
const textOf = (s: Source) => (s.size ?? 0) * (s.compression === 'none' ? 1 : COMPRESSION);

/** Text whose rows take so much memory that how it is had matters, bytes: a million calls. */
const LARGE_TEXT = 100e6;

/** One source on its way into a Trace. */
interface Part {
  readonly source: Source;
  readonly builder: TraceBuilder;
  /** Rooms in its memory that are free. */
  readonly rooms: Uint8Array[];
  problem: StreamProblem | null;
  /** Hears what an arranger says. */
  onEnd(origin: string, messages: readonly Message[]): void;
}

/** What is to happen when a piece comes back parsed. */
interface Issued {
  readonly part: Part;
  readonly buffer: SharedArrayBuffer | null;
  readonly consumed: number;
  readonly room: Uint8Array;
  /** The room is one of the part's own. */
  readonly inMemory: boolean;
}

async function readSet(
  { sources, perThread }: SourceSet,
  options: ReadOptions,
  progress: (source: Source, consumed: number) => void,
  { traces, warnings, facts }: { traces: Trace[]; warnings: Message[]; facts: KinFacts[] },
): Promise<ChosenFormat & { readonly sampled: Sampled }> {
  const { pool, signal, chunkBytes = DEFAULT_CHUNK_BYTES, largeBytes = LARGE_TEXT } = options;
  // Certainly more than the calling thread would parse itself.
  const text = sources.reduce((sum, source) => sum + textOf(source), 0);
  if (text > (SMALL_CHUNKS + 1) * chunkBytes) pool.warm(parseStage);
  // The files of strace -ff are of one format, and some threads say too little to tell it.
  const sampled = await sampleOf(sources.reduce((a, b) => ((b.size ?? 0) > (a.size ?? 0) ? b : a)));
  let chosen: ChosenFormat;
  try {
    chosen = formatOf(sampled, options.format);
  } catch (error) {
    await sampled.close();
    throw error;
  }
  const { format, wrapping } = chosen;
  const { arrangement } = format;
  warnings.push(...chosen.warnings);
  if (wrapping !== null) {
    const what = wrappingNames(wrapping).join(', ');
    warnings.push({ code: 'wrapped-lines', args: { path: sampled.source.path, what, times: wrapping.times } });
  }
  const unprepared = { tid: 0, ...options.parse };
  const prepared = format.prepare?.(sampled.sample, unprepared) ?? unprepared;
  let common: TraceBuilder | null = null;
  const sizeOf = (source: Source) => (arrangement === undefined ? textOf(source) : text);
  const parts = sources.map((source): Part => {
    // For each thread one chunk being parsed, one being placed, and one waiting for each.
    const large = sizeOf(source) > largeBytes ? { roomBytes: (4 * pool.jobs + 4) * chunkBytes } : null;
    const onEnd = (origin: string, messages: readonly Message[]) => {
      if (origin !== '') chosen = { ...chosen, reason: origin };
      for (const { code, args } of messages) warnings.push({ code, args: { path: source.path, ...args } });
    };
    // Files of one recording go on where the one before ends.
    const builder = arrangement === undefined ? null : common;
    common = builder ?? new TraceBuilder(format.id, large);
    return { source, builder: common, rooms: [], problem: null, onEnd };
  });
  const free: SharedArrayBuffer[] = [];
  /** Smaller ones, for who reads next. */
  const spare: SharedArrayBuffer[] = [];
  /** Of chunks that come to no part's own. */
  const rooms: Uint8Array[] = [];
  const issued: Issued[] = [];

  async function* tasks(): AsyncGenerator<ParseTask> {
    for (const part of parts) {
      const plan = {
        format,
        wrapping,
        chunkBytes,
        free,
        onProblem: (problem: StreamProblem) => (part.problem = problem),
      };
      const parse = { ...prepared, tid: options.parse?.tid ?? part.source.tid };
      const head = part.source === sampled.source ? sampled : null;
      const pieces = arrangement
        ? arrangedPieces(part.source, head, { arrangement, options: parse, chunkBytes, free, onEnd: part.onEnd })
        : piecesOf(part.source, head, plan);
      for await (const { item, last } of withLast(pieces)) {
        const { from, consumed, options = parse } = item;
        const near = part.rooms.pop() ?? part.builder.room(chunkBytes);
        const room = near ?? rooms.pop() ?? sharedBytes(Math.min(chunkBytes, from.length));
        const buffer = from.kind === 'memory' ? from.buffer : null;
        issued.push({ part, buffer, consumed, room, inMemory: near !== null });
        yield { format: format.id, options: last ? { ...options, last } : options, wrapping, from, room };
      }
    }
  }

  const { items, small } = await lookAhead(tasks(), SMALL_CHUNKS * chunkBytes);
  const inline = small && pool.threads === 0;
  const placing: { part: Part; room: Uint8Array; inMemory: boolean; placed: Promise<PlacedRows> }[] = [];
  const settle = async (most: number) => {
    while (placing.length > most) {
      const { part, room, inMemory, placed } = placing.shift()!;
      part.builder.settle(await placed);
      (inMemory ? part.rooms : rooms).push(room);
    }
  };
  try {
    for await (const { chunk, memory } of pool.map(parseStage, items, { signal, inline })) {
      const { part, buffer, consumed, ...given } = issued.shift()!;
      if (memory !== null && given.inMemory) part.rooms.push(given.room);
      const { room, inMemory } = memory === null ? given : { room: memory, inMemory: false };
      if (part.builder.mustMove(chunk)) await settle(0);
      const alone = inline || chunk.rows < FEW_ROWS || pool.isBusy;
      const placed = pool.run(placeStage, part.builder.plan(chunk, inMemory), { inline: alone });
      placing.push({ part, room, inMemory, placed });
      // What fails is told when its turn comes.
      placed.catch(() => undefined);
      await settle(pool.jobs);
      if (buffer !== null) (buffer.byteLength === chunkBytes ? free : spare).push(buffer);
      progress(part.source, consumed);
    }
    await settle(0);
    for (const buffer of [...free, ...spare]) smallBuffers.give(buffer);
  } finally {
    await Promise.allSettled(placing.map(({ placed }) => placed));
  }
  const read: Trace[] = [];
  const builds = new Map<string, string>();
  for (const { path, reopenable } of format.id === 'strace' ? sources : []) {
    if (!reopenable) continue;
    const recorded = await recordedWith(path);
    for (const [program, build] of recorded.builds) builds.set(program, build);
    if (recorded.origin !== '') chosen = { ...chosen, reason: recorded.origin };
    warnings.push(...recorded.warnings);
  }
  for (const part of parts) if (part.problem !== null) part.builder.markTruncated();
  for (const builder of new Set(parts.map((part) => part.builder))) {
    const trace = builder.finish();
    const refused = format.refusal?.(trace, prepared) ?? null;
    if (refused !== null) throw foreignError(sources[0]!.path, refused);
    read.push(builds.size === 0 ? trace : { ...trace, builds });
    for (const fact of builder.kin) facts.push(fact);
    for (const part of parts) if (part.builder === builder) warnings.push(...warningsOf(part, trace));
  }
  const clocks = clocksOfSet(read, perThread, sources[0]!.path);
  traces.push(...clocks.traces);
  warnings.push(...clocks.warnings);
  return { ...chosen, sampled };
}

/** Each item with whether it is the last. */
async function* withLast<T>(items: AsyncIterable<T>): AsyncGenerator<{ item: T; last: boolean }> {
  let held: { item: T } | null = null;
  for await (const item of items) {
    if (held !== null) yield { ...held, last: false };
    held = { item };
  }
  if (held !== null) yield { ...held, last: true };
}

/** Takes tasks until they hold more than `bytes` of text: an input that is smaller does not wait for threads to start. */
async function lookAhead(
  tasks: AsyncGenerator<ParseTask>,
  bytes: number,
): Promise<{ items: AsyncIterable<ParseTask>; small: boolean }> {
  const head: ParseTask[] = [];
  let small = false;
  for (let held = 0; held <= bytes;) {
    const { done, value } = await tasks.next();
    if (done === true) {
      small = true;
      break;
    }
    head.push(value);
    held += value.from.length;
  }
  async function* items() {
    try {
      yield* head;
      yield* tasks;
    } finally {
      await tasks.return(undefined);
    }
  }
  return { items: items(), small };
}

function warningsOf({ source, problem }: Part, trace: Trace): Message[] {
  const { path } = source;
  const warnings: Message[] = [];
  if (problem !== null) {
    const code = problem.kind === 'truncated' ? 'truncated-input' : 'damaged-input';
    warnings.push({ code, args: { path, offset: problem.offset, reason: problem.reason } });
  } else if (trace.truncated) {
    warnings.push({ code: 'truncated-input', args: { path, offset: trace.bytes } });
  }
  const { setBack } = trace;
  if (setBack !== null)
    warnings.push({
      code: 'clock-set-back',
      args: { path, line: setBack.line, back: setBack.ns / 1e9, times: setBack.times, more: setBack.times - 1 },
    });
  const unnamed = trace.threads.filter(({ tid }) => tid === 0).length;
  if (unnamed > 1) warnings.push({ code: 'unnamed-recordings', args: { path, recordings: unnamed } });
  if (trace.outOfOrder > 0) warnings.push({ code: 'out-of-order', args: { path, events: trace.outOfOrder } });
  const [example] = trace.skipped.examples;
  if (example !== undefined) {
    const { line, offset, reason } = example;
    const behind = wrappingOfOthers(trace.skipped.examples.map(({ text }) => text));
    const args: Message['args'] = { path, lines: trace.skipped.lines, line, offset, reason };
    const around = behind === null ? null : { behind: wrappingNames(behind).join(', ') };
    warnings.push({ code: 'skipped-lines', args: { ...args, ...around } });
  }
  return warnings;
}

function progressOver(sources: readonly Source[], tell: ReadOptions['onProgress']) {
  const total = sources.some((s) => s.size === null) ? null : sources.reduce((sum, s) => sum + s.size!, 0);
  const done = new Map<Source, number>();
  let sum = 0;
  return (source: Source, consumed: number): void => {
    sum += consumed - (done.get(source) ?? 0);
    done.set(source, consumed);
    tell?.(sum, total);
  };
}
