/** The first bytes of a source, and the format that they tell. */
import { open } from 'node:fs/promises';
import { PerfscopeError } from '../errors.js';
import type { TraceFormat } from '../formats/format.js';
import { FORMATS, detectFormat, formatById } from '../formats/index.js';
import type { Source } from '../source/index.js';
import { foreignKind } from '../source/magic.js';
import { fileError } from '../source/file-error.js';

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
          sample: wholeLines(head.subarray(0, bytesRead)),
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
  const sample = wholeLines(Buffer.concat(head, length).subarray(0, SAMPLE_BYTES));
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

function wholeLines(bytes: Uint8Array): Uint8Array {
  if (bytes.length < SAMPLE_BYTES) return bytes;
  const end = bytes.lastIndexOf(10) + 1;
  return end === 0 ? bytes : bytes.subarray(0, end);
}

export interface ChosenFormat {
  readonly format: TraceFormat;
  readonly reason: string;
}

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
  if (wanted !== undefined) return { format: formatById(wanted), reason: 'as asked' };
  const foreign = foreignKind(sample);
  if (foreign !== null) {
    throw new PerfscopeError(
      'input-format',
      `${path} is no trace: it is ${foreign.what}`,
      { path, offset: 0 },
      foreign.advice,
    );
  }
  const found = detect(sample, source);
  if (found === null) {
    throw new PerfscopeError(
      'input-format',
      `${path} is in none of the formats that perfscope reads (${FORMATS.map((f) => f.id).join(', ')}); it begins with ${quoted(sample)}`,
      { path, line: 1, offset: 0 },
      'Record with "strace -f -ttt -T -yy -o FILE -p PID"; if you know the format, name it with --input-format.',
    );
  }
  return found;
}

function detect(sample: Uint8Array, source: Source): ChosenFormat | null {
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
