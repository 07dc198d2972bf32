/** What calls do to threads: clone, execve, prctl(PR_SET_NAME), and calls whose result tells who the thread is. `ns`: of the record. */
import type { ChunkWriter } from '../../trace/chunk-writer.js';
import { variantCode } from '../../trace/kinds.js';
import { startsWith } from '../../lib/bytes.js';
import { firstString } from './arguments.js';

const THREAD = variantCode('thread');

export class ThreadEvents {
  constructor(private readonly writer: ChunkWriter) {}

  /** execve and execveat that may have succeeded: counts if the row did (builder.ts). */
  exec(bytes: Uint8Array, start: number, end: number, row: number, thread: number, ns: number): void {
    const program = firstString(bytes, start, end);
    if (program !== '') this.writer.lifecycle.push({ what: 'exec', thread, ns, program, row });
  }

  prctl(bytes: Uint8Array, start: number, end: number, thread: number, ns: number): void {
    if (!startsWith(bytes, start, 'PR_SET_NAME')) return;
    const name = firstString(bytes, start, end);
    if (name !== '') this.writer.lifecycle.push({ what: 'name', thread, ns, name });
  }

  /** A successful clone, clone3, fork or vfork that made `childTid`. */
  cloned(row: number, thread: number, childTid: number): void {
    const { start, variant } = this.writer.columns;
    if (childTid <= 0) return;
    this.writer.lifecycle.push({
      what: 'clone',
      thread,
      ns: start[row],
      childTid,
      sameProcess: variant[row] === THREAD,
    });
  }

  /** gettid, set_tid_address: needed only where no line names the thread. */
  tid(thread: number, tid: number, ns: number): void {
    if (this.writer.threads[thread].tid !== 0) return;
    this.writer.lifecycle.push({ what: 'tid', thread, ns, tid });
  }

  /** getpid: the thread's process is known, if it was not yet. */
  pid(thread: number, pid: number): void {
    const entry = this.writer.threads[thread];
    if (pid > 0 && entry.pid < 0) entry.pid = pid;
  }
}
