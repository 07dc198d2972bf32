/**
 * One set of sources (a file, the files of one recording) on its way into Traces: told by its first bytes, cut at record boundaries,
 * the pieces parsed side by side and placed in the order of the input. The builder joins calls whose halves lie in two pieces.
 */
import type { ParseOptions } from '../formats/format.js';
import { wrappingNames } from '../formats/wrapping/wrapping.js';
import type { Pool } from '../pool/pool.js';
import type { Message } from '../result.js';
import type { StreamProblem } from '../source/decompress.js';
import type { Source, SourceSet } from '../source/index.js';
import { TraceBuilder } from '../trace/builder.js';
import type { RecordedGap } from '../trace/gaps.js';
import type { KinFacts } from '../trace/kinship/facts.js';
import type { PlacedRows } from '../trace/place-rows.js';
import type { Trace } from '../trace/table.js';
import { type ArrangePlan, arrangedPieces } from './arranged.js';
import { DEFAULT_CHUNK_BYTES } from './cuts.js';
import { lookAhead, withLast } from './look-ahead.js';
import { MemoryRounds, type Room } from './memory-rounds.js';
import { type ParseTask, parseStage } from './parse-stage.js';
import { piecesOf } from './pieces.js';
import { placeStage } from './place-stage.js';
import { type RecordedWith, recordedWith } from './recorded-with.js';
import { type ChosenFormat, type Sampled, foreignError, formatOf, sampleOf } from './sampling.js';
import { clocksOfSet } from './set-clocks.js';
import { warningsOf } from './set-warnings.js';

/** An input of at most so many chunks is parsed by the calling thread: threads take longer to start and to warm up (docs/performance.md). */
const SMALL_CHUNKS = 4;

/** So many rows are placed in less time than a thread needs to hear of them. */
const FEW_ROWS = 1000;

/** Text is compressed to a tenth, about. */
const COMPRESSION = 10;

/** Text that a source holds, about, bytes; 0 where that is not known. */
const textOf = (s: Source) => (s.size ?? 0) * (s.compression === 'none' ? 1 : COMPRESSION);

/** Text whose rows take so much memory that how it is had matters, bytes: a million calls. */
const LARGE_TEXT = 100e6;
/** What a call counts there in a binary format, which may be packed: that of half a million. */
const CALL_TEXT = 200;

export interface SetOptions {
  readonly pool: Pool;
  /** Id of the format; default: told by the first bytes. */
  readonly format?: string | undefined;
  readonly parse?: Partial<ParseOptions> | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Text parsed in one task, bytes (tests choose small ones). */
  readonly chunkBytes?: number | undefined;
  /** Text that is large, bytes (tests choose little). */
  readonly largeBytes?: number | undefined;
}

export interface SetRead extends ChosenFormat {
  readonly sampled: Sampled;
  readonly traces: readonly Trace[];
  readonly facts: readonly KinFacts[];
  readonly warnings: readonly Message[];
}

/** One source on its way into a Trace. */
interface Part {
  readonly source: Source;
  readonly builder: TraceBuilder;
  problem: StreamProblem | null;
}

/** How the sources of a set are read, and what they say of themselves meanwhile. */
interface Way {
  readonly chosen: ChosenFormat;
  readonly sampled: Sampled;
  /** What the format made of its options, for all sources. */
  readonly prepared: ParseOptions;
  readonly chunkBytes: number;
  readonly rounds: MemoryRounds;
  readonly warnings: Message[];
  /** Where and how it was recorded; '' where nothing tells. */
  origin: string;
  /** When the recording ended, seconds since 1970, as it tells itself; null where it does not. */
  until: number | null;
  readonly gaps: RecordedGap[];
}

/** What is to happen when a piece comes back parsed. */
interface Issued {
  readonly part: Part;
  readonly buffer: SharedArrayBuffer | null;
  readonly consumed: number;
  readonly room: Room;
}

export async function readSet(
  { sources, perThread }: SourceSet,
  options: SetOptions,
  progress: (source: Source, consumed: number) => void,
): Promise<SetRead> {
  const { pool, chunkBytes = DEFAULT_CHUNK_BYTES, largeBytes = LARGE_TEXT } = options;
  const text = sources.reduce((sum, source) => sum + textOf(source), 0);
  // Certainly more than the calling thread would parse itself.
  if (text > (SMALL_CHUNKS + 1) * chunkBytes && pool.jobs > 1) pool.warm(parseStage);
  const sampled = await sampleOfSet(sources);
  const chosen = await chosenFor(sampled, options.format);
  const unprepared = { tid: 0, ...options.parse };
  const way: Way = {
    chosen,
    sampled,
    prepared: chosen.format.prepare?.(sampled.sample, unprepared) ?? unprepared,
    chunkBytes,
    rounds: new MemoryRounds(chunkBytes),
    warnings: [...chosen.warnings, ...wrappedWarnings(chosen, sampled)],
    origin: '',
    until: null,
    gaps: [],
  };
  // For each thread one chunk being parsed, one being placed, and one waiting for each.
  const roomBytes = (4 * pool.jobs + 4) * chunkBytes;
  const parts = partsOf(sources, way, (bytes) => (bytes > largeBytes ? { roomBytes } : null));
  await readParts(parts, way, options, progress);
  const { builds, until } = await asRecorded(sources, way);
  const { traces, facts } = finished(parts, way, until ?? way.until);
  const clocks = clocksOfSet(
    builds.size === 0 ? traces : traces.map((trace) => ({ ...trace, builds })),
    perThread,
    sources[0]!.path,
  );
  way.warnings.push(...clocks.warnings);
  const reason = way.origin === '' ? chosen.reason : way.origin;
  return { ...chosen, reason, sampled, traces: clocks.traces, facts, warnings: way.warnings };
}

/** The files of strace -ff are of one format, and some threads say too little to tell it. */
const sampleOfSet = (sources: readonly Source[]): Promise<Sampled> =>
  sampleOf(sources.reduce((a, b) => ((b.size ?? 0) > (a.size ?? 0) ? b : a)));

async function chosenFor(sampled: Sampled, format: string | undefined): Promise<ChosenFormat> {
  try {
    return formatOf(sampled, format);
  } catch (error) {
    await sampled.close();
    throw error;
  }
}

function wrappedWarnings({ wrapping }: ChosenFormat, { source }: Sampled): Message[] {
  if (wrapping === null) return [];
  const what = wrappingNames(wrapping).join(', ');
  return [{ code: 'wrapped-lines', args: { path: source.path, what, times: wrapping.times } }];
}

/** A builder a source; files of one recording have one together, for they go on where the one before ends. */
function partsOf(
  sources: readonly Source[],
  { chosen: { format }, sampled }: Way,
  large: (bytes: number) => { roomBytes: number } | null,
): Part[] {
  const part = (source: Source, builder: TraceBuilder): Part => ({ source, builder, problem: null });
  if (format.arrangement === undefined)
    return sources.map((source) => part(source, new TraceBuilder(format.id, large(textOf(source)))));
  const bytes = sources.reduce((sum, source) => sum + textOf(source), 0);
  const calls = format.arrangement.density(sampled.sample).rows * bytes;
  const common = new TraceBuilder(format.id, large(calls * CALL_TEXT));
  return sources.map((source) => part(source, common));
}

/** Bytes of text; null where only reading tells. */
function knownText(parts: readonly Part[]): number | null {
  if (parts.some(({ source }) => source.size === null || source.compression !== 'none')) return null;
  return parts.reduce((sum, { source }) => sum + source.size!, 0);
}

/** Has all pieces parsed and placed, and waits for it. */
async function readParts(
  parts: readonly Part[],
  way: Way,
  { pool, signal, parse }: SetOptions,
  progress: (source: Source, consumed: number) => void,
): Promise<void> {
  const { rounds } = way;
  const issued: Issued[] = [];
  const tasks = tasksOf(parts, way, parse?.tid, (one) => issued.push(one));
  const most = SMALL_CHUNKS * way.chunkBytes;
  const text = way.chosen.format.arrangement === undefined ? knownText(parts) : null;
  // Pieces that need not be held go through one and the same memory.
  const { items, small } = text === null ? await lookAhead(tasks, most) : { items: tasks, small: text <= most };
  // A thread that only this one feeds costs its start and a copy of the code, and neither is faster for it.
  const inline = (small || pool.jobs === 1) && pool.threads === 0;
  const placing = new Placing(rounds);
  try {
    for await (const { chunk, memory } of pool.map(parseStage, items, { signal, inline })) {
      const { part, buffer, consumed, room: given } = issued.shift()!;
      if (memory !== null && given.inMemory) rounds.giveRoom(part.builder, given);
      const room = memory === null ? given : { bytes: memory, inMemory: false };
      if (part.builder.mustMove(chunk)) await placing.settle(0);
      const alone = inline || chunk.rows < FEW_ROWS || pool.isBusy;
      placing.begin(
        part.builder,
        room,
        pool.run(placeStage, part.builder.plan(chunk, room.inMemory), { inline: alone }),
      );
      await placing.settle(pool.jobs);
      if (buffer !== null) rounds.giveBuffer(buffer);
      progress(part.source, consumed);
    }
    await placing.settle(0);
    rounds.end();
  } finally {
    await placing.over();
  }
}

/** Pieces that are being placed, in the order of the input. */
class Placing {
  private readonly all: { builder: TraceBuilder; room: Room; placed: Promise<PlacedRows> }[] = [];

  constructor(private readonly rounds: MemoryRounds) {}

  begin(builder: TraceBuilder, room: Room, placed: Promise<PlacedRows>): void {
    this.all.push({ builder, room, placed });
    // What fails is told when its turn comes.
    placed.catch(() => undefined);
  }

  /** Waits until so many are left, at most. */
  async settle(most: number): Promise<void> {
    while (this.all.length > most) {
      const { builder, room, placed } = this.all.shift()!;
      builder.settle(await placed);
      this.rounds.giveRoom(builder, room);
    }
  }

  /** When none of them writes any more. */
  async over(): Promise<void> {
    await Promise.allSettled(this.all.map(({ placed }) => placed));
  }
}

async function* tasksOf(
  parts: readonly Part[],
  way: Way,
  tid: number | undefined,
  onIssued: (issued: Issued) => void,
): AsyncGenerator<ParseTask> {
  const { format, wrapping } = way.chosen;
  for (const part of parts) {
    const parse = { ...way.prepared, tid: tid ?? part.source.tid };
    for await (const { item, last } of withLast(cutsOf(part, way, parse))) {
      const { from, consumed, options = parse } = item;
      const room = way.rounds.takeRoom(part.builder, from.length);
      onIssued({ part, buffer: from.kind === 'memory' ? from.buffer : null, consumed, room });
      yield { format: format.id, options: last ? { ...options, last } : options, wrapping, from, room: room.bytes };
    }
  }
}

function cutsOf(part: Part, way: Way, parse: ParseOptions) {
  const { source } = part;
  const { format, wrapping } = way.chosen;
  const { chunkBytes, sampled, warnings, rounds } = way;
  const { free } = rounds;
  const head = source === sampled.source ? sampled : null;
  if (format.arrangement === undefined) {
    const onProblem = (problem: StreamProblem) => (part.problem = problem);
    return piecesOf(source, head, { format, wrapping, chunkBytes, free, onProblem });
  }
  const onEnd: ArrangePlan['onEnd'] = ({ origin, messages, lastSeconds, gaps }) => {
    if (origin !== '') way.origin = origin;
    if (lastSeconds > (way.until ?? 0)) way.until = lastSeconds;
    way.gaps.push(...gaps);
    for (const { code, args } of messages) warnings.push({ code, args: { path: source.path, ...args } });
  };
  return arrangedPieces(source, head, { arrangement: format.arrangement, options: parse, chunkBytes, free, onEnd });
}

/** What `perfscope record` wrote beside strace's text: of which builds its programs are, and when it ended. */
async function asRecorded(sources: readonly Source[], way: Way): Promise<Pick<RecordedWith, 'builds' | 'until'>> {
  const builds = new Map<string, string>();
  let until: number | null = null;
  if (way.chosen.format.id !== 'strace') return { builds, until };
  for (const { path } of sources.filter(({ reopenable }) => reopenable)) {
    const recorded = await recordedWith(path);
    for (const [program, build] of recorded.builds) builds.set(program, build);
    if (recorded.origin !== '') way.origin = recorded.origin;
    if (recorded.until !== null) until = Math.max(until ?? 0, recorded.until);
    way.warnings.push(...recorded.warnings);
  }
  return { builds, until };
}

function finished(parts: readonly Part[], { chosen: { format }, prepared, gaps, warnings }: Way, until: number | null) {
  const traces: Trace[] = [];
  const facts: KinFacts[] = [];
  const asText = format.arrangement === undefined;
  for (const { builder, problem } of parts) if (problem !== null) builder.markTruncated();
  for (const builder of new Set(parts.map((part) => part.builder))) {
    const trace = builder.finish(until, gaps);
    const refused = format.refusal?.(trace, prepared) ?? null;
    if (refused !== null) throw foreignError(parts[0]!.source.path, refused);
    traces.push(trace);
    for (const fact of builder.kin) facts.push(fact);
    for (const part of parts)
      if (part.builder === builder) warnings.push(...warningsOf(part.source.path, part.problem, trace, asText));
  }
  return { traces, facts };
}
