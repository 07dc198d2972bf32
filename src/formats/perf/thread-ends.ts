/** When threads begin and end, as events of perf tell it: a tid may be used again. */
import type { ChunkWriter } from '../../trace/chunk-writer.js';
import type { UncertainEnd } from '../../trace/chunk.js';
import type { CallRows } from './call-rows.js';

export class ThreadEnds {
  /** Of threads that have no event in the chunk before. */
  readonly early: UncertainEnd[] = [];
  private readonly ended = new Set<number>();
  private readonly endedTids = new Set<number>();

  constructor(
    private readonly writer: ChunkWriter,
    private readonly calls: CallRows,
  ) {}

  /** The thread ends: the next event of its tid is of another one. */
  end(thread: number, tid: number, now: number): void {
    const { writer } = this;
    this.calls.abandon(thread, now);
    writer.lifecycle.push({ what: 'exit', thread, ns: now });
    writer.forgetThread(tid);
    this.ended.add(thread);
    this.endedTids.add(tid);
  }

  /** A thread of the tid began: whether one had lived before in the chunk, and must have ended; not where this is its `first` event. */
  isReborn(first: boolean, tid: number, now: number): boolean {
    if (!first) return true;
    if (!this.endedTids.has(tid)) this.early.push({ tid, ns: now, at: 0 });
    return false;
  }

  /** The thread of the tid, which the scheduler says has ended; -1 where nothing is left to do. */
  exiting(tid: number, now: number): number {
    const thread = this.writer.threads.findLastIndex((known) => known.tid === tid);
    if (thread < 0) this.early.push({ tid, ns: now, at: 0 });
    return thread < 0 || this.ended.has(thread) ? -1 : thread;
  }
}
