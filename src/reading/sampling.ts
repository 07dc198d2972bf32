/** The first bytes of a source, and the format that they tell. */
import { open } from 'node:fs/promises';
import { PerfscopeError } from '../errors.js';
import type { TraceFormat } from '../formats/format.js';
import { type ForeignTracer, foreignTable, foreignTracer, unknownPrefix } from '../formats/foreign/index.js';
import { type DetectedFormat, FORMATS, binaryFormat, detectFormat, formatById, readAs } from '../formats/index.js';
import { findWrapping, firstLines, wrappingOfOthers } from '../formats/wrapping/find.js';
import { threadsLeftOut } from '../formats/wrapping/threads.js';
import { type Wrapping, unwrapped } from '../formats/wrapping/wrapping.js';
import { CR, LF } from '../lib/bytes.js';
import type { Message } from '../result.js';
import type { Source } from '../source/index.js';
import { foreignKind } from '../source/magic.js';
import { partPattern } from '../source/parts.js';
import { fileError } from '../source/file-error.js';
import type { Trace } from '../trace/table.js';

/** Bytes that a format is told by. */
const SAMPLE_BYTES = 64 * 1024;

export interface Sampled {
  readonly source: Source;
  /** The first bytes: whole lines where the input is longer. */
  readonly sample: Uint8Array;
  /** All decompressed bytes from the first on; to be read once. */
  blocks(): AsyncGenerator<Uint8Array>;
  /** For who does not read on: closes the file. */
  close(): Promise<void>;
}

/** Looks at the beginning of a source. */
export async function sampleOf(source: Source): Promise<Sampled> {
  if (source.seekable) {
    try {
      const handle = await open(source.path, 'r');
      try {
        const head = new Uint8Array(SAMPLE_BYTES);
        const { bytesRead } = await handle.read(head, 0, head.length, 0);
        return {
          source,
          sample: sampled(head.subarray(0, bytesRead)),
          blocks: () => source.blocks(),
          close: async () => undefined,
        };
      } finally {
        await handle.close();
      }
    } catch (error) {
      throw fileError(error, source.path);
    }
  }
  const stream = source.blocks();
  const head: Uint8Array[] = [];
  let length = 0;
  while (length < SAMPLE_BYTES) {
    const { done, value } = await stream.next();
    if (done === true) break;
    head.push(value);
    length += value.length;
  }
  const sample = sampled(Buffer.concat(head, Math.min(length, SAMPLE_BYTES)));
  return {
    source,
    sample,
    blocks: () => resume(head, stream),
    close: async () => void (await stream.return(undefined)),
  };
}

async function* resume(head: Uint8Array[], stream: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* head;
    yield* stream;
  } finally {
    await stream.return(undefined);
  }
}

/** Whole lines, but of binary formats. */
function sampled(bytes: Uint8Array): Uint8Array {
  if (bytes.length < SAMPLE_BYTES || binaryFormat(bytes) !== null) return bytes;
  const end = bytes.lastIndexOf(10) + 1;
  return end === 0 ? bytes : bytes.subarray(0, end);
}

export interface ChosenFormat {
  /** As the source's own bytes are to be read: it takes the wrapping off. */
  readonly format: TraceFormat;
  readonly reason: string;
  /** What stands round the lines, null when nothing does. */
  readonly wrapping: Wrapping | null;
  /** What speaks against the format that was asked for. */
  readonly warnings: readonly Message[];
}

/** Where fewer of the lines are records, something may stand before the others. */
const WHOLLY = 0.95;

/** The format of a source: `wanted` where the user names one, else what its first bytes tell. Throws when there is none. */
export function formatOf({ source, sample }: Sampled, wanted: string | undefined): ChosenFormat {
  const { path } = source;
  if (sample.length === 0) {
    if (source.problem !== null) {
      throw new PerfscopeError(
        'input-damaged',
        `${path}: nothing of the ${source.compression} stream can be read: ${source.problem.reason}`,
        { path, offset: source.problem.offset },
        'Copy the file anew, or record again.',
      );
    }
    throw new PerfscopeError(
      'input-empty',
      `${path} is empty`,
      { path },
      'Check that the recorder was attached to the server and could write.',
    );
  }
  const binary = binaryFormat(sample);
  const asked = wanted === undefined ? null : formatById(wanted);
  if (binary !== null || asked?.arrangement !== undefined) return binaryOf(path, sample, binary, asked);
  const wrapping = findWrapping(sample);
  const text = wrapping === null ? sample : unwrapped(sample, wrapping);
  const lines = firstLines(sample);
  const tracer =
    (wrapping === null ? null : foreignTracer(firstLines(text))) ??
    // What stands joined in JSON may stand there a second time, line by line.
    (wrapping?.steps.includes('json-spread') === true ? null : foreignTracer(lines));
  if (wanted !== undefined) {
    const chosen = { format: readAs(wanted, wrapping), reason: 'as asked', wrapping };
    const sources = wrapping?.sources ?? [];
    const warnings: Message[] = [];
    if (tracer !== null) warnings.push({ code: 'foreign-tracer', args: { path, ...tracer } });
    if (sources.length > 0) warnings.push({ code: 'several-sources', args: { path, sources: namesOf(sources) } });
    return { ...chosen, warnings };
  }
  const foreign = foreignKind(sample);
  const isText = foreign === null ? tracer === null : foreign.maybeText === true;
  if (isText && endsInCarriageReturns(text)) throw carriageReturns(path);
  const found = isText ? detect(text, source) : null;
  // Text in which zero bytes stand is read without them.
  if (foreign !== null && found === null) {
    const parts = foreign.maybeText === true ? partPattern(path) : null;
    throw new PerfscopeError(
      'input-format',
      `${path} is no trace: it is ${foreign.what}`,
      { path, offset: 0 },
      parts === null
        ? foreign.advice
        : `If it is a part of a file, put all of them together: cat ${parts} | perfscope analyze -`,
    );
  }
  if (tracer !== null) throw foreignError(path, tracer);
  if (wrapping !== null && wrapping.sources.length > 0) {
    throw new PerfscopeError(
      'input-format',
      `${path} holds lines of several recordings: ${namesOf(wrapping.sources)}`,
      { path, line: 1, offset: 0 },
      'Give each of them alone: their threads cannot be told apart.',
    );
  }
  if (found === null) throw unreadable(path, text, sample);
  const later = wrapping === null && found.score < WHOLLY ? wrappingOfOthers(firstLines(sample, Infinity)) : null;
  const around = later ?? wrapping;
  const numbers = found.format.id === 'strace' ? threadsLeftOut(lines, firstLines(text)) : '';
  const warnings: Message[] = numbers === '' ? [] : [{ code: 'threads-left-out', args: { path, numbers } }];
  return { format: readAs(found.format.id, around), reason: found.reason, wrapping: around, warnings };
}

/** A binary format, if it is the one that was asked for. */
function binaryOf(
  path: string,
  sample: Uint8Array,
  found: TraceFormat | null,
  asked: TraceFormat | null,
): ChosenFormat {
  if (found !== null && (asked === null || asked === found)) {
    const reason = asked === null ? found.detect(sample, '').reason : 'as asked';
    return { format: found, reason, wrapping: null, warnings: [] };
  }
  const what = found === null ? `no ${asked!.id}` : `a file of ${found.id}, and no text`;
  const advice = 'Leave --input-format out: the format is told by the first bytes.';
  throw new PerfscopeError('input-format', `${path} is ${what}`, { path, offset: 0 }, advice);
}

const namesOf = (sources: readonly string[]): string => sources.slice(0, 5).join(', ');

/** One line for whoever knows line feeds only. */
function endsInCarriageReturns(text: Uint8Array): boolean {
  const first = text.indexOf(CR);
  return first >= 0 && first < text.length - 1 && !text.includes(LF);
}

function carriageReturns(path: string): PerfscopeError {
  const what = `${path} is one line: its lines end in carriage returns`;
  const advice = "Turn them into line feeds: tr '\\r' '\\n' < FILE";
  return new PerfscopeError('input-format', what, { path, line: 1, offset: 0 }, advice);
}

/** Why a text is in no format that is read. */
function unreadable(path: string, text: Uint8Array, sample: Uint8Array): PerfscopeError {
  const other = foreignTable(firstLines(text)) ?? foreignTable(firstLines(sample));
  if (other !== null) return foreignError(path, other);
  const place = { path, line: 1, offset: 0 };
  const prefix = unknownPrefix(firstLines(text));
  if (prefix !== null) {
    const what = `${path} holds strace lines behind ${prefix.what}, which perfscope does not know`;
    return new PerfscopeError('input-format', what, place, prefix.advice);
  }
  return new PerfscopeError(
    'input-format',
    `${path} is in none of the formats that perfscope reads (${FORMATS.map((f) => f.id).join(', ')}); it begins with ${quoted(sample)}`,
    place,
    'Record with "strace -f -ttt -T -yy -o FILE -p PID"; if you know the format, name it with --input-format.',
  );
}

/** The input is something that is not read. */
export function foreignError(path: string, { what, advice }: ForeignTracer): PerfscopeError {
  return new PerfscopeError('input-format', `${path} is ${what}`, { path, line: 1, offset: 0 }, advice);
}

/** What to say of a trace without any call: which other tracer's it is, or what was not understood of it. */
export function withoutCalls(
  { source, sample }: Sampled,
  { format, reason }: ChosenFormat,
  trace: Trace,
  warnings: readonly Message[] = [],
): PerfscopeError {
  const { path } = source;
  if (format.arrangement !== undefined) return withoutRecords(path, format, reason, warnings);
  const wrapping = findWrapping(sample);
  const lines = firstLines(wrapping === null ? sample : unwrapped(sample, wrapping));
  const other = foreignTracer(lines) ?? foreignTable(lines);
  if (other !== null) return foreignError(path, other);
  const [first] = trace.skipped.examples;
  const unread =
    first === undefined
      ? ''
      : `; ${trace.skipped.lines} of ${trace.lines} lines are no records, the first is line ${first.line} (${first.reason}): ` +
        JSON.stringify(first.text.slice(0, 60));
  return new PerfscopeError(
    'input-empty',
    `no system call in the trace: ${path} was read as ${format.id} (${reason})${unread}`,
    { path },
    'Record system calls, with strace -f -ttt -T -yy or perf record -e raw_syscalls:*.',
  );
}

function withoutRecords(
  path: string,
  { id }: TraceFormat,
  reason: string,
  warnings: readonly Message[],
): PerfscopeError {
  const damage = warnings.find(({ code }) => code === 'perf-data-damaged');
  if (damage !== undefined) {
    const { what, offset } = damage.args;
    return new PerfscopeError(
      'input-damaged',
      `${path} (${id}) is cut off or damaged before its first system call: ${String(what)}`,
      { path, offset: Number(offset) },
      'Copy the file anew, or record again; a recorder must be ended with Ctrl-C (SIGINT), not killed.',
    );
  }
  return new PerfscopeError(
    'input-empty',
    `no system call in the trace: ${path} was read as ${id} (${reason})`,
    { path },
    "Record system calls: perf record -e 'raw_syscalls:*' -p PID.",
  );
}

function detect(sample: Uint8Array, source: Source): DetectedFormat | null {
  try {
    return detectFormat(sample, source.name);
  } catch (error) {
    if (!(error instanceof PerfscopeError)) throw error;
    // The formats know the file by its name only.
    throw new PerfscopeError(error.code, error.message, { ...error.place, path: source.path }, error.advice);
  }
}

/** The first line, so that the user recognises the file. */
function quoted(sample: Uint8Array): string {
  const end = sample.indexOf(10);
  const line = Buffer.from(sample.subarray(0, Math.min(end < 0 ? sample.length : end, 60))).toString('utf8');
  return JSON.stringify(line);
}
