/**
 * CSV with a system call a record: ts,pid,tid,cpu,syscall,ret,dur and, if wanted, comm, fd, errno, in any order, under
 * these or other names (docs/csv.md). RFC 4180, with any separator.
 */
import { CR, LF } from '../../lib/bytes.js';
import { layoutOf, surveyCsv } from './layout.js';
import { CsvParser } from './parser.js';
import type { Detection, ParseOptions, TraceFormat } from '../format.js';

const QUOTE = 34;
/** As much of a stretch is looked at when nobody called `prepare`. */
const SURVEY_BYTES = 64 * 1024;
const NO_OPTIONS: ParseOptions = { tid: 0 };

export const csv: TraceFormat = {
  id: 'csv',

  detect(sample): Detection {
    const survey = surveyCsv(sample, NO_OPTIONS);
    if (survey === null) return { score: 0, reason: 'no columns of times and system calls' };
    const { layout, records, good } = survey;
    const named = layout.header === '' ? 'columns in the usual order' : 'columns ts and syscall';
    // A header alone is a recording in which nothing happened.
    const score = records === 0 ? 0.9 : good / records;
    return { score, reason: `CSV with ${named}, ${good} of ${records} records are system calls` };
  },

  prepare(sample, options): ParseOptions {
    return { ...options, csv: layoutOf(sample, options) };
  },

  lastRecordStart(bytes) {
    if (!bytes.includes(QUOTE)) return bytes.lastIndexOf(LF, bytes.length - 2) + 1;
    // Where the stretch begins inside of a quoted field, reading it as if it did not finds quotes in odd places.
    const outside = scanQuotes(bytes, false);
    const inside = scanQuotes(bytes, true);
    return inside.odd < outside.odd ? inside.lastStart : outside.lastStart;
  },

  parseChunk(bytes, options) {
    const survey = options.csv ?? surveyCsv(bytes.subarray(0, SURVEY_BYTES), options)?.layout;
    return new CsvParser(bytes, survey ?? NO_LAYOUT, options.tid).parse();
  },
};

/** Nothing can be read: every record is skipped, and counted. */
const NO_LAYOUT = {
  delimiter: 44,
  columns: [],
  header: '',
  startUnit: 's',
  durationUnit: 's',
  architecture: 'x86-64',
} as const;

/** The start of the last record, and how many quotes stand where none should. */
function scanQuotes(bytes: Uint8Array, startsInside: boolean): { lastStart: number; odd: number } {
  let inside = startsInside;
  let lastStart = 0;
  let odd = 0;
  for (let p = 0; p < bytes.length; p++) {
    const c = bytes[p]!;
    if (c === LF && !inside && p + 1 < bytes.length) lastStart = p + 1;
    if (c !== QUOTE) continue;
    if (!inside) {
      if (p > 0 && !endsField(bytes[p - 1]!)) odd++;
      inside = true;
    } else if (bytes[p + 1] === QUOTE) p++;
    else {
      if (p + 1 < bytes.length && !endsField(bytes[p + 1]!)) odd++;
      inside = false;
    }
  }
  return { lastStart, odd };
}

/** Separators, and ends of lines: anything but letters, digits, and what stands inside of words. */
function endsField(c: number): boolean {
  return c === LF || c === CR || c === 44 || c === 59 || c === 9 || c === 124 || c === 32;
}
