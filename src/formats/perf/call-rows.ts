/**
 * Entries and exits of system calls, which perf records apart, to rows of a ChunkWriter: an exit belongs to the call that
 * its thread entered last. What perf lost shows in the pairing: an entry before the last call's exit means that the exit
 * was lost (the call lasted at most until then, outcome unknown), an exit without an entry that the entry was.
 */
import { ANY_CALL, type CallTraits, FIRST_DESCRIPTOR, standsForSeveral, unseenKind } from '../../trace/call-traits.js';
import type { ChunkWriter } from '../../trace/chunk-writer.js';
import { kindCode } from '../../trace/kinds.js';
import { NO_STACK } from '../../trace/stacks.js';
import {
  ERRNO_UNKNOWN,
  FLAG_ENTRY_UNSEEN,
  FLAG_RESTARTED,
  FLAG_UNFINISHED,
  NO_CPU,
  NO_DESCRIPTOR,
} from '../../trace/table.js';
import * as args from './arguments.js';
import { NO_NUMBER, PerfNames } from './names.js';
import { KernelResult } from '../kernel-result.js';
import type { PerfLayout } from './survey.js';

/** A stack that follows belongs to no call. */
export const NO_OWNER = -1;

const AT_FDCWD = -100;
const UNKNOWN = kindCode('unknown');
const FILE = kindCode('file');
const DIRECTORY = kindCode('directory');
const CWD = kindCode('cwd');

export abstract class CallRows {
  /** What a following stack belongs to: a row, an orphan as -2 - its index, or NO_OWNER. */
  owner = NO_OWNER;
  /** The last event was the entry of a call that ends the thread. */
  exiting = false;
  /** The last event was the first thing that a new thread does: to return 0 from the clone that made it. */
  born = false;
  readonly names: PerfNames;
  protected readonly result = new KernelResult();
  private readonly directoryFlag: number;

  constructor(
    protected readonly writer: ChunkWriter,
    private readonly layout: Pick<PerfLayout, 'architecture' | 'exits'>,
  ) {
    this.names = new PerfNames(writer.calls, layout.architecture);
    this.directoryFlag = args.directoryFlag(layout.architecture);
  }

  /** The thread goes on, or ends, without the return of its open call having been seen. */
  abandon(thread: number, now: number): void {
    const row = this.writer.pending[thread];
    if (row < 0) return;
    this.close(row, thread, now);
    if (this.traitsOf(row).role !== 'exit') this.writer.columns.flags[row] |= FLAG_UNFINISHED;
  }

  /** Argument `index` of the call that is entered: its low 32 bits, signed. */
  protected abstract argument(index: number): number;

  /** The entry of `call`, a number of `names`; `now`: ns since the chunk's time 0. */
  protected enter(call: number, thread: number, cpu: number, now: number): void {
    const { writer, names } = this;
    if (writer.pending[thread] >= 0) this.abandon(thread, now);
    writer.seen[thread] = 1;
    const row = writer.addRow(thread, call, now);
    const { columns } = writer;
    columns.errno[row] = ERRNO_UNKNOWN;
    columns.cpu[row] = cpu;
    // Without exits nothing tells how long calls lasted.
    if (this.layout.exits) writer.pending[thread] = row;
    this.owner = row;
    const { first, kind, role } = names.traits[call];
    this.exiting = role === 'exit';
    if (first === FIRST_DESCRIPTOR && names.indirect) columns.kind[row] = UNKNOWN;
    else if (first === FIRST_DESCRIPTOR) {
      const descriptor = this.argument(0);
      columns.kind[row] = descriptor === AT_FDCWD ? CWD : UNKNOWN;
      if (descriptor >= 0) columns.descriptor[row] = descriptor;
    }
    if (kind >= 0) columns.kind[row] = kind;
    if (names.special[call] && !names.indirect) this.special(row);
  }

  /** Arguments that make one call name several symbols. */
  private special(row: number): void {
    const { variant, kind, flags, call } = this.writer.columns;
    const name = this.writer.calls.strings[call[row]];
    switch (this.names.traits[call[row]].role) {
      case 'futex':
        variant[row] = args.futexVariant(this.argument(1));
        break;
      case 'epoll_ctl':
        variant[row] = args.epollCtlVariant(this.argument(1));
        break;
      case 'fcntl':
        variant[row] = args.fcntlVariant(this.argument(1));
        break;
      case 'timeout':
        variant[row] = args.timeoutVariant(this.argument(name === 'poll' ? 2 : 3));
        break;
      case 'timeout-mask':
        // ppoll's time-out is in memory, which perf does not show.
        if (name === 'epoll_pwait') variant[row] = args.timeoutVariant(this.argument(3));
        break;
      case 'open':
        // openat2's flags are in memory.
        if (name === 'creat') variant[row] = args.CREATE;
        else if (name !== 'openat2') {
          const openFlags = this.argument(name === 'openat' ? 2 : 1);
          variant[row] = args.openVariant(openFlags, this.directoryFlag);
        }
        kind[row] = variant[row] === args.DIRECTORY ? DIRECTORY : FILE;
        break;
      case 'socket':
        kind[row] = args.socketKind(this.argument(0), this.argument(1));
        break;
      case 'clone':
        // clone3's flags are in memory; the C library makes threads with it, and processes with clone.
        variant[row] = name === 'clone3' ? args.THREAD : args.cloneVariant(this.argument(0));
        break;
      case 'restart':
        flags[row] |= FLAG_RESTARTED;
        break;
      case 'none': {
        const told = args.optionKind(this.argument(1));
        if (told !== 0) kind[row] = told;
      }
    }
  }

  /** The exit of `call`, or NO_NUMBER; `result` is set. */
  protected exit(call: number, thread: number, now: number): void {
    const { writer, result } = this;
    this.owner = NO_OWNER;
    this.exiting = false;
    const made = this.names.traits[call]?.role;
    this.born = (made === 'clone' || made === 'fork') && result.value === 0 && result.errno === 0;
    if (this.born) {
      writer.notices++;
      return;
    }
    let row = writer.pending[thread];
    const isAny = call === NO_NUMBER || standsForSeveral(writer.calls.strings[call]);
    if (row >= 0 && !isAny && writer.columns.call[row] !== call) {
      this.abandon(thread, now);
      row = -1;
    }
    writer.hasDurations = true;
    if (row < 0) {
      row = this.unentered(call, thread, now);
      if (row < 0) return;
    } else this.close(row, thread, now);
    this.owner = row;
    const { columns } = writer;
    columns.errno[row] = result.errno;
    columns.result[row] = result.value;
    if (result.flags !== 0) columns.flags[row] |= result.flags;
    const { role } = this.traitsOf(row);
    if ((role === 'clone' || role === 'fork') && result.errno === 0 && result.value > 0) {
      const sameProcess = columns.variant[row] === args.THREAD;
      writer.lifecycle.push({ what: 'clone', thread, ns: columns.start[row], childTid: result.value, sameProcess });
    }
  }

  /** An exit whose entry is not in the chunk, or was lost: its row, -1 where the chunk has none for it. */
  private unentered(call: number, thread: number, now: number): number {
    const { writer, result } = this;
    const isFirst = writer.seen[thread] === 0;
    writer.seen[thread] = 1;
    const traits = this.names.traits[call];
    // The kernel left no number: of whatever call is open, in the chunk before or nowhere.
    if (traits === undefined && !isFirst) {
      writer.notices++;
      return -1;
    }
    if (isFirst) {
      const index = writer.orphans.push({
        thread,
        position: writer.rows,
        call: traits === undefined ? ANY_CALL : writer.calls.strings[call],
        endNs: now,
        durationNs: NaN,
        errno: result.errno,
        result: result.value,
        flags: result.flags,
        kind: 0,
        variant: 0,
        descriptor: NO_DESCRIPTOR,
        stack: NO_STACK,
      });
      this.owner = -1 - index;
      return -1;
    }
    const row = writer.addRow(thread, call, now);
    const { columns } = writer;
    columns.duration[row] = 0;
    columns.flags[row] = FLAG_ENTRY_UNSEEN;
    columns.cpu[row] = NO_CPU;
    columns.kind[row] = unseenKind(traits);
    return row;
  }

  /** The thread's open call lasted until `now`; a clock that goes back makes no call shorter than nothing. */
  private close(row: number, thread: number, now: number): void {
    const { pending, columns } = this.writer;
    pending[thread] = -1;
    columns.duration[row] = Math.max(0, now - columns.start[row]);
  }

  private traitsOf(row: number): CallTraits {
    return this.names.traits[this.writer.columns.call[row]];
  }
}
