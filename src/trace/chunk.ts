/**
 * What a parser makes of one stretch of the input, knowing nothing of the rest. Chunks are parsed side by side and
 * appended in the order of the input (builder.ts), which joins the calls whose halves lie in two chunks: so the Trace
 * does not depend on where the cuts fall.
 */
import type { KinFacts } from './kinship/facts.js';
import type { StackTable } from './stacks.js';

export interface TraceChunk {
  /** Rows used in `columns` (their capacity may be larger). */
  rows: number;
  /**
   * Like Columns, but `thread`, `call` and `stack` index this chunk's own lists and `start` counts from `baseSeconds`. They may
   * lie in memory that the thread's next chunk is read into.
   */
  columns: ChunkColumns;
  calls: string[];
  /**
   * In order of first sight. A tid may stand here twice: after its exit (another life), and in strace text where lines
   * with and without `[pid N]` alternate. Every event of the earlier entry then lies before those of the later.
   */
  threads: ChunkThread[];
  stacks: StackTable | null;
  /** Whole seconds of the chunk's time 0 on the trace's clock. For 'relative' and 'none' clocks 0: the builder adds up. */
  baseSeconds: number;
  clock: 'epoch' | 'boot' | 'day' | 'relative' | 'none';
  /** Moment of the chunk's last record, ns since `baseSeconds`; for 'relative' and 'none' clocks how far the clock moved. */
  advanceNs: number;
  /** What the times are multiples of, ns; Infinity where none was seen. Absent: as fine as they can be. */
  stepNs?: number;
  /** Pairs of a row whose return stands in a later line than its call, and of that line the moment ('none') or, where times are coarse, how many rows come before. */
  returns?: number[];
  /** Of the first record with a time: its moment, ns since `baseSeconds`, and line. */
  firstTime?: { ns: number; line: number } | null;
  /** The first time that the clock went back by more than a second: by how much, and the line. */
  setBack?: SetBack | null;
  hasDurations: boolean;
  /** Per local thread: the row of its call still open at the end of the chunk, or -1. */
  pending: Int32Array;
  /** Per local thread: 1 where an entry or an exit of a call was seen; what else names a thread leaves 0. */
  called: Uint8Array;
  /** Exits whose entries lie before the chunk; at most one an entry of `threads`, before any other event of it. In order of `position`. */
  orphans: OrphanExit[];
  /** Clones, execs, names and exits of threads, in order. */
  lifecycle: Lifecycle[];
  /** Ends of threads of whom the parser does not know whether they live, in order: the builder sees it. */
  ends?: UncertainEnd[];
  /** What the text tells of threads being of one process. */
  kin?: KinFacts;
  /** Notices of whom strace traces from there on, in order. */
  announced?: Announced[];
  switches: ChunkSwitches | null;
  lines: number;
  bytes: number;
  notices: number;
  skippedLines: number;
  /** The first few skipped lines: line number and byte offset within the chunk. */
  skippedExamples: { line: number; offset: number; reason: string; text: string }[];
  /** The chunk's last record is not complete. */
  cutOff: boolean;
  /** As in Trace. */
  builds?: ReadonlyMap<string, string>;
  mixedThreads?: number;
}

/**
 * `strace: Process 9325 attached with 2 threads`; `==> t.9325 <==`, where `tail` put several files together; a time that goes back in
 * lines without a thread.
 */
export interface Announced {
  /** 0 where it is only known to be another. */
  readonly tid: number;
  /** Threads that it has; 0 where the notice does not tell. */
  readonly threads: number;
  /** Whoever was traced before no longer is: another recording begins, not another file of the same. */
  readonly begins: boolean;
  /** Entries of `threads` that come before it, and the moment of the record before it. */
  readonly at: number;
  readonly ns: number;
}

/** A thread of the tid is over, if one lives: none has an event in the chunk before, or lines that name nobody stand between. */
export interface UncertainEnd {
  readonly tid: number;
  readonly ns: number;
  /** Entries of `threads` that come before it. */
  readonly at: number;
}

/** A clock went back. */
export interface SetBack {
  /** How often. */
  readonly times: number;
  /** Of the first: line of the input, from 1, and ns. */
  readonly line: number;
  readonly ns: number;
}

export interface ChunkColumns {
  start: Float64Array;
  duration: Float64Array;
  call: Uint16Array;
  thread: Uint32Array;
  errno: Uint8Array;
  kind: Uint8Array;
  variant: Uint8Array;
  flags: Uint8Array;
  descriptor: Int32Array;
  result: Int32Array;
  cpu: Uint16Array | null;
  stack: Int32Array | null;
}

export interface ChunkThread {
  /** 0 for lines that name none, where ParseOptions.tid was 0: the builder finds out whose they are. */
  tid: number;
  /** -1 when the text does not tell. */
  pid: number;
  /** '' when the text does not tell. */
  name: string;
}

export interface OrphanExit {
  thread: number;
  /** Rows of the chunk that come before it: where its row goes when its entry was never seen. */
  position: number;
  /** How many pairs of `returns` come before it. */
  returnsBefore?: number | undefined;
  /** Name as printed: of calls that stand for several, theirs; ANY_CALL where none was. */
  call: string;
  /** Moment of the exit, ns since `baseSeconds`. */
  endNs: number;
  /** Duration as printed, NaN when not. */
  durationNs: number;
  errno: number;
  result: number;
  flags: number;
  /** What only the second half of a line tells (strace prints some arguments late); 0 and -1 when it tells nothing. */
  kind: number;
  variant: number;
  descriptor: number;
  stack: number;
}

/** `ns` counts from `baseSeconds`. */
export type Lifecycle =
  /** `ns`: the call's entry. Not for orphans: the builder sees those when it joins them. */
  | { what: 'clone'; thread: number; ns: number; childTid: number; sameProcess: boolean }
  /** `row`: the chunk's row of the call, which decides by its outcome; -1 when the event is certain. */
  | { what: 'exec'; thread: number; ns: number; program: string; row: number }
  /** A thread without tid told it itself (gettid, set_tid_address). */
  | { what: 'tid'; thread: number; ns: number; tid: number }
  | { what: 'name'; thread: number; ns: number; name: string }
  | { what: 'exit'; thread: number; ns: number };

export interface ChunkSwitches {
  length: number;
  time: Float64Array;
  cpu: Uint16Array;
  /** tids as printed. */
  previousTid: Int32Array;
  previousState: Uint8Array;
  nextTid: Int32Array;
  nextName: Uint16Array;
  nextNames: string[];
}
