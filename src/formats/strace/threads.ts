/**
 * Which thread a line belongs to. strace -f names it at the start of the line, but on a terminal only while it traces more
 * than one: lines without a name are given an entry of their own (tid 0) each time they begin again, and the builder, which
 * knows who was alive, finds out whose they are.
 */
import type { Announced } from '../../trace/chunk.js';
import type { ChunkWriter } from '../../trace/chunk-writer.js';
import { ByteInterner, hashBytes } from '../../lib/bytes.js';
import { unescape } from './arguments.js';
import type { StraceClock } from './clock.js';

export class LineThreads {
  /** tid of the line, -1 when it names none. */
  tid = -1;
  /** Where the line's `<comm>` (strace -Y) stands, without the brackets; an empty range when there is none. */
  commStart = 0;
  commEnd = 0;
  /** Whether the last line that was a thread's named it; null before the first. */
  named: boolean | null = null;
  private lastTid = -1;
  private lastThread = -1;
  private readonly commNames = new ByteInterner();
  /** Per thread: number of its name, -1 when none was printed. */
  private readonly comms: number[] = [];

  constructor(
    private readonly writer: ChunkWriter,
    private readonly clock: StraceClock,
    /** ParseOptions.tid. */
    readonly defaultTid: number,
  ) {}

  /** Local index of the thread of the current line. */
  current(bytes: Uint8Array): number {
    const named = this.tid >= 0;
    if (named !== this.named) this.change(named);
    const tid = named ? this.tid : this.defaultTid;
    if (tid !== this.lastTid) {
      this.lastTid = tid;
      this.lastThread = this.writer.thread(tid);
    }
    if (this.commEnd > this.commStart) this.name(bytes, this.lastThread);
    return this.lastThread;
  }

  /** A notice: lines that name no thread may be of this one from here on, which the builder finds out. */
  announce(announced: Pick<Announced, 'tid' | 'threads' | 'begins'>): void {
    if (this.defaultTid !== 0) return;
    const { writer, clock } = this;
    writer.announced.push({ ...announced, at: writer.threads.length, ns: clock.lastNs });
    writer.forgetThreads();
    this.lastTid = -1;
    this.named = null;
  }

  /** Lines that name no thread are of another one from here on: their times go back, so they are of another recording. */
  begin(): void {
    if (this.tid < 0 && this.named === false) this.announce({ tid: 0, threads: 0, begins: true });
  }

  /** The thread of the lines of `tid`, of those that name none when -1, has ended. */
  ended(tid: number): void {
    this.writer.forgetThread(tid < 0 ? this.defaultTid : tid);
    this.lastTid = -1;
  }

  private change(named: boolean): void {
    if (this.named !== null && this.defaultTid === 0) {
      this.writer.forgetThreads();
      this.lastTid = -1;
    }
    this.named = named;
  }

  private name(bytes: Uint8Array, thread: number): void {
    const { commStart, commEnd } = this;
    const comm = this.commNames.intern(bytes, commStart, commEnd, hashBytes(bytes, commStart, commEnd));
    if (this.comms[thread] === comm) return;
    this.comms[thread] = comm;
    this.writer.lifecycle.push({
      what: 'name',
      thread,
      ns: this.clock.lastNs,
      name: unescape(bytes, commStart, commEnd),
    });
  }
}
