/** What the arguments and the result of a call tell beyond its outcome: variant, kind of descriptor, and what it does to threads. */
import { refinedKind } from '../../trace/call-traits.js';
import type { ChunkWriter } from '../../trace/chunk-writer.js';
import { packedPair } from '../../trace/descriptor-pair.js';
import { ERRNO_UNKNOWN, FLAG_RESTARTED } from '../../trace/table.js';
import { CR, endsWith, lineEnd, text } from '../../lib/bytes.js';
import * as args from './arguments.js';
import * as calls from './call-kinds.js';
import type { StraceClock } from './clock.js';
import type { ThreadEvents } from './events.js';
import { type Outcome, RETURNED } from './outcome.js';

/** What strace puts behind ids of another namespace (--decode-pids=pidns). */
export const NAMESPACE_MARK = " in strace's PID NS */";
const IN_NAMESPACE = /\/\* (\d{1,9}) in strace's PID NS \*\//;

export class CallEffects {
  /** `outcome`: of the call that is being read. */
  constructor(
    private readonly writer: ChunkWriter,
    private readonly clock: StraceClock,
    private readonly kinds: calls.CallKinds,
    private readonly outcome: Outcome,
    private readonly events: ThreadEvents,
  ) {}

  /** What the arguments of a call's first half, or of the whole call, tell. */
  entry(bytes: Uint8Array, start: number, end: number, role: number, row: number, thread: number): void {
    const { variant, kind, flags, call, errno } = this.writer.columns;
    const name = this.writer.calls.strings[call[row]!]!;
    if (role === calls.FUTEX) variant[row] = args.futexVariant(bytes, args.secondArgument(bytes, start, end));
    else if (role === calls.EPOLL_CTL)
      variant[row] = args.epollCtlVariant(bytes, args.secondArgument(bytes, start, end));
    else if (role === calls.FCNTL) variant[row] = args.fcntlVariant(bytes, args.secondArgument(bytes, start, end));
    else if (role === calls.OPEN) {
      variant[row] = args.openVariant(bytes, start, end, name);
      kind[row] = args.openedKind(variant[row]!, 0);
    } else if (role === calls.SOCKET) kind[row] = args.socketKind(bytes, start);
    else if (role === calls.CLONE) variant[row] = args.cloneVariant(bytes, start, end, name);
    else if (role === calls.RESTART) flags[row]! |= FLAG_RESTARTED;
    else if (role === calls.EXEC) {
      // Whether it succeeds may be known only later.
      if (errno[row] === 0 || errno[row] === ERRNO_UNKNOWN)
        this.events.exec(bytes, start, end, row, thread, this.clock.lastNs);
    } else if (role === calls.PRCTL) this.events.prctl(bytes, start, end, thread, this.clock.lastNs);
    if (this.outcome.state === RETURNED || role === calls.TIMEOUT || role === calls.TIMEOUT_MASK)
      this.exit(bytes, start, role, row, thread);
  }

  /** What the end of a call tells: results, and arguments that strace prints late. */
  exit(bytes: Uint8Array, start: number, role: number, row: number, thread: number): void {
    const { writer, outcome } = this;
    const { variant, kind } = writer.columns;
    if (role === calls.TIMEOUT || role === calls.TIMEOUT_MASK) {
      const found = this.timeout(bytes, start, role);
      if (found !== 0) variant[row] = found;
    } else if (outcome.errno !== 0) return;
    else if (role === calls.OPEN) kind[row] = refinedKind(kind[row]!, outcome.kind);
    else if (role === calls.CLONE || role === calls.FORK) this.events.cloned(row, thread, this.tid(bytes));
    else this.tellsThread(bytes, role, thread);
  }

  /** What a call that succeeded tells of the thread that made it. */
  tellsThread(bytes: Uint8Array, role: number, thread: number): void {
    if (role === calls.TID) this.events.tid(thread, this.tid(bytes), this.clock.lastNs);
    else if (role === calls.PID) this.events.pid(thread, this.tid(bytes));
  }

  /** The variant that the time-out of a call tells, 0 where its call has none. */
  timeoutOf(bytes: Uint8Array, start: number, role: number): number {
    return role === calls.TIMEOUT || role === calls.TIMEOUT_MASK ? this.timeout(bytes, start, role) : 0;
  }

  resultOf(call: number, bytes: Uint8Array, argsStart: number): number {
    const { errno, result, argsEnd } = this.outcome;
    return this.kinds.pairs[call] === 0 || errno !== 0
      ? result
      : packedPair(...args.descriptorPair(bytes, argsStart, argsEnd));
  }

  private timeout(bytes: Uint8Array, start: number, role: number): number {
    const end = this.outcome.argsEnd;
    return role === calls.TIMEOUT
      ? args.timeoutVariant(bytes, start, end)
      : args.maskedTimeoutVariant(bytes, start, end);
  }

  /** The tid that a call returned, as the lines' heads have it: `7 /* 4712 in strace's PID NS` (--decode-pids=pidns). */
  private tid(bytes: Uint8Array): number {
    const { argsEnd, result } = this.outcome;
    const end = lineEnd(bytes, argsEnd);
    if (!endsWith(bytes, argsEnd, end, '>') && !endsWith(bytes, argsEnd, end, '/') && bytes[end - 1] !== CR)
      return result;
    const told = IN_NAMESPACE.exec(text(bytes, argsEnd, end))?.[1];
    return told === undefined ? result : Number(told);
  }
}
