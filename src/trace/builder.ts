/**
 * Chunks, in the order of the input, to one Trace: names, threads and stacks renumbered, times put on one clock, calls joined
 * whose halves lie in two chunks. The result is the same wherever the input was cut. What depends on the chunks before is
 * decided here, by a little work a chunk (`plan`); the rows themselves are placed by whoever has time (place-rows.ts).
 */
import { CallNumbers } from './call-numbers.js';
import { ANY_CALL, isExitCall } from './call-traits.js';
import { ChunkClock } from './chunk-clock.js';
import { ChunkJoints } from './chunk-joints.js';
import type { KinFacts } from './kinship/facts.js';
import type { TraceChunk } from './chunk.js';
import { rebase, renumberCalls, sortRows } from './finish-rows.js';
import { type RecordedGap, placeGaps } from './gaps.js';
import { GrowableColumns } from './growable-columns.js';
import { InputTotals } from './input-totals.js';
import { byLines } from './by-lines.js';
import * as serial from './one-after-another.js';
import { type PlacedRows, type Placement, placeRows } from './place-rows.js';
import { RowSurvey, surveyOf } from './row-survey.js';
import { NO_STACK, StackTableBuilder } from './stacks.js';
import { SwitchesBuilder } from './switches.js';
import { FLAG_ENTRY_UNSEEN, type Trace } from './table.js';
import { type LifeEvent, type StoppedThread, ThreadLives } from './thread-lives.js';

/** Steps of the coarse times that strace prints: seconds, milliseconds. */
const COARSE_STEPS_NS = [1e9, 1e6];

export class TraceBuilder {
  private readonly rows: GrowableColumns;
  private readonly joints: ChunkJoints;
  private readonly calls = new CallNumbers();
  private readonly lives = new ThreadLives();
  private readonly clock = new ChunkClock();
  private readonly stacks = new StackTableBuilder();
  private readonly switches = new SwitchesBuilder();
  private readonly survey = new RowSurvey();
  private readonly totals = new InputTotals();
  /** What the chunks' texts tell of threads being of one process. */
  readonly kin: KinFacts[] = [];
  /**
   * Where this clock's 0 lies on that of the chunks, ns: the first moment of the first chunk, nearly always the trace's, so that no
   * row has to be touched again. null before the first chunk.
   */
  private zero: number | null = null;
  /** Chunks planned whose rows are not yet settled, oldest first: their thread numbers. */
  private readonly planned: Int32Array[] = [];

  /** `format`: id of the format, for `Trace.format`; `large`: there will be millions of rows (growable-columns.ts). */
  constructor(
    private readonly format = '',
    large: { readonly roomBytes: number } | null = null,
  ) {
    this.rows = new GrowableColumns(large);
    this.joints = new ChunkJoints(this.rows, this.calls, this.clock, this.survey);
  }

  /** Rows so far. */
  get length(): number {
    return this.rows.length;
  }

  /** The input ended before its compressed stream did. */
  markTruncated(): void {
    this.totals.truncated = true;
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
    const { joints, totals, clock } = this;
    let base = clock.advance(chunk, totals.lines);
    this.zero ??= base + firstMoment(chunk);
    base -= this.zero;
    const fresh = new Uint8Array(chunk.threads.length);
    const stopped: StoppedThread[] = [];
    const nameOfOpen = (thread: number) => joints.open.of(thread)?.name ?? '';
    const threads = this.lives.map(
      chunk,
      nameOfOpen,
      fresh,
      stopped,
      base,
      clock.before === null ? null : clock.before - this.zero,
    );
    const calls = Uint16Array.from(chunk.calls, (name) => this.calls.of(name));
    const mapping = { base, threads, calls, stacks: chunk.stacks && this.stacks.merge(chunk.stacks) };
    this.reserve(chunk, threads);
    const stretches = joints.join(chunk, mapping, fresh, stopped);
    if (chunk.switches) this.switches.append(chunk.switches, base);
    totals.add(chunk);
    if (chunk.kin !== undefined) this.kin.push(chunk.kin);
    this.planned.push(threads);
    const memory = inRoom ? this.rows.memory : null;
    return { from: chunk.columns, to: this.rows.views(), stretches, ...mapping, memory };
  }

  /** The rows of the oldest chunk planned are in their places. */
  settle(placed: PlacedRows): void {
    this.survey.add(placed, this.planned.shift()!);
  }

  /** @param until when the recording ended, seconds since 1970, where that is known: what is silent at the end was so until then; `gaps`: where events were lost. */
  finish(until: number | null = null, gaps: readonly RecordedGap[] = []): Trace {
    const { rows, clock } = this;
    const { open } = this.joints;
    open.write(rows);
    const errno = rows.view('errno');
    // What began before the trace comes first, though it is said to begin with it.
    const events = this.joints.events
      .filter(({ row }) => row === undefined || errno[row] === 0)
      .map((event) => ({ ...event }))
      .sort((a, b) => a.ns - b.ns);
    const outOfOrder = this.survey.outOfOrder(rows);
    const serial = this.serialize(events);
    const survey = serial === null ? this.survey : surveyOf(rows, this.lives.size);
    const shift = rows.length === 0 ? 0 : survey.first;
    if (shift !== 0 || survey.earliestStart < 0) rebase(rows, shift);
    for (const { row, end } of this.joints.underWay)
      rows.view('duration')[row] = clock.kind !== 'none' ? end - shift : NaN;
    const threads = this.lives.finish(
      Float64Array.from({ length: this.lives.size }, (_, thread) => Math.max(0, survey.firstOf(thread) - shift)),
      events.map((event) => ({ ...event, ns: Math.max(0, event.ns - shift) })),
    );
    const zero = this.zero ?? 0;
    const lastNs = serial?.lastNs ?? clock.lastNs - zero;
    let endNs = Math.max(rows.length === 0 ? 0 : survey.last, lastNs) - shift;
    for (const { exitNs } of threads) if (exitNs !== null && exitNs > endNs) endNs = exitNs;
    // What a text that is cut off lacks was no silence.
    if (until !== null && clock.kind === 'epoch' && !this.totals.truncated)
      endNs = Math.max(endNs, Math.round((until - clock.originSeconds) * 1e9) - zero - shift);
    // Still open at the end: as long as their thread, or the trace.
    for (let thread = 0; thread < threads.length; thread++)
      if (open.of(thread) !== null) open.abandon(thread, (threads[thread]!.exitNs ?? endNs) + shift);
    open.write(rows);
    if (!survey.sorted) sortRows(rows);
    const calls = renumberCalls(rows, this.calls.names);
    const timed = clock.kind !== 'relative' && clock.kind !== 'none';
    const columns = rows.finish();
    this.totals.notices += this.joints.strayExits;
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
      endNs,
      format: this.format,
      outOfOrder,
      ...(gaps.length > 0 && timed ? { gaps: placeGaps(gaps, clock.originSeconds, zero + shift) } : {}),
      ...this.totals.finish(),
    };
  }

  /** Where durations tell more of the times than the clock: gives the rows and `events` those times. null: nothing was changed. */
  private serialize(events: readonly LifeEvent[]): serial.SerialTimes | null {
    const { rows, clock, lives } = this;
    const { open, underWay, returns } = this.joints;
    if (!this.totals.hasDurations || !serial.isCoarse(clock.kind, clock.stepNs)) return null;
    const lastNs = clock.lastNs - (this.zero ?? 0);
    const input = { rows, events, underWay, tids: Array.from({ length: lives.size }, (_, life) => lives.tidOf(life)) };
    const order = { returns, open: open.rows(), isExit: (call: number) => isExitCall(this.calls.names[call]!) };
    const times =
      clock.kind === 'none'
        ? returns.length > 0
          ? byLines(input, order)
          : serial.byDurations(input, order)
        : clock.kind === 'relative'
          ? serial.afterDifferences(input, lastNs)
          : this.tellsOrder()
            ? byLines(input, order, { stepNs: clock.stepNs, lastNs })
            : serial.withinSteps(input, clock.stepNs, lastNs);
    open.restart(rows.view('start'));
    return times;
  }

  /** Whether the lines of coarse times are in order of time: halves of calls show it, or there is one thread. */
  private tellsOrder(): boolean {
    const { stepNs, setBack } = this.clock;
    if (setBack !== null || !COARSE_STEPS_NS.includes(stepNs)) return false;
    return this.joints.returns.length > 0 || this.lives.size === 1;
  }

  private reserve(chunk: TraceChunk, threads: Int32Array): void {
    const { open } = this.joints;
    const hasStack = chunk.orphans.some(
      ({ stack, call, thread }) => stack !== NO_STACK && (call !== ANY_CALL || open.of(threads[thread]!) !== null),
    );
    if (chunk.columns.stack !== null || hasStack) this.rows.with('stack');
    if (chunk.columns.cpu !== null) this.rows.with('cpu');
    this.rows.reserve(chunk.rows + chunk.orphans.length);
  }
}

/** Earliest moment of the chunk's rows, ns since its time 0: an entry or, of calls whose entry was not seen, the exit. */
function firstMoment({ columns, rows, orphans }: TraceChunk): number {
  let first = Infinity;
  for (let i = 0; i < rows; i++) {
    let at = columns.start[i]!;
    if (columns.flags[i]! & FLAG_ENTRY_UNSEEN && columns.duration[i]! > 0) at += columns.duration[i]!;
    if (at < first) first = at;
  }
  for (const { endNs, call } of orphans) if (endNs < first && call !== ANY_CALL) first = endNs;
  return first === Infinity ? 0 : first;
}

function originOf(seconds: number, shift: number): Trace['origin'] {
  const whole = Math.floor(shift / 1e9);
  return { seconds: seconds + whole, nanoseconds: shift - whole * 1e9 };
}
