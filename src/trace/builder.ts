/**
 * Chunks, in the order of the input, to one Trace: names, threads and stacks renumbered, times put on one clock, calls joined
 * whose halves lie in two chunks. The result is the same wherever the input was cut.
 */
import { callTraits, isCloneCall, isExitCall, refinedKind, unseenKind } from './call-traits.js';
import { ChunkClock } from './chunk-clock.js';
import { SKIPPED_EXAMPLES } from './chunk-writer.js';
import type { OrphanExit, TraceChunk } from './chunk.js';
import { rebase, renumberCalls, sortRows, surveyRows } from './finish-rows.js';
import { GrowableColumns } from './growable-columns.js';
import { variantCode } from './kinds.js';
import { NO_STACK, StackTableBuilder } from './stacks.js';
import { SwitchesBuilder } from './switches.js';
import { FLAG_ENTRY_UNSEEN, FLAG_UNFINISHED, NO_CPU, NO_DESCRIPTOR, type Skipped, type Trace } from './table.js';
import { type LifeEvent, ThreadLives } from './thread-lives.js';

export { mergeTraces } from './merge-traces.js';

const THREAD_VARIANT = variantCode('thread');
/** Start of a call that was under way before the trace: `rebase` moves it to the trace's first moment. */
const BEFORE_TRACE = -1e18;

/** How a chunk's numbers become the trace's. */
interface Mapping {
  /** ns of the chunk's time 0. */
  readonly base: number;
  readonly threads: Int32Array;
  readonly calls: Uint16Array;
  readonly stacks: Int32Array | null;
}

export class TraceBuilder {
  private readonly rows = new GrowableColumns();
  private readonly calls: string[] = [];
  private readonly callNumbers = new Map<string, number>();
  private readonly lives = new ThreadLives();
  private readonly clock = new ChunkClock();
  private readonly stacks = new StackTableBuilder();
  private readonly switches = new SwitchesBuilder();
  /** `row`: the event took place only if that row succeeded. */
  private readonly events: (LifeEvent & { row?: number })[] = [];
  /** Per thread: row of its open call, -1 when none. */
  private open = new Int32Array(64).fill(-1);
  private hasDurations = false;
  private lines = 0;
  private bytes = 0;
  private notices = 0;
  private skippedLines = 0;
  private readonly skippedExamples: Skipped['examples'][number][] = [];
  private truncated = false;

  /** `format`: id of the format, for `Trace.format`. */
  constructor(private readonly format = '') {}

  /** Rows so far. */
  get length(): number {
    return this.rows.length;
  }

  /** The input ended before its compressed stream did. */
  markTruncated(): void {
    this.truncated = true;
  }

  append(chunk: TraceChunk): void {
    const base = this.clock.advance(chunk);
    for (const { tid, ns } of chunk.earlyEnds ?? []) this.endThread(tid, base + ns);
    const fresh = new Uint8Array(chunk.threads.length);
    const threads = this.lives.map(chunk, (thread) => this.openCall(thread), fresh);
    this.growOpen();
    const calls = Uint16Array.from(chunk.calls, (name) => this.call(name));
    const mapping = { base, threads, calls, stacks: chunk.stacks && this.stacks.merge(chunk.stacks) };
    this.reserve(chunk);
    // Rows of exits whose entries were never seen are put between the chunk's own; `inserted` tells where.
    const inserted: number[] = [];
    let from = 0;
    for (const orphan of chunk.orphans) {
      this.appendRows(chunk, from, orphan.position, mapping);
      from = orphan.position;
      if (!this.join(orphan, mapping)) {
        this.appendUnseen(orphan, mapping, fresh[orphan.thread] === 1);
        inserted.push(orphan.position);
      }
    }
    const firstRow = this.rows.length - from - inserted.length;
    this.appendRows(chunk, from, chunk.rows, mapping);
    this.appendEvents(chunk, mapping, (row) => firstRow + row + inserted.filter((at) => at <= row).length);
    if (chunk.switches) this.switches.append(chunk.switches, base);
    this.count(chunk);
  }

  finish(): Trace {
    const { rows, clock } = this;
    const errno = rows.view('errno');
    const events = this.events.filter(({ row }) => row === undefined || errno[row] === 0);
    const survey = surveyRows(rows, this.lives.size);
    const shift = survey.first;
    if (shift !== 0 || survey.earliestStart < 0) rebase(rows, shift);
    const threads = this.lives.finish(
      survey.firstOfThread.map((ns) => Math.max(0, ns - shift)),
      events.map((event) => ({ ...event, ns: Math.max(0, event.ns - shift) })),
    );
    let endNs = Math.max(survey.last, clock.lastNs) - shift;
    for (const { exitNs } of threads) if (exitNs !== null && exitNs > endNs) endNs = exitNs;
    this.closeOpen((thread) => threads[thread]!.exitNs ?? endNs);
    if (!survey.sorted) sortRows(rows);
    const calls = renumberCalls(rows, this.calls);
    const timed = clock.kind !== 'relative' && clock.kind !== 'none';
    return {
      length: rows.length,
      columns: rows.finish(),
      calls,
      threads,
      stacks: this.stacks.size > 0 ? this.stacks.finish() : null,
      switches: this.switches.finish(threads, shift),
      origin: timed ? originOf(clock.originSeconds, shift) : { seconds: 0, nanoseconds: 0 },
      clock: clock.kind,
      hasDurations: this.hasDurations,
      endNs,
      format: this.format,
      lines: this.lines,
      bytes: this.bytes,
      notices: this.notices,
      skipped: { lines: this.skippedLines, examples: this.skippedExamples },
      outOfOrder: survey.outOfOrder,
      truncated: this.truncated,
    };
  }

  /** Name of a thread's open call, '' when it has none. */
  private openCall(thread: number): string {
    const row = this.open[thread]!;
    return row < 0 ? '' : this.calls[this.rows.view('call')[row]!]!;
  }

  /** A thread ended that has no event in the chunk before. */
  private endThread(tid: number, ns: number): void {
    const thread = this.lives.end(tid);
    if (thread < 0) return;
    if (this.open[thread]! >= 0) this.abandon(thread, ns);
    this.events.push({ what: 'exit', thread, ns });
  }

  private reserve(chunk: TraceChunk): void {
    if (chunk.columns.stack !== null || chunk.orphans.some(({ stack }) => stack !== NO_STACK)) this.rows.withStacks();
    this.rows.reserve(chunk.rows + chunk.orphans.length);
  }

  /** Rows [from, to) of the chunk. One pass renumbers and keeps track of open calls. */
  private appendRows(chunk: TraceChunk, from: number, to: number, { base, threads, calls, stacks }: Mapping): void {
    if (from === to) return;
    const { rows, open } = this;
    const { pending } = chunk;
    const first = rows.length - from;
    rows.append(chunk.columns, from, to);
    const start = rows.view('start');
    const call = rows.view('call');
    const thread = rows.view('thread');
    for (let i = from; i < to; i++) {
      const row = first + i;
      const local = thread[row]!;
      const global = threads[local]!;
      const at = start[row]! + base;
      start[row] = at;
      call[row] = calls[call[row]!]!;
      thread[row] = global;
      if (open[global]! >= 0) this.abandon(global, at);
      if (pending[local] === i) open[global] = row;
    }
    if (stacks === null || chunk.columns.stack === null) return;
    const stack = rows.view('stack');
    for (let row = first + from; row < first + to; row++) {
      if (stack[row] !== NO_STACK) stack[row] = stacks[stack[row]!]!;
    }
  }

  /** Gives an open call the outcome that came in a later chunk; false when the thread has no such call open. */
  private join(orphan: OrphanExit, { base, threads, stacks }: Mapping): boolean {
    const { rows } = this;
    const thread = threads[orphan.thread]!;
    const row = this.open[thread]!;
    if (row < 0) return false;
    const end = base + orphan.endNs;
    const name = this.calls[rows.view('call')[row]!]!;
    if (orphan.call !== '' && orphan.call !== name) {
      this.abandon(thread, end);
      return false;
    }
    this.open[thread] = -1;
    const start = rows.view('start')[row]!;
    const kind = rows.view('kind');
    rows.view('duration')[row] = this.durationOf(orphan, end - start);
    rows.view('errno')[row] = orphan.errno;
    rows.view('result')[row] = orphan.result;
    rows.view('flags')[row]! |= orphan.flags;
    kind[row] = refinedKind(kind[row]!, orphan.kind);
    if (orphan.variant !== 0) rows.view('variant')[row] = orphan.variant;
    if (orphan.descriptor !== NO_DESCRIPTOR) rows.view('descriptor')[row] = orphan.descriptor;
    // strace prints the stack below the second half only, perf below both, where the entry's counts.
    if (orphan.stack !== NO_STACK && stacks !== null && rows.view('stack')[row] === NO_STACK)
      rows.view('stack')[row] = stacks[orphan.stack]!;
    this.cloned(orphan, name, thread, start, rows.view('variant')[row] === THREAD_VARIANT);
    return true;
  }

  private durationOf(orphan: OrphanExit, elapsed: number): number {
    if (orphan.durationNs >= 0) return orphan.durationNs;
    return this.clock.kind === 'none' ? NaN : elapsed;
  }

  /** A row for an exit without entry: from its duration, else from the trace's first moment or, later, the exit itself. */
  private appendUnseen(orphan: OrphanExit, { base, threads, stacks }: Mapping, firstOfThread: boolean): void {
    const { rows } = this;
    const row = rows.length++;
    const end = base + orphan.endNs;
    const shown = orphan.durationNs;
    const start = shown >= 0 ? end - shown : firstOfThread ? BEFORE_TRACE : end;
    const thread = threads[orphan.thread]!;
    const kind = unseenKind(callTraits(orphan.call));
    rows.view('start')[row] = start;
    rows.view('duration')[row] = this.durationOf(orphan, end - start);
    rows.view('call')[row] = this.call(orphan.call);
    rows.view('thread')[row] = thread;
    rows.view('errno')[row] = orphan.errno;
    rows.view('kind')[row] = kind === 0 ? orphan.kind : refinedKind(kind, orphan.kind);
    rows.view('variant')[row] = orphan.variant;
    rows.view('flags')[row] = orphan.flags | FLAG_ENTRY_UNSEEN;
    rows.view('descriptor')[row] = orphan.descriptor;
    rows.view('result')[row] = orphan.result;
    rows.view('cpu')[row] = NO_CPU;
    if (rows.hasStacks) {
      rows.view('stack')[row] = orphan.stack === NO_STACK || stacks === null ? NO_STACK : stacks[orphan.stack]!;
    }
    this.cloned(orphan, orphan.call, thread, start, false);
  }

  /** An orphan that returned a tid made that thread. */
  private cloned(orphan: OrphanExit, name: string, thread: number, ns: number, sameProcess: boolean): void {
    if (orphan.errno !== 0 || orphan.result <= 0 || !isCloneCall(name)) return;
    this.events.push({ what: 'clone', thread, ns, childTid: orphan.result, sameProcess });
  }

  private appendEvents(chunk: TraceChunk, { base, threads }: Mapping, globalRow: (row: number) => number): void {
    for (const event of chunk.lifecycle) {
      if (event.what === 'tid') continue;
      const thread = threads[event.thread]!;
      const ns = base + event.ns;
      if (event.what === 'exit' && this.open[thread]! >= 0) this.abandon(thread, ns);
      if (event.what === 'exec' && event.row >= 0)
        this.events.push({ ...event, thread, ns, row: globalRow(event.row) });
      else if (event.what === 'exec') this.events.push({ what: 'exec', thread, ns, program: event.program });
      else this.events.push({ ...event, thread, ns });
    }
    chunk.threads.forEach(({ name }, i) => {
      if (name !== '') this.events.push({ what: 'name', thread: threads[i]!, ns: base, name });
    });
  }

  /** The thread went on, or ended, at `ns` without the return of its open call having been seen. */
  private abandon(thread: number, ns: number): void {
    const row = this.open[thread]!;
    this.open[thread] = -1;
    this.rows.view('duration')[row] = ns - this.rows.view('start')[row]!;
    if (!isExitCall(this.calls[this.rows.view('call')[row]!]!)) this.rows.view('flags')[row]! |= FLAG_UNFINISHED;
  }

  private closeOpen(endOf: (thread: number) => number): void {
    for (let thread = 0; thread < this.lives.size; thread++) {
      if (this.open[thread]! >= 0) this.abandon(thread, endOf(thread));
    }
  }

  private call(name: string): number {
    let number = this.callNumbers.get(name);
    if (number === undefined) this.callNumbers.set(name, (number = this.calls.push(name) - 1));
    return number;
  }

  private growOpen(): void {
    if (this.lives.size <= this.open.length) return;
    const larger = new Int32Array(this.lives.size * 2).fill(-1);
    larger.set(this.open);
    this.open = larger;
  }

  private count(chunk: TraceChunk): void {
    for (const example of chunk.skippedExamples) {
      if (this.skippedExamples.length >= SKIPPED_EXAMPLES) break;
      this.skippedExamples.push({
        ...example,
        line: example.line + this.lines,
        offset: example.offset + this.bytes,
      });
    }
    this.lines += chunk.lines;
    this.bytes += chunk.bytes;
    this.notices += chunk.notices;
    this.skippedLines += chunk.skippedLines;
    this.hasDurations ||= chunk.hasDurations;
    this.truncated ||= chunk.cutOff;
  }
}

function originOf(seconds: number, shift: number): Trace['origin'] {
  const whole = Math.floor(shift / 1e9);
  return { seconds: seconds + whole, nanoseconds: shift - whole * 1e9 };
}
