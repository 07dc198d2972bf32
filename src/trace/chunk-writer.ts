/**
 * Fills a TraceChunk row by row: growable columns, interned call names and threads, open calls, skipped lines. Parsers
 * write the columns of a new row themselves; those that are left alone mean success, no kind, no variant, no flags.
 */
import { ByteInterner, IntMap, grown, text } from '../lib/bytes.js';
import type { Announced, ChunkColumns, ChunkThread, Lifecycle, OrphanExit, TraceChunk, UncertainEnd } from './chunk.js';
import { NO_STACK } from './stacks.js';
import { NO_DESCRIPTOR } from './table.js';

/** Skipped lines that are kept as examples, of a chunk and of a trace alike: so they do not depend on the cuts. */
export const SKIPPED_EXAMPLES = 5;
/** Bytes of a skipped line that are kept. */
const EXAMPLE_LENGTH = 120;

/** The columns that a writer fills: there is room for CPUs, whether or not it needs it. */
export type WrittenColumns = ChunkColumns & { cpu: Uint16Array };

/** Memory that a writer fills before it makes its own. Columns of zeros. */
export interface ChunkRoom {
  /** Rows that fit. */
  readonly capacity: number;
  readonly columns: WrittenColumns;
  /** Per thread, as in ChunkWriter. */
  readonly pending: Int32Array;
  readonly seen: Uint8Array;
}

/** What a parser knows of its clock. */
type ChunkTimes = Pick<TraceChunk, 'clock' | 'baseSeconds' | 'advanceNs' | 'stepNs' | 'firstTime' | 'setBack'>;

export class ChunkWriter {
  rows = 0;
  columns: WrittenColumns;
  readonly calls = new ByteInterner();
  readonly threads: ChunkThread[] = [];
  /** Per thread: its open row, -1 when none. */
  pending: Int32Array;
  /** Per thread: 1 once an entry or an exit of a call was seen. */
  seen: Uint8Array;
  readonly orphans: OrphanExit[] = [];
  readonly lifecycle: Lifecycle[] = [];
  /** As in TraceChunk. */
  readonly returns: number[] = [];
  readonly announced: Announced[] = [];
  readonly ends: UncertainEnd[] = [];
  lines = 0;
  notices = 0;
  skippedLines = 0;
  cutOff = false;
  hasDurations = false;
  /** The parser writes `cpu` of every row. */
  hasCpus = false;
  /** Where the bytes given to `skip` start within the chunk. */
  baseOffset = 0;
  private capacity: number;
  private readonly threadByTid = new IntMap();
  private readonly skippedExamples: TraceChunk['skippedExamples'] = [];

  /** `expectedRows`: an estimate is enough; pages that are never touched cost nothing. */
  constructor(
    expectedRows: number,
    private readonly room: ChunkRoom | null = null,
  ) {
    const n = room?.capacity ?? Math.max(64, expectedRows);
    this.capacity = n;
    this.pending = (room?.pending ?? new Int32Array(64)).fill(-1);
    this.seen = (room?.seen ?? new Uint8Array(64)).fill(0);
    this.columns = room?.columns ?? {
      start: new Float64Array(n),
      duration: new Float64Array(n),
      call: new Uint16Array(n),
      thread: new Uint32Array(n),
      errno: new Uint8Array(n),
      kind: new Uint8Array(n),
      variant: new Uint8Array(n),
      flags: new Uint8Array(n),
      descriptor: new Int32Array(n),
      result: new Int32Array(n),
      cpu: new Uint16Array(n),
      stack: null,
    };
  }

  /** A new row at `startNs` of a call that is open until its outcome is written. */
  addRow(thread: number, call: number, startNs: number): number {
    const row = this.rows++;
    if (row === this.capacity) this.grow();
    const columns = this.columns;
    columns.start[row] = startNs;
    columns.duration[row] = NaN;
    columns.call[row] = call;
    columns.thread[row] = thread;
    columns.descriptor[row] = NO_DESCRIPTOR;
    return row;
  }

  /** Local index of a thread, made on first sight. */
  thread(tid: number): number {
    const known = this.threadByTid.get(tid);
    return known >= 0 ? known : this.addThread(tid);
  }

  /** Local index of a thread, -1 when it has none yet. */
  knownThread(tid: number): number {
    return this.threadByTid.get(tid);
  }

  /** Whether rows and threads still lie in the room given. */
  get inRoom(): boolean {
    return this.room !== null && this.columns === this.room.columns && this.pending === this.room.pending;
  }

  /** The thread has ended: the next event of this tid belongs to another one. */
  forgetThread(tid: number): void {
    this.threadByTid.set(tid, -1);
  }

  /** Lines of another manner of naming threads follow: their threads get entries of their own. */
  forgetThreads(): void {
    this.threadByTid.clear();
  }

  private addThread(tid: number): number {
    const thread = this.threads.push({ tid, pid: -1, name: '' }) - 1;
    if (thread === this.pending.length) {
      this.pending = grown(this.pending, thread * 2).fill(-1, thread);
      this.seen = grown(this.seen, thread * 2);
    }
    this.threadByTid.set(tid, thread);
    return thread;
  }

  /** Sets the stack of a row; the column is made with the first. */
  setStack(row: number, stack: number): void {
    this.columns.stack ??= new Int32Array(this.capacity).fill(NO_STACK);
    this.columns.stack[row] = stack;
  }

  /** Counts a line that could not be used. `lines` must already count it. */
  skip(bytes: Uint8Array, start: number, end: number, reason: string): void {
    this.skippedLines++;
    // One more than needed: `unskip` may take one away.
    if (this.skippedExamples.length > SKIPPED_EXAMPLES) return;
    const shown = text(bytes, start, Math.min(end, start + EXAMPLE_LENGTH));
    this.skippedExamples.push({ line: this.lines, offset: this.baseOffset + start, reason, text: shown });
  }

  /** A line that was skipped can be used after all. */
  unskip(line: number): void {
    this.skippedLines--;
    const at = this.skippedExamples.findIndex((example) => example.line === line);
    if (at >= 0) this.skippedExamples.splice(at, 1);
  }

  /** The finished chunk. The parser adds what only it knows: the clock. */
  finish(clock: ChunkTimes, bytes: number): TraceChunk {
    return {
      ...clock,
      rows: this.rows,
      columns: this.hasCpus ? this.columns : { ...this.columns, cpu: null },
      calls: this.calls.strings,
      threads: this.threads,
      stacks: null,
      hasDurations: this.hasDurations,
      pending: this.pending.slice(0, this.threads.length),
      called: this.seen.slice(0, this.threads.length),
      orphans: this.orphans,
      lifecycle: this.lifecycle,
      returns: this.returns,
      announced: this.announced,
      ends: this.ends,
      switches: null,
      lines: this.lines,
      bytes,
      notices: this.notices,
      skippedLines: this.skippedLines,
      skippedExamples: this.skippedExamples,
      cutOff: this.cutOff,
    };
  }

  private grow(): void {
    const n = (this.capacity *= 2);
    const c = this.columns;
    this.columns = {
      start: grown(c.start, n),
      duration: grown(c.duration, n),
      call: grown(c.call, n),
      thread: grown(c.thread, n),
      errno: grown(c.errno, n),
      kind: grown(c.kind, n),
      variant: grown(c.variant, n),
      flags: grown(c.flags, n),
      descriptor: grown(c.descriptor, n),
      result: grown(c.result, n),
      cpu: grown(c.cpu, n),
      stack: c.stack && grown(c.stack, n).fill(NO_STACK, c.stack.length),
    };
  }
}
