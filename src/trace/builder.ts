/**
 * Chunks, in the order of the input, to one Trace: names, threads and stacks renumbered, times put on one clock, calls joined
 * whose halves lie in two chunks. The result is the same wherever the input was cut. What depends on the chunks before is
 * decided here, by a little work a chunk (`plan`); the rows themselves are placed by whoever has time (place-rows.ts).
 */
import { callTraits, isCloneCall, isExitCall, refinedKind, unseenKind } from './call-traits.js';
import { ChunkClock } from './chunk-clock.js';
import { SKIPPED_EXAMPLES } from './chunk-writer.js';
import type { OrphanExit, TraceChunk } from './chunk.js';
import { rebase, renumberCalls, sortRows } from './finish-rows.js';
import { GrowableColumns } from './growable-columns.js';
import { variantCode } from './kinds.js';
import * as serial from './one-after-another.js';
import { type OpenCall, OpenCalls } from './open-calls.js';
import { type PlacedRows, type Placement, placeRows } from './place-rows.js';
import { RowSurvey, surveyOf } from './row-survey.js';
import { NO_STACK, StackTableBuilder } from './stacks.js';
import { SwitchesBuilder } from './switches.js';
import { FLAG_ENTRY_UNSEEN, NO_CPU, type Skipped, type Trace } from './table.js';
import { type LifeEvent, ThreadLives } from './thread-lives.js';

export { mergeTraces } from './merge-traces.js';

const THREAD_VARIANT = variantCode('thread');
/** Start of a call that was under way before the trace: it begins with the trace, in the end. */
const BEFORE_TRACE = -1e18;

/** How a chunk's numbers become the trace's. */
interface Mapping {
  /** ns of the chunk's time 0. */
  readonly base: number;
  readonly threads: Int32Array;
  readonly calls: Uint16Array;
  readonly stacks: Int32Array | null;
}

/** An exit whose entry was never seen, before it has its row: that comes before the chunk's row `position`. */
interface Unseen {
  readonly orphan: OrphanExit;
  readonly position: number;
  readonly thread: number;
  /** The thread's first event of all. */
  readonly firstOfThread: boolean;
}

export class TraceBuilder {
  private readonly rows: GrowableColumns;
  private readonly calls: string[] = [];
  private readonly callNumbers = new Map<string, number>();
  private readonly lives = new ThreadLives();
  private readonly clock = new ChunkClock();
  private readonly stacks = new StackTableBuilder();
  private readonly switches = new SwitchesBuilder();
  /** `row`: the event took place only if that row succeeded. */
  private readonly events: (LifeEvent & { row?: number })[] = [];
  private readonly open = new OpenCalls();
  private readonly survey = new RowSurvey();
  /** Pairs of a row and the moment of its return, as in TraceChunk. */
  private readonly returns: number[] = [];
  /** Rows of calls that were under way before the trace, and when they ended. */
  private readonly underWay: { row: number; end: number }[] = [];
  /**
   * Where this clock's 0 lies on that of the chunks, ns: the first moment of the first chunk, nearly always the trace's, so that no
   * row has to be touched again. null before the first chunk.
   */
  private zero: number | null = null;
  /** Chunks planned whose rows are not yet settled, oldest first: their thread numbers. */
  private readonly planned: Int32Array[] = [];
  private hasDurations = false;
  private lines = 0;
  private bytes = 0;
  private notices = 0;
  private skippedLines = 0;
  private readonly skippedExamples: Skipped['examples'][number][] = [];
  private truncated = false;

  /** `format`: id of the format, for `Trace.format`; `large`: there will be millions of rows (growable-columns.ts). */
  constructor(
    private readonly format = '',
    large: { readonly roomBytes: number } | null = null,
  ) {
    this.rows = new GrowableColumns(large);
  }

  /** Rows so far. */
  get length(): number {
    return this.rows.length;
  }

  /** The input ended before its compressed stream did. */
  markTruncated(): void {
    this.truncated = true;
  }

  /** Room for a chunk's rows near those of the trace, if there is any left. */
  room(bytes: number): Uint8Array | null {
    return this.rows.room(bytes);
  }

  /** Takes the chunk and places its rows at once. */
  append(chunk: TraceChunk): void {
    this.settle(placeRows(this.plan(chunk)));
  }

  /** Whether the chunk does not fit where the rows lie now: then all that was planned must be settled before. */
  mustMove(chunk: TraceChunk): boolean {
    return !this.rows.hasRoomFor(chunk.rows + chunk.orphans.length);
  }

  /**
   * Takes the chunk, all but its rows, and tells where those belong. What it gives is to be settled in the same order. `inRoom`: the
   * chunk lies in a `room`.
   */
  plan(chunk: TraceChunk, inRoom = false): Placement {
    let base = this.clock.advance(chunk, this.lines);
    this.zero ??= base + firstMoment(chunk);
    base -= this.zero;
    for (const { tid, ns } of chunk.earlyEnds ?? []) this.endThread(tid, base + ns);
    const fresh = new Uint8Array(chunk.threads.length);
    const stopped: { thread: number; ns: number }[] = [];
    const nameOfOpen = (thread: number) => this.open.of(thread)?.name ?? '';
    const threads = this.lives.map(chunk, nameOfOpen, fresh, stopped, base);
    const calls = Uint16Array.from(chunk.calls, (name) => this.call(name));
    const mapping = { base, threads, calls, stacks: chunk.stacks && this.stacks.merge(chunk.stacks) };
    this.reserve(chunk);
    const unseen = this.followThreads(chunk, mapping, fresh);
    for (const { thread, ns } of stopped) if (this.open.of(thread) !== null) this.open.abandon(thread, ns);
    const stretches = this.layOut(chunk, unseen, mapping);
    this.appendEvents(chunk, mapping, (row) => placeOf(row, stretches));
    const returns = chunk.clock === 'none' ? (chunk.returns ?? []) : [];
    for (let i = 0; i < returns.length; i += 2)
      this.returns.push(placeOf(returns[i]!, stretches), returns[i + 1]! + base);
    if (chunk.switches) this.switches.append(chunk.switches, base);
    this.count(chunk);
    this.planned.push(threads);
    const memory = inRoom ? this.rows.memory : null;
    return { from: chunk.columns, to: this.rows.views(), stretches, ...mapping, memory };
  }

  /** The rows of the oldest chunk planned are in their places. */
  settle(placed: PlacedRows): void {
    this.survey.add(placed, this.planned.shift()!);
  }

  finish(): Trace {
    const { rows, clock } = this;
    this.open.write(rows);
    const errno = rows.view('errno');
    // What began before the trace comes first, though it is said to begin with it.
    const events = this.events
      .filter(({ row }) => row === undefined || errno[row] === 0)
      .map((event) => ({ ...event }))
      .sort((a, b) => a.ns - b.ns);
    const outOfOrder = this.survey.outOfOrder(rows);
    const serial = this.serialize(events);
    const survey = serial === null ? this.survey : surveyOf(rows, this.lives.size);
    const shift = rows.length === 0 ? 0 : survey.first;
    if (shift !== 0 || survey.earliestStart < 0) rebase(rows, shift);
    for (const { row, end } of this.underWay) rows.view('duration')[row] = this.hasTimes ? end - shift : NaN;
    const threads = this.lives.finish(
      Float64Array.from({ length: this.lives.size }, (_, thread) => Math.max(0, survey.firstOf(thread) - shift)),
      events.map((event) => ({ ...event, ns: Math.max(0, event.ns - shift) })),
    );
    const zero = this.zero ?? 0;
    const lastNs = serial?.lastNs ?? clock.lastNs - zero;
    let endNs = Math.max(rows.length === 0 ? 0 : survey.last, lastNs) - shift;
    for (const { exitNs } of threads) if (exitNs !== null && exitNs > endNs) endNs = exitNs;
    // Still open at the end: as long as their thread, or the trace.
    for (let thread = 0; thread < threads.length; thread++)
      if (this.open.of(thread) !== null) this.open.abandon(thread, (threads[thread]!.exitNs ?? endNs) + shift);
    this.open.write(rows);
    if (!survey.sorted) sortRows(rows);
    const calls = renumberCalls(rows, this.calls);
    const timed = clock.kind !== 'relative' && clock.kind !== 'none';
    const columns = rows.finish();
    return {
      length: rows.length,
      columns,
      calls,
      threads,
      // Where all calls that had one are damaged, there are stacks of no call.
      stacks: columns.stack !== null && this.stacks.size > 0 ? this.stacks.finish() : null,
      switches: this.switches.finish(threads, shift),
      origin: timed ? originOf(clock.originSeconds, zero + shift) : { seconds: 0, nanoseconds: 0 },
      clock: clock.kind,
      clockStepNs: clock.stepNs === Infinity ? 0 : clock.stepNs,
      lostNs: clock.kind === 'relative' ? (serial?.movedNs ?? 0) : 0,
      setBack: clock.setBack,
      hasDurations: this.hasDurations,
      endNs,
      format: this.format,
      lines: this.lines,
      bytes: this.bytes,
      notices: this.notices,
      skipped: { lines: this.skippedLines, examples: this.skippedExamples },
      outOfOrder,
      truncated: this.truncated,
    };
  }

  private get hasTimes(): boolean {
    return this.clock.kind !== 'none';
  }

  /** Where durations tell more of the times than the clock: gives the rows and `events` those times. null: nothing was changed. */
  private serialize(events: readonly LifeEvent[]): serial.SerialTimes | null {
    const { rows, clock, open, underWay, lives } = this;
    if (!this.hasDurations || !serial.isCoarse(clock.kind, clock.stepNs)) return null;
    const lastNs = clock.lastNs - (this.zero ?? 0);
    const input = { rows, events, underWay, tids: Array.from({ length: lives.size }, (_, life) => lives.tidOf(life)) };
    const order = { returns: this.returns, open: open.rows(), isExit: (call: number) => isExitCall(this.calls[call]!) };
    const times =
      clock.kind === 'none'
        ? serial.byDurations(input, order)
        : clock.kind === 'relative'
          ? serial.afterDifferences(input, lastNs)
          : serial.withinSteps(input, clock.stepNs, lastNs);
    open.restart(rows.view('start'));
    return times;
  }

  /** A thread ended that has no event in the chunk before. */
  private endThread(tid: number, ns: number): void {
    const thread = this.lives.end(tid);
    if (thread < 0) return;
    if (this.open.of(thread) !== null) this.open.abandon(thread, ns);
    this.events.push({ what: 'exit', thread, ns });
  }

  private reserve(chunk: TraceChunk): void {
    if (chunk.columns.stack !== null || chunk.orphans.some(({ stack }) => stack !== NO_STACK)) this.rows.with('stack');
    if (chunk.columns.cpu !== null) this.rows.with('cpu');
    this.rows.reserve(chunk.rows + chunk.orphans.length);
  }

  /**
   * The calls that threads have open across the chunk's borders, thread by thread in the order of first sight: what an entry does
   * comes before all that a later entry of the same thread does. Gives the exits that have no entry.
   */
  private followThreads(chunk: TraceChunk, mapping: Mapping, fresh: Uint8Array): Unseen[] {
    const { columns, pending, orphans } = chunk;
    const { base, threads } = mapping;
    const unseen: Unseen[] = [];
    const opened: OpenCall[] = [];
    let next = 0;
    for (let local = 0; local < threads.length; local++) {
      const thread = threads[local]!;
      const orphan = orphans[next];
      if (orphan?.thread === local) {
        next++;
        if (!this.join(orphan, mapping))
          unseen.push({ orphan, position: orphan.position, thread, firstOfThread: fresh[local] === 1 });
      }
      if (this.open.of(thread) !== null) {
        const row = firstRowOf(chunk, local);
        if (row >= 0) this.open.abandon(thread, columns.start[row]! + base);
      }
      const row = pending[local]!;
      if (row < 0) continue;
      const call: OpenCall = {
        row,
        name: chunk.calls[columns.call[row]!]!,
        start: columns.start[row]! + base,
        kind: columns.kind[row]!,
        variant: columns.variant[row]!,
        hasStack: columns.stack !== null && columns.stack[row] !== NO_STACK,
      };
      opened.push(call);
      this.open.open(thread, call);
    }
    // Only now is it known how many rows come between.
    const first = this.rows.length;
    for (const call of opened) call.row += first + unseen.filter(({ position }) => position <= call.row).length;
    return unseen;
  }

  /** Gives the chunk's rows their places, and those exits rows of their own between them. */
  private layOut(chunk: TraceChunk, unseen: readonly Unseen[], mapping: Mapping): Placement['stretches'] {
    const { rows } = this;
    const stretches: { from: number; to: number; at: number }[] = [];
    let from = 0;
    for (const each of unseen) {
      stretches.push({ from, to: each.position, at: rows.length });
      rows.length += each.position - from;
      from = each.position;
      this.appendUnseen(each, mapping);
    }
    stretches.push({ from, to: chunk.rows, at: rows.length });
    rows.length += chunk.rows - from;
    return stretches;
  }

  /** Gives an open call the outcome that came in a later chunk; false when the thread has no such call open. */
  private join(orphan: OrphanExit, { base, threads, stacks }: Mapping): boolean {
    const thread = threads[orphan.thread]!;
    const call = this.open.of(thread);
    if (call === null) return false;
    const end = base + orphan.endNs;
    if (orphan.call !== '' && orphan.call !== call.name) {
      this.open.abandon(thread, end);
      return false;
    }
    if (!this.hasTimes) this.returns.push(call.row, end);
    const duration = this.durationOf(orphan, end - call.start);
    const stack = orphan.stack === NO_STACK || stacks === null ? NO_STACK : stacks[orphan.stack]!;
    this.open.close(thread, orphan, duration, stack);
    if (duration > 0) this.survey.seeEnd(call.start + duration);
    const variant = orphan.variant !== 0 ? orphan.variant : call.variant;
    this.cloned(orphan, call.name, thread, call.start, variant === THREAD_VARIANT);
    return true;
  }

  private durationOf(orphan: OrphanExit, elapsed: number): number {
    if (orphan.durationNs >= 0) return orphan.durationNs;
    return this.hasTimes ? Math.max(0, elapsed) : NaN;
  }

  /** A row for an exit without entry: from its duration, else from the trace's first moment or, later, the exit itself. */
  private appendUnseen({ orphan, thread, firstOfThread }: Unseen, { base, stacks }: Mapping): void {
    const { rows } = this;
    const row = rows.length++;
    const end = base + orphan.endNs;
    const shown = orphan.durationNs;
    const start = shown >= 0 ? (this.hasTimes ? end - shown : end) : firstOfThread ? BEFORE_TRACE : end;
    if (start === BEFORE_TRACE) this.underWay.push({ row, end });
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
    if (rows.has('cpu')) rows.view('cpu')[row] = NO_CPU;
    if (rows.has('stack')) {
      rows.view('stack')[row] = orphan.stack === NO_STACK || stacks === null ? NO_STACK : stacks[orphan.stack]!;
    }
    this.survey.addUnseen(thread, start, end);
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
      if (event.what === 'exit' && this.open.of(thread) !== null) this.open.abandon(thread, ns);
      if (event.what === 'exec' && event.row >= 0)
        this.events.push({ ...event, thread, ns, row: globalRow(event.row) });
      else if (event.what === 'exec') this.events.push({ what: 'exec', thread, ns, program: event.program });
      else this.events.push({ ...event, thread, ns });
    }
    chunk.threads.forEach(({ name }, i) => {
      if (name !== '') this.events.push({ what: 'name', thread: threads[i]!, ns: base, name });
    });
  }

  private call(name: string): number {
    let number = this.callNumbers.get(name);
    if (number === undefined) this.callNumbers.set(name, (number = this.calls.push(name) - 1));
    return number;
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

/** Earliest moment of the chunk, ns since its time 0: an entry or, of calls whose entry was not seen, the exit. */
function firstMoment({ columns, rows, orphans }: TraceChunk): number {
  let first = Infinity;
  for (let i = 0; i < rows; i++) {
    let at = columns.start[i]!;
    if (columns.flags[i]! & FLAG_ENTRY_UNSEEN && columns.duration[i]! > 0) at += columns.duration[i]!;
    if (at < first) first = at;
  }
  for (const { endNs } of orphans) if (endNs < first) first = endNs;
  return first === Infinity ? 0 : first;
}

/** The first row of an entry of the chunk's threads, -1 when it has none. */
function firstRowOf({ columns, rows }: TraceChunk, local: number): number {
  const row = columns.thread.indexOf(local);
  return row < rows ? row : -1;
}

/** Row of the trace of a row of the chunk. */
function placeOf(row: number, stretches: Placement['stretches']): number {
  const { from, at } = stretches.find(({ to }) => row < to)!;
  return row - from + at;
}

function originOf(seconds: number, shift: number): Trace['origin'] {
  const whole = Math.floor(shift / 1e9);
  return { seconds: seconds + whole, nanoseconds: shift - whole * 1e9 };
}
