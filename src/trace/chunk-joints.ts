/**
 * What of a chunk hangs on the chunks before and after it: the calls that threads have open across its borders, what became of
 * them, and the threads' own events. A little work a chunk and a thread; it gives the chunk's rows their places, among rows for
 * the exits whose entry nobody saw.
 */
import { ANY_CALL, callTraits, isCloneCall, refinedKind, standsForSeveral, unseenKind } from './call-traits.js';
import type { CallNumbers } from './call-numbers.js';
import type { ChunkClock } from './chunk-clock.js';
import type { OrphanExit, TraceChunk } from './chunk.js';
import type { GrowableColumns } from './growable-columns.js';
import { returnsBetweenRows } from './line-returns.js';
import { variantCode } from './kinds.js';
import { type OpenCall, OpenCalls } from './open-calls.js';
import type { Stretch } from './place-rows.js';
import type { RowSurvey } from './row-survey.js';
import { NO_STACK } from './stacks.js';
import { FLAG_ENTRY_UNSEEN, NO_CPU } from './table.js';
import type { LifeEvent, StoppedThread } from './thread-lives.js';

const THREAD_VARIANT = variantCode('thread');
/** Start of a call that was under way before the trace: it begins with the trace, in the end. */
const BEFORE_TRACE = -(2 ** 52);

/** How a chunk's numbers become the trace's. */
export interface Mapping {
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
  /** It may have been under way before the trace. */
  readonly firstOfThread: boolean;
}

/** The return of a call of an earlier chunk. */
interface JoinedReturn {
  readonly row: number;
  readonly orphan: OrphanExit;
}

export class ChunkJoints {
  readonly open = new OpenCalls();
  /** `row`: the event took place only if that row succeeded. */
  readonly events: (LifeEvent & { row?: number })[] = [];
  /** Pairs of a row and the moment of its return or, where times are coarse, the row behind it. */
  readonly returns: number[] = [];
  /** Rows of calls that were under way before the trace, and when they ended. */
  readonly underWay: { row: number; end: number }[] = [];
  /** Exits that the kernel left no number and that end no call: they have no row. */
  strayExits = 0;

  constructor(
    private readonly rows: GrowableColumns,
    private readonly calls: CallNumbers,
    private readonly clock: ChunkClock,
    private readonly survey: RowSurvey,
  ) {}

  /** Joins the chunk to those before it and gives its rows their places. `fresh` and `stopped`: as ThreadLives.map sets them. */
  join(chunk: TraceChunk, mapping: Mapping, fresh: Uint8Array, stopped: readonly StoppedThread[]): readonly Stretch[] {
    const at = this.rows.length;
    const joined: JoinedReturn[] = [];
    const unseen = this.followThreads(chunk, mapping, fresh, joined);
    for (const { thread, ns } of stopped) this.abandon(thread, ns);
    const stretches = this.layOut(chunk, unseen, mapping);
    this.appendEvents(chunk, mapping, stretches);
    // Behind what the same line tells of its own thread.
    for (const { thread, ns, ended } of stopped) if (ended) this.events.push({ what: 'exit', thread, ns });
    const place = (row: number) => placeOf(row, stretches);
    const returns = chunk.clock === 'none' ? (chunk.returns ?? []) : [];
    for (let i = 0; i < returns.length; i += 2) this.returns.push(place(returns[i]!), returns[i + 1]! + mapping.base);
    const orphans = unseen.map(({ orphan }) => orphan);
    for (const number of returnsBetweenRows(chunk, at, place, joined, orphans)) this.returns.push(number);
    return stretches;
  }

  /** The thread's call that is open, if it has one, does not return any more. */
  private abandon(thread: number, ns: number): void {
    if (this.open.of(thread) !== null) this.open.abandon(thread, ns);
  }

  /**
   * The calls that threads have open across the chunk's borders, thread by thread in the order of first sight: what an entry does
   * comes before all that a later entry of the same thread does. Gives the exits that have no entry.
   */
  private followThreads(chunk: TraceChunk, mapping: Mapping, fresh: Uint8Array, returned: JoinedReturn[]): Unseen[] {
    const { columns, pending, orphans } = chunk;
    const { base, threads } = mapping;
    const unseenOf = new Map<OrphanExit, Unseen>();
    const opened: OpenCall[] = [];
    // A thread may be known by another event than its exit, and before threads whose exits come earlier.
    const orphanOf = new Map(orphans.map((orphan) => [orphan.thread, orphan]));
    for (let local = 0; local < threads.length; local++) {
      const thread = threads[local]!;
      const orphan = orphanOf.get(local);
      if (orphan !== undefined) {
        const row = this.open.of(thread)?.row ?? -1;
        const joined = this.giveOutcome(orphan, mapping);
        if (joined) returned.push({ row, orphan });
        if (!joined && orphan.call === ANY_CALL) this.strayExits++;
        else if (!joined)
          unseenOf.set(orphan, { orphan, position: orphan.position, thread, firstOfThread: fresh[local] === 1 });
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
    const unseen = orphans.flatMap((orphan) => unseenOf.get(orphan) ?? []);
    // Only now is it known how many rows come between.
    const first = this.rows.length;
    for (const call of opened) call.row += first + unseen.filter(({ position }) => position <= call.row).length;
    return unseen;
  }

  /** Gives the chunk's rows their places, and those exits rows of their own between them. */
  private layOut(chunk: TraceChunk, unseen: readonly Unseen[], mapping: Mapping): readonly Stretch[] {
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
  private giveOutcome(orphan: OrphanExit, { base, threads, stacks }: Mapping): boolean {
    const thread = threads[orphan.thread]!;
    const call = this.open.of(thread);
    if (call === null) return false;
    const end = base + orphan.endNs;
    if (orphan.call !== call.name && !standsForSeveral(orphan.call)) {
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

  private get hasTimes(): boolean {
    return this.clock.kind !== 'none';
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
    rows.view('call')[row] = this.calls.of(orphan.call);
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

  private appendEvents(chunk: TraceChunk, { base, threads }: Mapping, stretches: readonly Stretch[]): void {
    for (const event of chunk.lifecycle) {
      if (event.what === 'tid') continue;
      const thread = threads[event.thread]!;
      const ns = base + event.ns;
      if (event.what === 'exit') this.abandon(thread, ns);
      if (event.what === 'exec' && event.row >= 0)
        this.events.push({ ...event, thread, ns, row: placeOf(event.row, stretches) });
      else if (event.what === 'exec') this.events.push({ what: 'exec', thread, ns, program: event.program });
      else this.events.push({ ...event, thread, ns });
    }
    chunk.threads.forEach(({ name }, i) => {
      if (name !== '') this.events.push({ what: 'name', thread: threads[i]!, ns: base, name });
    });
  }
}

/** The first row of an entry of the chunk's threads, -1 when it has none. */
function firstRowOf({ columns, rows }: TraceChunk, local: number): number {
  const row = columns.thread.indexOf(local);
  return row < rows ? row : -1;
}

/** Row of the trace of a row of the chunk. */
function placeOf(row: number, stretches: readonly Stretch[]): number {
  const { from, at } = stretches.find(({ to }) => row < to)!;
  return row - from + at;
}
