/**
 * Courses: which call went before a call in the same work. A thread that keeps to its work does one thing after the other, so it is the call
 * before in the thread. Where a scheduler of the program moves tasks among threads (goroutines), a thread goes from one task to the next, mostly
 * without a call in between, and a task that slept goes on elsewhere. What tells a task then is the connection that it serves.
 */
import { inBlocks } from '../../../lib/in-blocks.js';
import { kindCode } from '../../../trace/kinds.js';
import { FLAG_UNFINISHED, type Trace } from '../../../trace/table.js';
import { ByDescriptor } from './by-descriptor.js';
import type { Cells, Scene } from './scene.js';

export interface Courses {
  /** Per row before the end of the window: the row before in its course; -1: none is known. null: courses are threads. */
  readonly previous: Int32Array | null;
  /** Last rows of courses that should go on: they neither ended nor wait in a call. In rising order. */
  readonly open: readonly number[];
}

/** @param nodeOf per cell: its likeliest node (`likeliestNodes`). O(rows). */
export function coursesOf(scene: Scene, cells: Cells, nodeOf: Int32Array): Courses {
  return scene.decoder.model.tasks === true ? new Tasks(scene).courses(cells.ofRow, nodeOf) : ofThreads(scene);
}

/** When the call of a row returned, ns; where that was not recorded, when it began. */
export function endOf({ columns: { start, duration } }: Trace, row: number): number {
  return start[row]! + (duration[row]! > 0 ? duration[row]! : 0);
}

function ofThreads({ trace, endRow }: Scene): Courses {
  const { thread } = trace.columns;
  const last = new Int32Array(trace.threads.length).fill(-1);
  inBlocks(0, endRow, (first, end) => {
    for (let i = first; i < end; i++) last[thread[i]!] = i;
  });
  return { previous: null, open: inOrder(last.filter((row) => isOpen(trace, row))) };
}

/** Whether its thread should call again. */
function isOpen({ threads, columns }: Trace, row: number): boolean {
  return row >= 0 && threads[columns.thread[row]!]!.exitNs === null && (columns.flags[row]! & FLAG_UNFINISHED) === 0;
}

function inOrder(rows: Iterable<number>): number[] {
  return Array.from(rows).sort((a, b) => a - b);
}

const RECEIVES = /^(?:read|readv|recv|recvfrom|recvmsg|recvmmsg|accept4?)$/;
const SENDS = /^(?:write|writev|send|sendto|sendmsg|sendmmsg|sendfile|splice|shutdown|close)$/;
/** What tells what a call works on; older connections that only perf recorded are of unknown kind. */
const CONNECTIONS = (['tcp', 'unix', 'socket', 'unknown'] as const).map(kindCode);
/** A call of nobody's on one of these is the scheduler's. */
const SCHEDULERS = (['none', 'epoll'] as const).map(kindCode);
const EAGAIN = 11;

/** What a thread did in one go for a task. */
interface Stretch {
  last: number;
  /** It found nothing to read: what comes is not its doing. */
  waits: boolean;
  /** It read something, and has sent nothing since. */
  owes: boolean;
  /** Whether it goes on from another one. */
  linked: boolean;
  readonly first: number;
  readonly connections: Set<number>;
}

/** Splits threads into stretches, and joins those on the same connection. */
class Tasks {
  private readonly trace: Trace;
  private readonly endRow: number;
  private readonly onConnection: ByDescriptor<Stretch>;
  /** Per thread: what it is at. */
  private readonly current: (Stretch | undefined)[] = [];
  private readonly receives: boolean[];
  private readonly sends: boolean[];
  private readonly close: number;
  private readonly previous: Int32Array;

  constructor({ trace, endRow }: Scene) {
    this.trace = trace;
    this.endRow = endRow;
    this.onConnection = new ByDescriptor(trace.threads);
    [this.receives, this.sends] = [RECEIVES, SENDS].map((names) => trace.calls.map((name) => names.test(name))) as [
      boolean[],
      boolean[],
    ];
    this.close = trace.calls.indexOf('close');
    this.previous = new Int32Array(endRow).fill(-1);
  }

  courses(cellOf: Int32Array, nodeOf: Int32Array): Courses {
    const { thread, kind } = this.trace.columns;
    for (let i = 0; i < this.endRow; i++) {
      const nobodys = nodeOf[cellOf[i]!] === 0;
      if (nobodys && SCHEDULERS.includes(kind[i]!)) this.current[thread[i]!] = undefined;
      else this.see(i, nobodys);
    }
    return { previous: this.previous, open: this.open() };
  }

  private see(i: number, nobodys: boolean): void {
    const { thread, descriptor, kind, errno } = this.trace.columns;
    const t = thread[i]!;
    const connection = CONNECTIONS.includes(kind[i]!) ? descriptor[i]! : -1;
    const nothing = connection >= 0 && errno[i] === EAGAIN;
    if (nothing && nobodys) return this.lookedInVain(t, connection);
    let stretch = this.current[t];
    if (stretch === undefined || !this.goesOn(stretch, i, connection, nobodys))
      this.current[t] = stretch = {
        first: i,
        last: -1,
        waits: false,
        owes: false,
        linked: false,
        connections: new Set(),
      };
    else this.previous[i] = stretch.last;
    stretch.last = i;
    if (connection < 0) return;
    stretch.connections.add(connection);
    if (errno[i] !== 0 && !nothing) return;
    this.serves(stretch, i, connection);
    stretch.waits = nothing;
    // Whoever found nothing to read parks.
    if (nothing) this.current[t] = undefined;
  }

  /** A connection that it has not been at belongs to another task, if it is read, or if the library is at it: that does it for each by itself. */
  private goesOn(stretch: Stretch, i: number, connection: number, nobodys: boolean): boolean {
    if (connection < 0 || stretch.connections.has(connection)) return true;
    return !nobodys && (stretch.connections.size === 0 || !this.receives[this.trace.columns.call[i]!]!);
  }

  /** The library reads ahead while a task works: only where nothing is owed it waits. */
  private lookedInVain(t: number, connection: number): void {
    const stretch = this.onConnection.get(this.onConnection.processOf[t]!, connection);
    if (stretch !== undefined && !stretch.owes) stretch.waits = true;
    this.current[t] = undefined;
  }

  private serves(stretch: Stretch, i: number, connection: number): void {
    const { start, call, result, thread } = this.trace.columns;
    const process = this.onConnection.processOf[thread[i]!]!;
    const before = this.onConnection.get(process, connection);
    if (before !== stretch) {
      if (
        before !== undefined &&
        !stretch.linked &&
        !before.waits &&
        endOf(this.trace, before.last) <= start[stretch.first]!
      ) {
        this.previous[stretch.first] = before.last;
        stretch.linked = true;
        stretch.owes = before.owes;
      }
      this.onConnection.set(process, connection, stretch);
    }
    if (this.receives[call[i]!]! && result[i]! > 0) stretch.owes = true;
    if (this.sends[call[i]!]!) stretch.owes = false;
    if (call[i] === this.close) this.onConnection.set(process, connection, undefined);
  }

  /** Tasks that owe an answer, and threads that are at something without a connection. */
  private open(): number[] {
    const rows = new Set<number>();
    this.onConnection.forEach(({ last, owes, waits }) => {
      if (owes && !waits) rows.add(last);
    });
    for (const stretch of this.current)
      if (stretch !== undefined && stretch.connections.size === 0) rows.add(stretch.last);
    return inOrder([...rows].filter((row) => isOpen(this.trace, row)));
  }
}
