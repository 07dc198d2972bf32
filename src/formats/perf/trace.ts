/**
 * The text of `perf trace`, strace's likeness in perf: perf-trace(1); trace__sys_exit() in tools/perf/builtin-trace.c of Linux.
 *
 *     0.000 ( 0.011 ms): dmn/4832 epoll_wait(epfd: 8<anon_inode:[eventpoll]>, events: 0x55d0c0, maxevents: 512, timeout: 500) = 1
 *     0.041 (         ): dmn/4832 epoll_wait(epfd: 8<anon_inode:[eventpoll]>, events: 0x55d0c0, maxevents: 512, timeout: 500) ...
 *   500.050 (500.009 ms): dmn/4832  ... [continued]: epoll_wait())                                         = 0
 *
 * Times are milliseconds since the beginning. With --call-graph a call's frames stand below it, innermost first. Made for people,
 * and so seldom large: lines are read as text. Arguments: perf-trace-arguments.ts.
 */
import { callTraits } from '../../trace/call-traits.js';
import { ChunkWriter } from '../../trace/chunk-writer.js';
import type { TraceChunk } from '../../trace/chunk.js';
import { errnoNumber } from '../../trace/errno.js';
import { NO_STACK, StackTableBuilder } from '../../trace/stacks.js';
import {
  ERRNO_UNKNOWN,
  FLAG_ENTRY_UNSEEN,
  FLAG_LARGE_RESULT,
  FLAG_UNFINISHED,
  NO_DESCRIPTOR,
} from '../../trace/table.js';
import { LF } from '../../lib/bytes.js';
import type { Detection, TraceFormat } from '../format.js';
import { splitFrame } from './frame.js';
import { type EntryFacts, entryFacts, programOf } from './trace-arguments.js';

/** Time, duration, the task; behind it a call, or the end of one. */
const LINE = /^\s*(\?|\d+\.\d+) \(\s*(?:(\d+\.\d+) ms)?\s*\):? +(?:(?:(.{1,16}?)\/)?(\d+) +)?(\S.*)$/;
const WHOLE = /^([a-z_]\w*)\((.*)\)\s*= (.+)$/;
const FIRST_HALF = /^([a-z_]\w*)\((.*?)\)? +\.\.\.$/;
/** Of the clone that a process is born with perf prints no result. */
const SECOND_HALF = /^\.\.\. \[continued\]: (?:([a-z_]\w*)\(.*\)\s*= (.+)|(clone3?|v?fork)\(.*\)\s*=\s*)$/;
const FRAME = /^\s{8,}(\S.*\))$/;
const FLAG_NAMES = /^[A-Z][A-Z0-9_]*(?:\|[A-Z0-9_]+)*$/;
const MAX_INT32 = 0x7fffffff;
/** Of -s and -S, behind the calls: totals, threads, and a table of calls for each. */
const SUMMARY =
  /^ (?:Summary of events:|\S.* \(\d+\), \d+ events, [\d.]+%|(?: {2}syscall +calls| {36,}\(msec\)| {2}-{3,} | {2}[a-z_]\w* +\d+ +(?:\d+ +)?[\d.]+ +[\d.]+).*)$/;
/** A time since the beginning cannot be so long: perf took the later moment from the earlier one, ms. */
const OVERFLOW_MS = 2 ** 63 / 1e6;
/** Lines looked at to recognise the format. */
const SUMMARY_HEAD = /^ *Summary of events:/m;
const DETECTION_LINES = 200;

/** Whether a line is one of perf trace: times in milliseconds before a call. */
export function isPerfTraceLine(line: string): boolean {
  const body = LINE.exec(line.trimEnd())?.[5];
  return body !== undefined && (WHOLE.test(body) || FIRST_HALF.test(body) || SECOND_HALF.test(body));
}

/** Whether a line of perf trace begins so; the rest of it may stand in the next one. */
export const beginsPerfTraceLine = (line: string): boolean => LINE.test(line);

export const perfTrace: TraceFormat = {
  id: 'perf-trace',

  detect(sample): Detection {
    const lines = textOf(sample)
      // What -S prints behind the calls may be longer than these; alone it holds none.
      .split(SUMMARY_HEAD, 1)[0]!
      .split('\n', DETECTION_LINES)
      .map((line) => line.trimEnd())
      .filter((line) => line !== '' && (LINE.test(line) || !FRAME.test(line)));
    const calls = lines.filter(isPerfTraceLine).length;
    const score = lines.length === 0 ? 0 : calls / lines.length;
    return { score, reason: `${calls} of ${lines.length} lines are calls of perf trace` };
  },

  lastRecordStart(bytes) {
    // The last line may be cut off, so that nothing can be told of it; lines that tell no time need one that does behind them.
    const timed = firstTimed(bytes)?.start ?? Infinity;
    for (let end = bytes.lastIndexOf(LF); end > timed;) {
      const feed = bytes.lastIndexOf(LF, end - 1);
      if (feed >= timed && isPerfTraceLine(textOf(bytes.subarray(feed + 1, end)))) return feed + 1;
      end = feed;
    }
    return 0;
  },

  parseChunk(bytes) {
    return new PerfTraceParser(bytes).parse();
  },
};

/** The first line that tells a moment, and that in ns; null where none does. */
function firstTimed(bytes: Uint8Array): { start: number; ns: number } | null {
  for (let start = 0; start < bytes.length;) {
    const feed = bytes.indexOf(LF, start);
    const end = feed < 0 ? bytes.length : feed;
    const time = LINE.exec(textOf(bytes.subarray(start, end)))?.[1];
    if (time !== undefined && time !== '?') return { start, ns: Math.round(Number(time) * 1e6) };
    start = end + 1;
  }
  return null;
}

/** Latin1, without the CR of CR LF. */
function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1').replaceAll('\r', '');
}

class PerfTraceParser {
  private readonly writer: ChunkWriter;
  private readonly stacks = new StackTableBuilder();
  /** Row that frames below belong to, an orphan as -2 - its index; and the frames, innermost first. */
  private owner = NO_STACK;
  private frames: { readonly name: string; readonly object: string }[] = [];
  /** Per thread: the name that its last line told. */
  private readonly comms: string[] = [];
  /** Moments of the last line, and of the latest, ns. */
  private now = 0;
  private latest = 0;

  constructor(private readonly bytes: Uint8Array) {
    this.writer = new ChunkWriter(Math.ceil(bytes.length / 100));
  }

  parse(): TraceChunk {
    const { bytes, writer } = this;
    // What returned before the first moment began before it.
    this.now = firstTimed(bytes)?.ns ?? 0;
    for (let from = 0; from < bytes.length;) {
      const feed = bytes.indexOf(LF, from);
      const end = feed < 0 ? bytes.length : feed;
      writer.lines++;
      const line = textOf(bytes.subarray(from, end)).trimEnd();
      const reason = this.line(line);
      if (reason !== '') {
        if (feed < 0) writer.cutOff = true;
        writer.skip(bytes, from, end, feed < 0 ? 'cut off' : reason);
      }
      from = end + 1;
    }
    this.endFrames();
    const clock = { clock: 'boot', baseSeconds: 0, advanceNs: this.latest } as const;
    return { ...writer.finish(clock, bytes.length), stacks: this.stacks.size === 0 ? null : this.stacks.finish() };
  }

  /** '' or why the line cannot be used. */
  private line(line: string): string {
    // Of calls that were indented some end as frames do.
    const frame = LINE.test(line) ? null : FRAME.exec(line);
    if (frame !== null) {
      this.frame(frame[1]!);
      return '';
    }
    // Whoever copied it doubled the line feeds: a chain goes on.
    if (line === '') {
      this.writer.notices++;
      return '';
    }
    this.endFrames();
    const [, time, ms, comm, tid, body] = LINE.exec(line) ?? [];
    if (body === undefined) {
      // perf's own words (`LOST 12 events!`), and what stands between.
      if (!/^\s*LOST \d+ events/.test(line) && !SUMMARY.test(line)) return 'no system call';
      this.writer.notices++;
      return '';
    }
    const whole = WHOLE.exec(body);
    const first = whole ?? FIRST_HALF.exec(body);
    const second = first === null ? SECOND_HALF.exec(body) : null;
    if (first === null && second === null) {
      // Other events than calls, and page faults (-F).
      if (!/^(?:[a-z_]+:[a-z_]|(?:min|maj)fault \[)/.test(body)) return 'no system call';
      this.writer.notices++;
      return '';
    }
    if (time !== '?') this.now = Math.round(Number(time) * 1e6);
    const durationNs = ms === undefined || Number(ms) > OVERFLOW_MS ? NaN : Math.round(Number(ms) * 1e6);
    if (durationNs >= 0) this.writer.hasDurations = true;
    const thread = this.thread(Number(tid ?? 0), comm ?? '');
    if (second !== null) this.end(thread, second[1] ?? second[3]!, second[2] ?? '0', durationNs);
    else this.begin(thread, first![1]!, first![2]!, whole?.[3] ?? '', durationNs);
    return '';
  }

  private thread(tid: number, comm: string): number {
    const { writer } = this;
    const thread = writer.thread(tid);
    if (comm !== '' && this.comms[thread] !== comm) {
      if (writer.seen[thread] === 0) writer.threads[thread]!.name = comm;
      else writer.lifecycle.push({ what: 'name', thread, ns: this.now, name: comm });
      this.comms[thread] = comm;
    }
    return thread;
  }

  /** A call, whole or its first half. */
  private begin(thread: number, name: string, args: string, result: string, durationNs: number): void {
    const { writer, now } = this;
    this.abandon(thread);
    writer.seen[thread] = 1;
    const row = writer.addRow(thread, writer.calls.internString(name), now);
    this.describe(row, entryFacts(name, args));
    this.owner = row;
    this.latest = Math.max(this.latest, now);
    if (result !== '') return this.settle(row, name, args, result, durationNs);
    writer.columns.errno[row] = ERRNO_UNKNOWN;
    writer.pending[thread] = row;
  }

  /** The second half of a call: its time is that of the return. */
  private end(thread: number, name: string, result: string, durationNs: number): void {
    const { writer, now } = this;
    const call = writer.calls.internString(name);
    let row = writer.pending[thread]!;
    this.latest = Math.max(this.latest, now);
    if (row >= 0 && writer.columns.call[row] !== call) {
      this.abandon(thread);
      row = -1;
    }
    const { role } = callTraits(name);
    if (row < 0 && (role === 'clone' || role === 'fork') && result === '0') {
      // The first thing that a new thread does is to return from the call that made it.
      writer.notices++;
      writer.seen[thread] = 1;
      writer.lifecycle.push({ what: 'name', thread, ns: now, name: writer.threads[thread]!.name });
      return;
    }
    if (row < 0 && writer.seen[thread] === 0) return this.orphan(thread, name, result, durationNs);
    if (row < 0) {
      row = writer.addRow(thread, call, Math.max(0, now - (durationNs || 0)));
      this.describe(row, entryFacts(name, null));
      writer.columns.flags[row] = FLAG_ENTRY_UNSEEN;
    }
    writer.pending[thread] = -1;
    this.owner = row;
    this.settle(row, name, '', result, durationNs >= 0 ? durationNs : now - writer.columns.start[row]!);
  }

  private orphan(thread: number, name: string, result: string, durationNs: number): void {
    const { writer } = this;
    writer.seen[thread] = 1;
    const { value, errno, flags } = outcomeOf(result);
    const index = writer.orphans.push({
      thread,
      position: writer.rows,
      call: name,
      endNs: this.now,
      durationNs,
      errno,
      result: value,
      flags,
      kind: 0,
      variant: 0,
      descriptor: NO_DESCRIPTOR,
      stack: NO_STACK,
    });
    this.owner = -1 - index;
  }

  private describe(row: number, { kind, descriptor, variant }: EntryFacts): void {
    const { columns } = this.writer;
    columns.kind[row] = kind;
    columns.descriptor[row] = descriptor;
    columns.variant[row] = variant;
  }

  /** The outcome of a row. */
  private settle(row: number, name: string, args: string, result: string, durationNs: number): void {
    const { writer } = this;
    const { columns } = writer;
    const { value, errno, flags } = outcomeOf(result);
    columns.duration[row] = durationNs;
    columns.result[row] = value;
    columns.errno[row] = errno;
    const { role } = callTraits(name);
    // Exits rightly never return.
    columns.flags[row]! |= role === 'exit' ? 0 : flags;
    const ns = columns.start[row]!;
    if (durationNs >= 0) this.latest = Math.max(this.latest, ns + durationNs);
    if (errno !== 0) return;
    const thread = columns.thread[row]!;
    if ((role === 'clone' || role === 'fork') && value > 0) {
      const sameProcess = columns.variant[row] === entryFacts('clone3', '').variant;
      writer.lifecycle.push({ what: 'clone', thread, ns, childTid: value, sameProcess });
    } else if (role === 'exec') {
      const program = programOf(args);
      if (program !== '') writer.lifecycle.push({ what: 'exec', thread, ns, program, row: -1 });
    }
  }

  /** The thread goes on without the return of its open call having been seen. */
  private abandon(thread: number): void {
    const { pending, columns } = this.writer;
    const row = pending[thread]!;
    if (row < 0) return;
    pending[thread] = -1;
    columns.duration[row] = this.now - columns.start[row]!;
    columns.flags[row]! |= FLAG_UNFINISHED;
  }

  private frame(text: string): void {
    // As perf script prints it, but without an address.
    const frame = splitFrame(`0 ${text.replace(/^\[0x[0-9a-f]+\]/, '[unknown]')}`);
    if (frame !== null) this.frames.push(frame);
  }

  private endFrames(): void {
    const { frames, owner } = this;
    this.owner = NO_STACK;
    if (frames.length === 0) return;
    this.frames = [];
    let stack = NO_STACK;
    let object = '';
    for (const frame of frames.reverse()) {
      // Inlined functions stand in the object of their caller.
      if (frame.object !== 'inlined') object = frame.object;
      stack = this.stacks.push(stack, this.stacks.frame(frame.name, object));
    }
    if (owner >= 0) this.writer.setStack(owner, stack);
    else if (owner !== NO_STACK) this.writer.orphans[-2 - owner]!.stack = stack;
  }
}

/** `1`, `0x7f00`, `-1 EAGAIN (Resource temporarily unavailable)`, `0 Timeout`, `4833 (dmn)`, `RDWR|NONBLOCK` of fcntl, `?`. */
function outcomeOf(result: string): { value: number; errno: number; flags: number } {
  const [, number, name] = /^(-?(?:0x[0-9a-f]+|\d+))(?: (E[A-Z0-9]+))?/.exec(result) ?? [];
  if (FLAG_NAMES.test(result)) return { value: 0, errno: 0, flags: FLAG_LARGE_RESULT };
  if (number === undefined) return { value: 0, errno: ERRNO_UNKNOWN, flags: FLAG_UNFINISHED };
  const value = Number(number);
  if (name !== undefined) return { value: -1, errno: errnoNumber(name), flags: 0 };
  if (Math.abs(value) <= MAX_INT32) return { value, errno: 0, flags: value < 0 ? FLAG_LARGE_RESULT : 0 };
  return { value: Math.sign(value) * MAX_INT32, errno: 0, flags: FLAG_LARGE_RESULT };
}
