/**
 * The contract of an input format: bytes to rows, never I/O. One file a format; index.ts holds the list and picks one
 * by looking at the bytes.
 */
import type { TraceChunk } from '../trace/chunk.js';
import type { RecordedGap } from '../trace/gaps.js';
import type { Trace } from '../trace/table.js';
import type { Message } from '../result.js';
import type { CsvLayout } from './csv/layout.js';
import type { PerfDataLayout } from './perf/data/arranger.js';
import type { PerfLayout } from './perf/survey.js';
import type { Architecture } from './syscalls/index.js';

export interface Detection {
  /** 0 = certainly not, 1 = certainly. */
  readonly score: number;
  /** Why, in a few words, for `inspect` ("12 of 14 lines are strace calls"). */
  readonly reason: string;
}

export interface ParseOptions {
  /** The thread that lines without a tid belong to (a file of `strace -ff`, or `strace` without -f); 0 when unknown. */
  readonly tid: number;
  /** The stretch is the last of its source: what breaks off at its end is the end of the recording. */
  readonly last?: boolean;
  /** CSV only: canonical column -> name of the column in the file. */
  readonly columns?: Readonly<Record<string, string>>;
  /** CSV only: unit of its times. */
  readonly timeUnit?: 's' | 'ms' | 'us' | 'ns';
  /** CSV only: separator, default found by looking. */
  readonly delimiter?: string;
  /** CSV only: whether the first line names the columns; default found by looking. */
  readonly header?: boolean;
  /** Whose system call numbers the text holds (strace: of calls that it does not know); default found by looking. */
  readonly architecture?: Architecture;
  /** strace: records begin with a time of this clock, so that what begins without one, or with one of another, is no record of it. */
  readonly clock?: Trace['clock'] | undefined;
  /** strace: the first line of the text, where it begins in the midst of a record. */
  readonly cutLine?: string | undefined;
  /** strace: a record ends with a duration, so that one without is not whole at the end of the text. */
  readonly lasting?: boolean;
  /** strace: the text has what the fast reader does not know, so that the exact one reads all of it. */
  readonly exact?: boolean;
  /** What `prepare` found in the first bytes. */
  readonly perf?: PerfLayout;
  readonly csv?: CsvLayout;
  readonly perfData?: PerfDataLayout;
}

/** A stretch of records in order of time, which `parseChunk` reads with these options. */
export interface Arranged {
  readonly buffer: SharedArrayBuffer;
  /** Bytes used. */
  readonly length: number;
  readonly options: ParseOptions;
}

/** Takes the records of one input as they come, and gives stretches of them in order of time. */
export interface Arranger {
  push(bytes: Uint8Array): Arranged[];
  /** Nothing follows, though `missing` bytes should. */
  end(missing: number): Arranged[];
  /** What was lost, and what cannot be read here; complete at the end. */
  readonly messages: readonly Message[];
  /** Moment of the earliest event so far, seconds of the recording's clock; NaN before there is one. */
  readonly firstSeconds: number;
  /** Moment up to which it was recorded, though nothing may have happened then; NaN where nothing tells. Complete at the end. */
  readonly lastSeconds: number;
  /** Where events are missing; complete at the end. */
  readonly gaps: readonly RecordedGap[];
  /** Where and how it was recorded, '' where nothing tells. */
  readonly origin: string;
  /** The machine whose numbers of calls are not known, '' where they are. */
  readonly unknownMachine: string;
}

/** Of a binary format whose records are in no order, or need what stands elsewhere in the file. */
export interface Arrangement {
  /** Frames of its stacks are told by file and place in it. */
  readonly framesUnnamed: boolean;
  /** Whether these are the first bytes of such a file: no text begins so. */
  begins(head: Uint8Array): boolean;
  /**
   * Where the records lie, by the first bytes; `end` null: up to the end of the file. What lies before and behind must be known before the records
   * are read. Null where the header is damaged.
   */
  records(head: Uint8Array): { readonly begin: number; readonly end: number | null } | null;
  /** `front`, `back`: what lies before and behind the records. `room`: where stretches are put. */
  open(
    front: Uint8Array,
    back: Uint8Array,
    options: ParseOptions,
    room: { readonly pieceBytes: number; supply(): SharedArrayBuffer },
  ): Promise<Arranger>;
  /** Rows that a byte stands for, about, and whether they have stacks. */
  density(head: Uint8Array): { readonly rows: number; readonly withStacks: boolean };
}

export interface TraceFormat {
  readonly id: string;
  /** Of binary formats: then `parseChunk` reads what it arranges, and `lastRecordStart` is not asked. */
  readonly arrangement?: Arrangement;
  /** Looks at the first bytes (whole lines, up to 64 kB) and at the file's name. */
  detect(sample: Uint8Array, name: string): Detection;
  /**
   * Looks at the first bytes for what every stretch must know (names of CSV columns, architecture). Without it, or when it
   * was not called, parseChunk looks at its own bytes.
   */
  prepare?(firstBytes: Uint8Array, options: ParseOptions): ParseOptions;
  /**
   * Where the last record that begins in `bytes` starts: everything before it can be parsed on its own.
   * 0 when the whole stretch is one record.
   */
  lastRecordStart(bytes: Uint8Array): number;
  /**
   * Why a whole trace of the format, read with these options, must not be used although each of its lines was understood; null where it can be.
   * `what` the input is, and `advice` how to get a better one.
   */
  refusal?(trace: Trace, options: ParseOptions): { readonly what: string; readonly advice: string } | null;
  /** Parses whole records. Must never throw on damaged text: it counts and skips. The rows are valid until the thread's next call. */
  parseChunk(bytes: Uint8Array, options: ParseOptions): TraceChunk;
}
