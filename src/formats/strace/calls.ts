/**
 * Lines of calls and of their second halves: name, first argument, outcome, variant, and what the call does to threads.
 * Fills the rows of a ChunkWriter.
 */
import { FIRST_DESCRIPTOR, FIRST_OTHER, FIRST_UNKNOWN, standsForSeveral } from '../../trace/call-traits.js';
import type { ChunkWriter } from '../../trace/chunk-writer.js';
import { kindCode } from '../../trace/kinds.js';
import { FINE_STEP_NS } from '../../trace/line-returns.js';
import { NO_STACK } from '../../trace/stacks.js';
import { ERRNO_UNKNOWN, FLAG_ENTRY_UNSEEN, FLAG_UNFINISHED, NO_DESCRIPTOR } from '../../trace/table.js';
import { CR, LF, LineScanner, SPACE, endsWith, isDigit, lineEnd, startsWith } from '../../lib/bytes.js';
import { CallEffects } from './call-effects.js';
import { CallKinds, EXIT, OPEN } from './call-kinds.js';
import type { StraceClock } from './clock.js';
import { decorationKind, sideFlag } from './descriptors.js';
import { ThreadEvents } from './events.js';
import * as hanging from './hanging.js';
import { isCurrentDirectory, numberAt } from './numbers.js';
import { CallNames } from './names.js';
import { BROKEN, NEVER, Outcome, RETURNED, UNFINISHED, closingParenthesis } from './outcome.js';
import { isStackLine, startsRecord } from './records.js';
import type { Architecture } from '../syscalls/index.js';
import type { LineThreads } from './threads.js';

const BETWEEN_HALVES = [SPACE, CR, LF];

/** No call stands here. */
export const NOT_A_CALL = -1;
/** Lines of the program's own output that may stand inside a call's line before it counts as broken. */
const LONGEST_INTERRUPTION = 64;

const UNKNOWN_KIND = kindCode('unknown');
const TCP = kindCode('tcp');
const CWD = kindCode('cwd');
const OTHER = kindCode('other');
/** The descriptor that stands for the current directory, where arguments are printed as numbers. */
const AT_FDCWD = -100;

export class CallReader {
  /** Row that the stack below a line belongs to, an orphan as -2 - its index, NO_STACK for none. */
  owner = NO_STACK;
  /** Whether the line read last was used, and whether one that breaks off may be the beginning of a call. */
  took = true;
  begins = false;
  private readonly outcome = new Outcome();
  private readonly names: CallNames;
  private readonly resumedNames: CallNames;
  private readonly kinds = new CallKinds();
  private readonly effects: CallEffects;
  readonly events: ThreadEvents;
  private scanner = new LineScanner(new Uint8Array(0));

  constructor(
    private readonly writer: ChunkWriter,
    private readonly clock: StraceClock,
    private readonly threads: LineThreads,
    architecture: Architecture,
    /** Whole records end with a duration. */
    private readonly lasting: boolean,
  ) {
    this.names = new CallNames(writer.calls, 40 /* ( */, architecture);
    this.resumedNames = new CallNames(writer.calls, SPACE, architecture);
    this.events = new ThreadEvents(writer);
    this.effects = new CallEffects(writer, clock, this.kinds, this.outcome, this.events);
  }

  /** Sets the text that the following calls are read from. */
  use(scanner: LineScanner): void {
    this.scanner = scanner;
    this.names.use(scanner);
    this.resumedNames.use(scanner);
    this.outcome.use(scanner);
  }

  /** Calls of this number will be asked about that it did not read. */
  know(call: number): void {
    this.kinds.learn(call, this.writer.calls.strings);
  }

  /**
   * Reads the call whose name starts at `start`; gives the position of the line feed behind it, NOT_A_CALL when it is
   * none. `exact`: the line may be cut off.
   */
  call(bytes: Uint8Array, start: number, exact: boolean): number {
    const { writer, outcome, kinds } = this;
    const call = this.names.read(bytes, start);
    if (call < 0) return NOT_A_CALL;
    this.clock.tick();
    if (call >= kinds.known) kinds.learn(call, writer.calls.strings);
    const argsStart = this.names.end + 1;
    let p = argsStart;
    const first = kinds.first[call];
    let kind = 0;
    let side = 0;
    let descriptor = NO_DESCRIPTOR;
    if (first !== FIRST_OTHER) {
      let c = bytes[p];
      if (isDigit(c)) {
        descriptor = 0;
        do {
          descriptor = (descriptor * 10 + (c - 48)) | 0;
          c = bytes[++p];
        } while (isDigit(c));
        if (c === 120 /* 0x1c */) {
          descriptor = numberAt(bytes, argsStart);
          while (bytes[p] > 44) p++;
          c = bytes[p];
        }
        if (c === 60 /* < */) {
          kind = decorationKind(bytes, p + 1);
          if (kind === TCP) side = sideFlag(bytes, p + 1);
        } else {
          kind = descriptor === AT_FDCWD ? CWD : UNKNOWN_KIND;
          if (descriptor < 0) descriptor = NO_DESCRIPTOR;
        }
        // A number that is not marked, or marked as something else (strace -Y), need not be a descriptor.
        if (first === FIRST_UNKNOWN && (kind === UNKNOWN_KIND || kind === OTHER)) {
          kind = 0;
          descriptor = NO_DESCRIPTOR;
        }
      } else if (first === FIRST_DESCRIPTOR) kind = isCurrentDirectory(bytes, p) ? CWD : UNKNOWN_KIND;
    }
    if (kinds.byName[call] >= 0) kind = kinds.byName[call];
    let end = this.scanner.lineEnd(p);
    outcome.read(bytes, argsStart, bytes[end - 1] === CR ? end - 1 : end, exact);
    // What the program writes to where strace does, a terminal, a file or a pipe, stands in the middle of this line, and may end like a call.
    if ((descriptor === 1 || descriptor === 2) && startsWith(bytes, start, 'write'))
      outcome.confirm(bytes, argsStart, end);
    if (exact) this.withoutDuration(end);
    if (outcome.state === BROKEN) {
      const mayBegin = hanging.mayBegin(bytes, argsStart, end, this.clock);
      if (exact && mayBegin) this.cutOff(end, UNFINISHED);
      else {
        const lineStop = end;
        end = this.interruption(bytes, lineStop);
        if (end < 0) return this.broken(bytes, start, lineStop, mayBegin);
      }
    }
    const now = this.clock.lastNs;
    const thread = this.threads.current(bytes);
    if (writer.pending[thread] >= 0) this.abandon(thread, now);
    writer.seen[thread] = 1;
    const row = writer.addRow(thread, call, now);
    const columns = writer.columns;
    columns.kind[row] = kind;
    columns.flags[row] = side;
    columns.descriptor[row] = descriptor;
    if (outcome.state === RETURNED) this.store(row, outcome.durationNs, bytes, argsStart);
    else {
      columns.errno[row] = ERRNO_UNKNOWN;
      writer.pending[thread] = row;
    }
    this.owner = outcome.state === UNFINISHED ? NO_STACK : row;
    if (this.kinds.roles[call] !== 0)
      this.effects.entry(bytes, argsStart, outcome.argsEnd, this.kinds.roles[call], row, thread);
    return end;
  }

  /** Reads `<... name resumed>` at `start`; gives the position of its line feed, NOT_A_CALL when it is damaged. */
  resumed(bytes: Uint8Array, start: number, exact: boolean): number {
    const { writer, outcome, clock, kinds } = this;
    const nameStart = start + 5;
    let call = this.resumedNames.read(bytes, nameStart);
    const nameEnd = this.resumedNames.end;
    // It stands for several calls, and only its first half says for which.
    if (call >= 0 && standsForSeveral(writer.calls.strings[call])) {
      const row = writer.pending[this.threads.current(bytes)];
      if (row >= 0) call = writer.columns.call[row];
    }
    if (call < 0 || nameEnd === nameStart || !startsWith(bytes, nameEnd, ' resumed>')) return NOT_A_CALL;
    clock.tick();
    const argsStart = nameEnd + 9;
    if (call >= kinds.known) kinds.learn(call, writer.calls.strings);
    let end = this.scanner.lineEnd(argsStart);
    outcome.read(bytes, argsStart, bytes[end - 1] === CR ? end - 1 : end, exact);
    this.owner = NO_STACK;
    if (exact) this.withoutDuration(end);
    if (outcome.state === BROKEN && exact) this.cutOff(end, RETURNED);
    if (outcome.state === BROKEN) {
      const lineStop = end;
      end = this.interruption(bytes, lineStop);
      if (end < 0) return this.broken(bytes, start, lineStop, true);
    }
    // Interrupted once more: the call stays open.
    if (outcome.state === UNFINISHED) return end;
    const thread = this.threads.current(bytes);
    let row = writer.pending[thread];
    if (row >= 0 && writer.columns.call[row] !== call) {
      this.abandon(thread, clock.lastNs);
      row = -1;
    }
    if (row < 0 && writer.seen[thread] === 0) {
      this.orphan(bytes, argsStart, call, thread);
      return end;
    }
    if (row < 0) {
      const shown = outcome.durationNs;
      row = writer.addRow(thread, call, shown > 0 && clock.kind !== 'none' ? clock.lastNs - shown : clock.lastNs);
      writer.columns.flags[row] = FLAG_ENTRY_UNSEEN;
      writer.columns.kind[row] = this.unseenKind(call);
    } else if (clock.kind === 'none') writer.returns.push(row, clock.lastNs);
    else if (this.isCoarse()) writer.returns.push(row, writer.rows);
    writer.pending[thread] = -1;
    this.owner = row;
    const timed = clock.kind === 'none' ? NaN : clock.lastNs - writer.columns.start[row];
    this.store(row, outcome.durationNs >= 0 ? outcome.durationNs : timed, bytes, argsStart);
    if (this.kinds.roles[call] !== 0) this.effects.exit(bytes, argsStart, this.kinds.roles[call], row, thread);
    return end;
  }

  /**
   * Reads [start, end), which is no record, as the rest of the call that the line before began: strace -z prints both halves at once, the
   * second without its head. False when it is none.
   */
  rest(bytes: Uint8Array, start: number, end: number): boolean {
    const { writer, outcome } = this;
    const row = writer.rows - 1;
    const thread = row < 0 ? -1 : writer.columns.thread[row];
    // Blanks and empty lines that whoever copied it put between.
    let above = start;
    while (above > 0 && BETWEEN_HALVES.includes(bytes[above - 1])) above--;
    if (thread < 0 || writer.pending[thread] !== row || !endsWith(bytes, 0, above, '<unfinished ...>')) return false;
    outcome.read(bytes, start, bytes[end - 1] === CR ? end - 1 : end, false);
    if (closingParenthesis(bytes, start, end) !== outcome.argsEnd) return false;
    // An exit stays open, as on one line.
    if (outcome.state === NEVER) return true;
    if (outcome.state !== RETURNED) return false;
    writer.pending[thread] = -1;
    this.owner = row;
    this.store(row, outcome.durationNs, bytes, start);
    const role = this.kinds.roles[writer.columns.call[row]];
    if (role !== 0) this.effects.exit(bytes, start, role, row, thread);
    return true;
  }

  /** The thread of an open call goes on, or ends, without the call's return having been seen. */
  abandon(thread: number, now: number): void {
    const { pending, columns } = this.writer;
    const row = pending[thread];
    pending[thread] = -1;
    columns.duration[row] = now - columns.start[row];
    if (this.kinds.roles[columns.call[row]] !== EXIT) columns.flags[row] |= FLAG_UNFINISHED;
  }

  private unseenKind(call: number): number {
    const { byName, first } = this.kinds;
    if (byName[call] >= 0) return byName[call];
    return first[call] === FIRST_DESCRIPTOR ? UNKNOWN_KIND : 0;
  }

  /** The outcome into a row; what the call gave in memory stands among its arguments. */
  private store(row: number, duration: number, bytes: Uint8Array, argsStart: number): void {
    const { outcome } = this;
    const { columns } = this.writer;
    columns.duration[row] = duration;
    if (outcome.durationNs >= 0) this.writer.hasDurations = true;
    columns.errno[row] = outcome.errno;
    columns.result[row] = this.effects.resultOf(columns.call[row], bytes, argsStart);
    if (outcome.flags !== 0) columns.flags[row] |= outcome.flags;
    if (outcome.state === NEVER && this.kinds.roles[columns.call[row]] !== EXIT) columns.flags[row] |= FLAG_UNFINISHED;
  }

  private isCoarse(): boolean {
    return this.clock.kind !== 'none' && this.clock.stepNs > FINE_STEP_NS;
  }

  /** The second half of a call that began before the chunk. */
  private orphan(bytes: Uint8Array, argsStart: number, call: number, thread: number): void {
    const { writer, outcome } = this;
    writer.seen[thread] = 1;
    const role = this.kinds.roles[call];
    if (outcome.errno === 0) this.effects.tellsThread(bytes, role, thread);
    if (outcome.durationNs >= 0) writer.hasDurations = true;
    const never = outcome.state === NEVER && role !== EXIT;
    const index = writer.orphans.push({
      thread,
      position: writer.rows,
      returnsBefore: this.isCoarse() ? writer.returns.length / 2 : undefined,
      call: writer.calls.strings[call],
      endNs: this.clock.lastNs,
      durationNs: outcome.durationNs,
      errno: outcome.errno,
      result: this.effects.resultOf(call, bytes, argsStart),
      flags: never ? outcome.flags | FLAG_UNFINISHED : outcome.flags,
      kind: role === OPEN ? outcome.kind : 0,
      variant: this.effects.timeoutOf(bytes, argsStart, role),
      descriptor: NO_DESCRIPTOR,
      stack: NO_STACK,
    });
    this.owner = -1 - index;
  }

  /**
   * The line ends inside a call: output to the same terminal, the program's own or a notice of strace, broke it. Looks for
   * its end in the lines up to the next record; gives the line feed behind it, -1 when there is none. Where strace was stopped in
   * between, the call never returned.
   */
  private interruption(bytes: Uint8Array, lineFeed: number): number {
    let start = lineFeed + 1;
    let stopped = false;
    for (let lines = 1; lines <= LONGEST_INTERRUPTION && start < bytes.length; lines++) {
      if (startsRecord(bytes, start) || isStackLine(bytes, start)) break;
      const end = lineEnd(bytes, start);
      stopped ||= hanging.endsCapture(bytes, start, end);
      this.outcome.read(bytes, start, bytes[end - 1] === CR ? end - 1 : end, false);
      if (this.outcome.state !== BROKEN) {
        this.writer.lines += lines;
        this.writer.notices += lines - 1;
        return end;
      }
      start = end + 1;
    }
    if (!stopped) return -1;
    this.never(lineFeed, UNFINISHED);
    return lineFeed;
  }

  /**
   * The trace ends in the middle of this line. strace prints a call when it begins and the rest when it returns: so of a
   * first half the call was still running, and of a second half (or a whole line) only the outcome is lost.
   */
  private cutOff(end: number, state: number): void {
    this.writer.cutOff = true;
    this.never(end, state);
  }

  /** The text ends behind a result, where lines have a duration: digits of it may be lost. An error is told by its name. */
  private withoutDuration(end: number): void {
    const { state, errno, durationNs } = this.outcome;
    if (this.lasting && state === RETURNED && errno === 0 && !(durationNs >= 0)) this.cutOff(end, RETURNED);
  }

  /** Of the call whose line ends at `end` no outcome is known. */
  private never(end: number, state: number): void {
    const { outcome } = this;
    outcome.state = state;
    outcome.argsEnd = end;
    outcome.errno = ERRNO_UNKNOWN;
    outcome.result = 0;
    outcome.flags = 0;
    outcome.kind = 0;
  }

  private broken(bytes: Uint8Array, start: number, end: number, begins: boolean): number {
    this.owner = NO_STACK;
    this.took = false;
    this.begins = begins;
    let from = start;
    while (from > 0 && bytes[from - 1] !== LF) from--;
    this.writer.skip(bytes, from, end, 'call without an end');
    return end;
  }
}
