/**
 * One stretch of strace text to a TraceChunk: the loop over lines. Nothing is allocated for a line: names and threads are
 * interned from their bytes, numbers parsed in place, columns filled by row.
 */
import { ChunkWriter } from '../../trace/chunk-writer.js';
import type { TraceChunk } from '../../trace/chunk.js';
import { NO_STACK } from '../../trace/stacks.js';
import {
  CR,
  LF,
  LineScanner,
  SPACE,
  endedByNewline,
  lastLineStart,
  lineEnd,
  startsWith,
  text,
} from '../../lib/bytes.js';
import type { ParseOptions } from '../format.js';
import { CallReader, NOT_A_CALL } from './calls.js';
import { isPagerLine, isSeparator } from '../pager.js';
import { StraceClock } from './clock.js';
import { FastLines } from './fast.js';
import type { Beginning } from './hanging.js';
import { LeaderReader } from './leader-reader.js';
import { announcedIn, isNotice } from './notices.js';
import { isStackLine, startsName, startsRecord } from './records.js';
import { StackReader } from './stacks.js';
import { LineThreads } from './threads.js';

/** Why lines cannot be used. */
const NO_CALL = 'no system call';
const OTHER_CLOCK = 'its time is of another clock than those of most lines';

const isBlank = (bytes: Uint8Array, p: number): boolean => bytes[p] === LF || (bytes[p] === CR && bytes[p + 1] === LF);

/** A short line with times, for the first estimate of rows; an estimate that fails costs one copy. */
const SHORT_LINE = 64;
const DASH = 45;

/** A thread that is not its process's first one has called execve: both are over, and one that is new goes on under the first one's number. */
const SUPERSEDED = /^\+\+\+ superseded by execve in pid (\d{1,9}) /;

export class StraceParser {
  private readonly writer: ChunkWriter;
  private readonly clock: StraceClock = new StraceClock(() => this.writer.lines);
  private readonly threads: LineThreads;
  private readonly calls: CallReader;
  private readonly stacks = new StackReader();
  private inStack = false;
  /** Lines were left out behind the last record, as grep shows it. */
  private gap = false;
  private readonly leader: LeaderReader;
  /** Where the last line begins: it may be cut off. */
  private readonly whole: number;
  /** The last record so far, where it is the beginning of a call. */
  private beginning: Beginning | null = null;
  /** Moment of the record before the current line. */
  private before = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly options: ParseOptions,
    /** null: without it. */
    private readonly fast: FastLines | null = options.exact === true ? null : FastLines.ofThread(),
  ) {
    this.writer = new ChunkWriter(Math.ceil(bytes.length / SHORT_LINE), fast?.room(bytes.length));
    this.threads = new LineThreads(this.writer, this.clock, options.tid);
    this.leader = new LeaderReader(this.threads, this.clock);
    const { architecture = 'x86-64', lasting = false } = options;
    this.calls = new CallReader(this.writer, this.clock, this.threads, architecture, lasting);
    this.whole = lastLineStart(bytes);
    fast?.begin(this.writer, this.clock, this.threads, this.calls, bytes.subarray(0, this.whole));
  }

  parse(): TraceChunk {
    const { whole } = this;
    this.lines(this.bytes.subarray(0, whole), false, this.withoutBeginning());
    if (whole < this.bytes.length) {
      const tail = endedByNewline(this.bytes.subarray(whole));
      this.writer.baseOffset = whole;
      this.lines(tail, true);
    }
    if (this.inStack) this.endStack();
    if (this.options.last === true && this.beginning !== null) this.hang(this.beginning);
    const { kind, baseSeconds, lastNs, stepNs, firstTime, setBack } = this.clock;
    const times = { clock: kind, baseSeconds, advanceNs: lastNs, stepNs, firstTime, setBack };
    const chunk = this.writer.finish(times, this.bytes.length);
    chunk.stacks = this.stacks.finish();
    return chunk;
  }

  /** Leaves the first line out, where it begins in the midst of a record; gives where the next one begins. */
  private withoutBeginning(): number {
    const { bytes, options, writer } = this;
    const { cutLine } = options;
    if (cutLine === undefined || !startsWith(bytes, 0, cutLine)) return 0;
    const end = lineEnd(bytes, 0);
    writer.lines++;
    writer.skip(bytes, 0, end, 'its beginning is missing');
    this.gap = true;
    return end + 1;
  }

  /** Lines of `bytes` from `from` on, which end with a line feed. `cut`: the last one had none of its own. */
  private lines(bytes: Uint8Array, cut: boolean, from = 0): void {
    this.use(bytes);
    const fast = cut ? null : this.fast;
    let p = from;
    while (p < bytes.length) {
      if (isStackLine(bytes, p)) {
        this.writer.lines++;
        p = this.stackLine(bytes, p, cut) + 1;
        continue;
      }
      // Whoever copied it doubled the line feeds: a stack goes on.
      if (isBlank(bytes, p)) {
        p = this.amidst(bytes, p);
        continue;
      }
      if (this.inStack && bytes[p] === DASH && this.isPrompt(bytes, p)) {
        p = this.amidst(bytes, p);
        continue;
      }
      if (this.inStack) this.endStack();
      const stop = fast === null ? p : fast.read(p);
      if (stop > p) {
        p = stop;
        this.gap = false;
        this.beginning = null;
        continue;
      }
      this.writer.lines++;
      this.before = this.clock.lastNs;
      p = this.line(bytes, p, cut) + 1;
      fast?.learn();
    }
  }

  /** A line that no stack ends with; gives where the next one begins. */
  private amidst(bytes: Uint8Array, p: number): number {
    this.writer.lines++;
    this.writer.notices++;
    this.stacks.interrupted();
    return lineEnd(bytes, p) + 1;
  }

  /** Of a pager: a stack goes on behind it. */
  private isPrompt(bytes: Uint8Array, p: number): boolean {
    const end = lineEnd(bytes, p);
    return isPagerLine(bytes, p, end) && !isSeparator(bytes, p, end);
  }

  private use(bytes: Uint8Array): void {
    const scanner = new LineScanner(bytes);
    this.calls.use(scanner);
    this.leader.use(scanner);
    this.stacks.use(scanner);
  }

  /** The text ended, and its last record is the beginning of a call: this one had not returned. */
  private hang({ bytes, start, line, before }: Beginning): void {
    this.writer.unskip(line);
    this.clock.lastNs = before;
    this.use(bytes);
    this.line(bytes, start, true);
  }

  /** One line that is no frame of a stack; gives the position of the line feed behind it. */
  private line(bytes: Uint8Array, start: number, cut: boolean): number {
    const { calls, writer } = this;
    const line = writer.lines;
    this.gap = false;
    const p = this.leader.read(bytes, start);
    if (this.clock.goesBack() && startsRecord(bytes, start)) this.threads.begin();
    const c = bytes[p];
    let end = NOT_A_CALL;
    calls.took = true;
    calls.begins = false;
    // The program's own output, the rest of a line that was broken; or of another recording in the same text.
    const shown = this.clock.shownKind;
    if (this.options.clock !== undefined && shown !== this.options.clock)
      return this.otherLine(bytes, start, p, cut, shown === 'none' ? NO_CALL : OTHER_CLOCK);
    if (startsName(bytes, p)) {
      end = calls.call(bytes, p, cut);
    } else if (c === 60 /* < */ && startsWith(bytes, p, '<... ')) {
      end = calls.resumed(bytes, p, cut);
    } else if (c === 43 /* + */ && startsWith(bytes, p, '+++ ')) {
      this.clock.tick();
      return this.ending(bytes, p);
    } else if (c === 45 /* - */ && startsWith(bytes, p, '--- ')) {
      this.clock.tick();
      calls.owner = NO_STACK;
      this.beginning = null;
      writer.notices++;
      return lineEnd(bytes, p);
    }
    if (end === NOT_A_CALL) return this.otherLine(bytes, start, p, cut);
    // Prose that looks like a call is none, and leaves what is before it the last record.
    if (calls.begins) this.beginning = { bytes, start, line, before: this.before };
    else if (calls.took) this.beginning = null;
    return end;
  }

  /** `+++ exited with 0 +++`, `+++ killed by SIGKILL +++`, `+++ superseded by execve in pid 12 +++`. */
  private ending(bytes: Uint8Array, p: number): number {
    const thread = this.threads.current(bytes);
    const by = Number(SUPERSEDED.exec(text(bytes, p, lineEnd(bytes, p)))?.[1] ?? 0);
    this.end(thread, this.threads.tid);
    // Where lines name no thread there is one, or the others have files of their own.
    if (by > 0 && this.threads.tid >= 0 && by !== this.threads.tid) {
      this.end(this.writer.knownThread(by), by);
      this.fast?.ended(by);
    }
    this.calls.owner = NO_STACK;
    this.beginning = null;
    this.writer.notices++;
    return lineEnd(bytes, p);
  }

  /** The thread of `tid` is over; -1: no line of the stretch tells whether it lives. */
  private end(thread: number, tid: number): void {
    const { writer, clock, threads, calls } = this;
    if (thread < 0) {
      writer.ends.push({ tid, ns: clock.lastNs, at: writer.threads.length });
      return;
    }
    if (writer.pending[thread] >= 0) calls.abandon(thread, clock.lastNs);
    writer.lifecycle.push({ what: 'exit', thread, ns: clock.lastNs });
    threads.ended(tid);
  }

  /** Notices of strace itself, and lines that cannot be used. */
  private otherLine(bytes: Uint8Array, start: number, body: number, cut: boolean, reason = NO_CALL): number {
    const end = lineEnd(bytes, body);
    this.calls.owner = NO_STACK;
    // The rows of a summary look like a thread or a time.
    if ((bytes[body]! > SPACE && isNotice(bytes, body, end)) || isNotice(bytes, start, end)) {
      this.writer.notices++;
      // What stood between is not in the text.
      this.gap = bytes[start] === DASH && isSeparator(bytes, start, end);
      const announced = announcedIn(bytes, body, end);
      if (announced !== null) this.threads.announce(announced);
      return end;
    }
    // Output of the program without a line feed before a line of strace.
    for (let p = start + 1; p < end - 5; p++) {
      if (bytes[p] === 91 && startsWith(bytes, p, '[pid ') && startsRecord(bytes, p)) return this.line(bytes, p, cut);
    }
    if (!cut && !startsRecord(bytes, start) && this.calls.rest(bytes, start, end)) {
      this.writer.notices++;
      this.beginning = null;
      return end;
    }
    if (cut) this.writer.cutOff = true;
    this.writer.skip(bytes, start, end, cut ? 'cut off' : reason);
    return end;
  }

  private stackLine(bytes: Uint8Array, p: number, cut: boolean): number {
    if (this.gap) {
      const end = lineEnd(bytes, p);
      this.writer.skip(bytes, p, end, 'a frame whose call is not in the text');
      return end;
    }
    this.inStack = true;
    if (cut) {
      const end = lineEnd(bytes, p);
      if (bytes[end - 1] !== 93 /* ] */) {
        this.writer.cutOff = true;
        return end;
      }
    }
    return this.stacks.line(bytes, p);
  }

  private endStack(): void {
    this.inStack = false;
    const { owner } = this.calls;
    const stack = this.stacks.take();
    if (owner >= 0) this.writer.setStack(owner, stack);
    else if (owner !== NO_STACK) this.writer.orphans[-2 - owner].stack = stack;
    this.calls.owner = NO_STACK;
  }
}
