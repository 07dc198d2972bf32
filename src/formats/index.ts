/** The formats that are read, and which of them a text is in. A new format is one file and one line here: docs/formats.md. */
import { PerfscopeError } from '../errors.js';
import { csv } from './csv/index.js';
import type { TraceFormat } from './format.js';
import { ftraceRing } from './ftrace/index.js';
import { perfData } from './perf/data/index.js';
import { perfScript } from './perf/script.js';
import { perfTrace } from './perf/trace.js';
import { strace } from './strace/index.js';
import { type Wrapping, wrappedFormat } from './wrapping/wrapping.js';

export const FORMATS: readonly TraceFormat[] = [strace, perfScript, perfTrace, csv, perfData, ftraceRing];

/** Below this score a text is in none of the formats: other programs' logs reach 0.2 by chance. */
const LOWEST_SCORE = 0.25;
/** Scores that differ by less tell nothing. */
const TIE = 0.05;
/** So many bytes of lines of one format are never those of another by chance. */
const LONG_SAMPLE = 16 * 1024;

export interface DetectedFormat {
  readonly format: TraceFormat;
  /** Why, in a few words ("120 of 120 lines are strace calls"). */
  readonly reason: string;
  /** As in Detection. */
  readonly score: number;
}

/** The format of that id. Throws PerfscopeError 'usage' for an id that no format has. */
export function formatById(id: string): TraceFormat {
  const found = FORMATS.find((format) => format.id === id);
  if (found !== undefined) return found;
  const known = FORMATS.map((format) => format.id).join(', ');
  throw new PerfscopeError('usage', `there is no input format "${id}"`, {}, `Choose one of: ${known}.`);
}

/** The format of that id for text that stands in a wrapping. */
export function readAs(id: string, wrapping: Wrapping | null): TraceFormat {
  return wrapping === null ? formatById(id) : wrappedFormat(formatById(id), wrapping);
}

/** The binary format that a file with these first bytes is in, null for text. */
export function binaryFormat(head: Uint8Array): TraceFormat | null {
  return FORMATS.find(({ arrangement }) => arrangement?.begins(head)) ?? null;
}

/**
 * The format that a text is in, told by its first bytes (whole lines, 64 kB are plenty); null when it is in none. `name`
 * (the file's, '' when it has none) only decides between formats that the bytes cannot tell apart; where it does not help
 * either, throws PerfscopeError 'input-format'.
 */
export function detectFormat(sample: Uint8Array, name: string): DetectedFormat | null {
  const found = [];
  for (const format of FORMATS) {
    const { score, reason } = format.detect(sample, name);
    if (score >= LOWEST_SCORE) found.push({ format, score, reason });
    // Nobody else knows such lines, and to ask costs 30 ms of CPU in a thread that has just started.
    if (score > 1 - TIE && sample.length >= LONG_SAMPLE) break;
  }
  found.sort((a, b) => b.score - a.score);
  const [best] = found;
  if (best === undefined) return null;
  const tied = found.filter(({ score }) => best.score - score < TIE);
  const named = tied.filter(({ format }) => name.toLowerCase().includes(format.id.split('-')[0]!));
  const chosen = tied.length === 1 ? best : named.length === 1 ? named[0]! : null;
  if (chosen !== null) return chosen;
  const readings = tied.map(({ format, reason }) => `${format.id} (${reason})`).join(' or ');
  throw new PerfscopeError(
    'input-format',
    `${name || 'the input'} may be ${readings}`,
    { path: name, line: 1, offset: 0 },
    `Name the format with --input-format ${tied[0]!.format.id}.`,
  );
}
