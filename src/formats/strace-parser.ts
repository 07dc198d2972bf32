/**
 * One stretch of strace text to a TraceChunk: the loop over lines. Nothing is allocated for a line: names and threads are
 * interned from their bytes, numbers parsed in place, columns filled by row.
 */
import { ChunkWriter } from '../trace/chunk-writer.js';
import type { TraceChunk } from '../trace/chunk.js';
import { NO_STACK } from '../trace/stacks.js';
import { SPACE, endedByNewline, isDigit, lastLineStart, lineEnd, startsWith } from './bytes.js';
import type { ParseOptions } from './format.js';
import { CallReader, NOT_A_CALL } from './strace-calls.js';
import { EPOCH_SECONDS, NO_TIME, SECONDS, StraceClock, TIME_OF_DAY } from './strace-clock.js';
import { isNameByte, skipBrackets, skipComm, startsRecord } from './strace-leader.js';
import { isNotice } from './strace-notices.js';
import { StackReader } from './strace-stacks.js';
import { LineThreads } from './strace-threads.js';

/** A short line with times, for the first estimate of rows; an estimate that fails costs one copy. */
const SHORT_LINE = 64;
const POWERS = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

export class StraceParser {
  private readonly writer: ChunkWriter;
  private readonly clock = new StraceClock();
  private readonly threads: LineThreads;
  private readonly calls: CallReader;
  private readonly stacks = new StackReader();
  private inStack = false;
  /** Last number read. */
  private value = 0;

  constructor(
    private readonly bytes: Uint8Array,
    options: ParseOptions,
  ) {
    this.writer = new ChunkWriter(Math.ceil(bytes.length / SHORT_LINE));
    this.threads = new LineThreads(this.writer, this.clock, options.tid);
    this.calls = new CallReader(this.writer, this.clock, this.threads);
  }

  parse(): TraceChunk {
    const whole = lastLineStart(this.bytes);
    this.lines(this.bytes, whole, false);
    if (whole < this.bytes.length) {
      const tail = endedByNewline(this.bytes.subarray(whole));
      this.writer.baseOffset = whole;
      this.lines(tail, tail.length, true);
    }
    if (this.inStack) this.endStack();
    const { kind, base, now } = this.clock;
    const chunk = this.writer.finish({ clock: kind, baseSeconds: base, advanceNs: now }, this.bytes.length);
    chunk.stacks = this.stacks.finish();
    return chunk;
  }

  /** Lines of bytes[0, length), which ends with a line feed. `cut`: the last one had none of its own. */
  private lines(bytes: Uint8Array, length: number, cut: boolean): void {
    this.calls.use(bytes);
    let p = 0;
    while (p < length) {
      this.writer.lines++;
      if (StackReader.isStackLine(bytes, p)) {
        p = this.stackLine(bytes, p, cut) + 1;
      } else {
        if (this.inStack) this.endStack();
        p = this.line(bytes, p, cut) + 1;
      }
    }
  }

  /** One line that is no frame of a stack; gives the position of the line feed behind it. */
  private line(bytes: Uint8Array, start: number, cut: boolean): number {
    const { calls, writer } = this;
    const p = this.leader(bytes, start);
    const c = bytes[p];
    let end = NOT_A_CALL;
    if (isNameByte(c) && !isDigit(c)) {
      end = calls.call(bytes, p, cut);
    } else if (c === 60 /* < */ && startsWith(bytes, p, '<... ')) {
      end = calls.resumed(bytes, p, cut);
    } else if (c === 43 /* + */ && startsWith(bytes, p, '+++ ')) {
      this.clock.tick();
      return this.ending(bytes, p);
    } else if (c === 45 /* - */ && startsWith(bytes, p, '--- ')) {
      this.clock.tick();
      calls.owner = NO_STACK;
      writer.notices++;
      return lineEnd(bytes, p);
    }
    return end === NOT_A_CALL ? this.otherLine(bytes, start, p, cut) : end;
  }

  /** `+++ exited with 0 +++`, `+++ killed by SIGKILL +++`, `+++ superseded by execve in pid 12 +++`. */
  private ending(bytes: Uint8Array, p: number): number {
    const thread = this.threads.current(bytes);
    if (this.writer.pending[thread] >= 0) this.calls.abandon(thread, this.clock.now);
    this.writer.lifecycle.push({ what: 'exit', thread, ns: this.clock.now });
    this.threads.ended();
    this.calls.owner = NO_STACK;
    this.writer.notices++;
    return lineEnd(bytes, p);
  }

  /** Notices of strace itself, and lines that cannot be used. */
  private otherLine(bytes: Uint8Array, start: number, body: number, cut: boolean): number {
    const end = lineEnd(bytes, body);
    this.calls.owner = NO_STACK;
    if (isNotice(bytes, body, end)) {
      this.writer.notices++;
      return end;
    }
    // Output of the program without a line feed before a line of strace.
    for (let p = start + 1; p < end - 5; p++) {
      if (bytes[p] === 91 && startsWith(bytes, p, '[pid ') && startsRecord(bytes, p)) return this.line(bytes, p, cut);
    }
    if (cut) this.writer.cutOff = true;
    this.writer.skip(bytes, start, end, cut ? 'cut off' : 'no system call');
    return end;
  }

  private stackLine(bytes: Uint8Array, p: number, cut: boolean): number {
    this.inStack = true;
    const end = lineEnd(bytes, p);
    if (cut && bytes[end - 1] !== 93 /* ] */) {
      this.writer.cutOff = true;
      return end;
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

  /** Reads tid, name and time of a line; gives where its call would start. Same shapes as skipLeader. */
  private leader(bytes: Uint8Array, start: number): number {
    const { threads } = this;
    let p = start;
    threads.tid = -1;
    threads.commEnd = 0;
    this.clock.shape = NO_TIME;
    while (bytes[p] === SPACE) p++;
    if (bytes[p] === 91 /* [ */ && startsWith(bytes, p, '[pid ')) {
      p += 5;
      while (bytes[p] === SPACE) p++;
      p = this.threadId(bytes, this.number(bytes, p));
      if (bytes[p] !== 93 /* ] */) return start;
      p++;
      while (bytes[p] === SPACE) p++;
    }
    if (isDigit(bytes[p])) {
      let q = this.number(bytes, p);
      let c = bytes[q];
      if ((c === SPACE || c === 60) /* < */ && this.value < EPOCH_SECONDS && threads.tid < 0) {
        p = this.threadId(bytes, q);
        while (bytes[p] === SPACE) p++;
        if (!isDigit(bytes[p])) return skipBrackets(bytes, p);
        q = this.number(bytes, p);
        c = bytes[q];
      }
      q = this.time(bytes, q, c);
      if (q < 0) return p;
      p = q;
      while (bytes[p] === SPACE) p++;
      if (bytes[p] === 40 /* ( */ && bytes[p + 1] === 43 /* + */) {
        while (bytes[p] !== 41 /* ) */ && bytes[p] >= SPACE) p++;
        if (bytes[p] === 41) p++;
        while (bytes[p] === SPACE) p++;
      }
    }
    return bytes[p] === 91 ? skipBrackets(bytes, p) : p;
  }

  /** The number just read is the tid; gives the position behind it and its `<comm>`. */
  private threadId(bytes: Uint8Array, p: number): number {
    const { threads } = this;
    threads.tid = this.value;
    if (bytes[p] !== 60) return p;
    const end = skipComm(bytes, p);
    threads.commStart = p + 1;
    threads.commEnd = end - 1;
    return end;
  }

  /** The number just read begins a time and `c` at `p` follows; gives the position behind it, -1 when it is none. */
  private time(bytes: Uint8Array, p: number, c: number): number {
    let seconds = this.value;
    let shape = SECONDS;
    let q = p;
    if (c === 58 /* : */) {
      shape = TIME_OF_DAY;
      q = this.number(bytes, q + 1);
      seconds = seconds * 3600 + this.value * 60;
      if (bytes[q] !== 58) return -1;
      q = this.number(bytes, q + 1);
      seconds += this.value;
      c = bytes[q];
    } else if (c !== 46 /* . */ && seconds < EPOCH_SECONDS) return -1;
    this.value = 0;
    if (c === 46) q = this.fraction(bytes, q);
    this.clock.shape = shape;
    this.clock.seconds = seconds;
    this.clock.nanoseconds = this.value;
    return q;
  }

  /** Digits behind the point at `p` as nanoseconds. */
  private fraction(bytes: Uint8Array, p: number): number {
    let value = 0;
    let q = p + 1;
    let c = bytes[q];
    while (isDigit(c) && q - p <= 9) {
      value = (value * 10 + (c - 48)) | 0;
      c = bytes[++q];
    }
    this.value = value * POWERS[9 - (q - p - 1)];
    while (isDigit(bytes[q])) q++;
    return q;
  }

  /** Digits at `p`, any number of them. Small integers as long as possible: a float multiplication a digit is slow. */
  private number(bytes: Uint8Array, p: number): number {
    let q = p;
    let high = 0;
    let c = bytes[q];
    while (isDigit(c) && q - p < 6) {
      high = high * 10 + (c - 48);
      c = bytes[++q];
    }
    if (!isDigit(c)) {
      this.value = high;
      return q;
    }
    const middle = q;
    let low = 0;
    while (isDigit(c) && q - middle < 9) {
      low = low * 10 + (c - 48);
      c = bytes[++q];
    }
    this.value = high * POWERS[q - middle] + low;
    while (isDigit(bytes[q])) q++;
    return q;
  }
}
