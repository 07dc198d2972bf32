/**
 * What stands round the lines of a trace that went through a log, a terminal, a mail or a web page before it came here: found in
 * the first lines, then taken off each line alone, so that it does not matter where the text is cut into pieces. A line stays a
 * line, and the places of lines that cannot be used are told in the text as it was given.
 */
import { LF } from '../../lib/bytes.js';
import type { ParseOptions, TraceFormat } from '../format.js';
import { PAGER_LINE } from '../pager.js';
import type { TraceChunk } from '../../trace/chunk.js';
import { beganAt } from './began.js';
import { drawnMark } from './drawn-table.js';
import { type Fold, foldOf } from './folded.js';
import { ELAPSED, HEADS, type Head, LINE_NUMBER, PROCESS_ID, QUOTES, WRITER_ID, stampOf } from './heads.js';
import { beginsPerfRecord, isPerfFrame } from './known-lines.js';
import type { Mark } from './mark.js';
import { MARKS } from './marks.js';
import { prefixHead } from './shared-prefix.js';
import { suffixMark } from './shared-suffix.js';
import { columnMark } from './table-column.js';
import { UNTIMED, isUntimed, withThread } from './threads.js';

/** Plain data: it goes to the threads that parse. */
export interface Wrapping {
  /** Ids of marks, heads and at last a fold, in the order in which they are taken off. */
  readonly steps: readonly string[];
  /** The lines tell no time: that of the head stands for it. */
  readonly times: boolean;
  /** The lines tell no thread: that of the head stands for it. */
  readonly tids: boolean;
  /** Lines of several stand together, whose threads cannot be told apart: their names; none where that is not so. */
  readonly sources: readonly string[];
}

const marks = new Map(MARKS.map((mark) => [mark.id, mark]));
const heads = new Map(
  [...HEADS, ...QUOTES, LINE_NUMBER, ELAPSED, WRITER_ID, PROCESS_ID].map((head) => [head.id, head]),
);

/** What a step takes off. */
export const stepOf = (id: string): Mark | Head | Fold =>
  (marks.get(id) ??
    heads.get(id) ??
    prefixHead(id) ??
    suffixMark(id) ??
    columnMark(id) ??
    drawnMark(id) ??
    foldOf(id))!;

/** What the steps are, for people. */
export function wrappingNames({ steps }: Wrapping): string[] {
  return [...new Set(steps.map((id) => stepOf(id).what))];
}

/** Takes the wrapping off a line of latin1; `goesOn`: the next line goes on with it. */
function unwrapper({ steps, times, tids }: Wrapping): (line: string) => { line: string; goesOn: boolean } {
  const plan = steps.map(stepOf).filter((step): step is Mark | Head => !('continues' in step));
  return (given) => {
    let line = given;
    let stamp = '';
    let tid = '';
    let goesOn = false;
    for (const step of plan) {
      if ('undo' in step) {
        goesOn ||= step.goesOn?.(line) === true;
        line = step.undo(line);
      } else {
        const found = step.pattern.exec(line);
        if (found === null) continue;
        line = line.slice(found[0].length);
        if (found.groups === undefined) continue;
        if (times && stamp === '') stamp = stampOf(found.groups);
        if (tids) tid = found.groups.tid ?? tid;
        goesOn ||= found.groups.part !== undefined;
      }
    }
    line = withThread(tid, line);
    if (stamp !== '' && isUntimed(line)) line = line.replace(UNTIMED, `$1${beganAt(stamp, line)} `);
    return { line, goesOn };
  };
}

/** What stands where a part of this line stood: an empty line would end a stack of perf. */
const inPlaceOf = (line: string): string => (isPerfFrame(line) || beginsPerfRecord(line) ? PAGER_LINE : '');

/** The text without its wrapping. Parts of a line stand where its first stood, and leave lines that say nothing. */
export function unwrapped(bytes: Uint8Array, wrapping: Wrapping): Uint8Array {
  const unwrap = unwrapper(wrapping);
  const fold = wrapping.steps.map(foldOf).find((step) => step !== null);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lines: string[] = [];
  /** The line that the next one goes on with, -1 when it does not. */
  let open = -1;
  /** The last line as it stood, what was taken off it, and the one that it goes on with. */
  let before = '';
  let taken = 0;
  let first = 0;
  for (let from = 0; from < bytes.length;) {
    const feed = buffer.indexOf(LF, from);
    const end = feed < 0 ? bytes.length : feed;
    // Of CR LF the CR goes too: marks and heads judge the line.
    const given = buffer.toString('latin1', from, end > from && bytes[end - 1] === 13 ? end - 1 : end);
    const { line, goesOn } = unwrap(given);
    if (fold?.continues(before, line, taken) === true && lines.length > 0) {
      lines[first] += fold.between(before, taken) + line;
      lines.push(inPlaceOf(lines[first]!));
    } else {
      if (open >= 0) lines[open] += line;
      lines.push(open < 0 ? line : inPlaceOf(lines[open]!));
      first = open < 0 ? lines.length - 1 : open;
    }
    before = line;
    taken = given.length - line.length;
    if (!goesOn) open = -1;
    else if (open < 0) open = lines.length - 1;
    from = end + 1;
  }
  if (bytes[bytes.length - 1] === LF) lines.push('');
  const text = Buffer.from(lines.join('\n'), 'latin1');
  return new Uint8Array(text.buffer, text.byteOffset, text.byteLength);
}

/** The format of text that has this wrapping. */
export function wrappedFormat(format: TraceFormat, wrapping: Wrapping): TraceFormat {
  return {
    id: format.id,
    detect: (sample, name) => format.detect(unwrapped(sample, wrapping), name),
    prepare: (firstBytes, options): ParseOptions =>
      format.prepare?.(unwrapped(firstBytes, wrapping), options) ?? options,
    lastRecordStart(bytes) {
      const inside = unwrapped(bytes, wrapping);
      const start = format.lastRecordStart(inside);
      return start === 0 ? 0 : lineStart(bytes, countLines(inside, start));
    },
    parseChunk(bytes, options): TraceChunk {
      const chunk = format.parseChunk(unwrapped(bytes, wrapping), options);
      const skippedExamples = chunk.skippedExamples.map((e) => ({ ...e, offset: lineStart(bytes, e.line - 1) }));
      return { ...chunk, bytes: bytes.length, skippedExamples };
    },
  };
}

/** Line feeds in bytes[0, end). */
function countLines(bytes: Uint8Array, end: number): number {
  let lines = 0;
  for (let p = bytes.indexOf(LF); p >= 0 && p < end; p = bytes.indexOf(LF, p + 1)) lines++;
  return lines;
}

/** Where the line begins that has so many before it. */
function lineStart(bytes: Uint8Array, lines: number): number {
  let p = 0;
  for (let i = 0; i < lines; i++) p = bytes.indexOf(LF, p) + 1;
  return p;
}
