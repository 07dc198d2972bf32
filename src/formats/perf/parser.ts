/**
 * One stretch of `perf script` text to a TraceChunk: the loop over lines. Nothing is allocated for a line: numbers are
 * parsed in place, names and call chains interned from their bytes.
 */
import type { TraceChunk } from '../../trace/chunk.js';
import { ChunkWriter } from '../../trace/chunk-writer.js';
import { NO_STACK } from '../../trace/stacks.js';
import { NO_CPU } from '../../trace/table.js';
import { CR, LF, LineScanner, SPACE, endedByNewline, grown, lastLineStart, startsWith, text } from '../../lib/bytes.js';
import { isPagerLine, isSeparator } from '../pager.js';
import { NO_OWNER } from './call-rows.js';
import { PerfCalls } from './calls.js';
import { EPOCH_SECONDS } from './clock.js';
import { FastPerf } from './fast.js';
import * as perf from './line.js';
import { Switchers } from './mixed-threads.js';
import { PerfStacks } from './stacks.js';
import { ThreadEnds } from './thread-ends.js';
import type { PerfLayout } from './survey.js';
import { PerfSwitches } from './switches.js';

/** Bytes of a call's two lines, for the first estimate of rows. */
const CALL_LENGTH = 160;

const MAPPED = 'PERF_RECORD_MMAP2 ';
const BUILD = / <([0-9a-f]{8,40})>\]: \S+ (\/.+?)\r?$/;
const TAB = 9;
const HASH = 35;
const DASH = 45;

export class PerfParser {
  private readonly bytes: Uint8Array;
  private readonly writer: ChunkWriter;
  private readonly line = new perf.PerfLine();
  private readonly calls: PerfCalls;
  private readonly switches = new PerfSwitches();
  private readonly switchers = new Switchers();
  private readonly stacks: PerfStacks;
  private readonly scanner: LineScanner;
  private readonly times = { baseSeconds: -1, lastNs: 0 };
  private lastTid = -1;
  private lastThread = -1;
  private threads = 0;
  /** Per thread: its name, as bytes[nameStart, nameEnd). */
  private nameStart = new Int32Array(64);
  private nameEnd = new Int32Array(64);
  private readonly ends: ThreadEnds;
  /** The line gave its thread another name. */
  private renamed = false;
  /** The line is the first of its thread in the chunk. */
  private first = false;
  private readonly builds = new Map<string, string>();
  /** Frames are being read one by one: their lines are indented by spaces, or others stand between them. */
  private looseFrames = false;
  /** Lines were left out behind the last event, as grep shows it. */
  private gap = false;
  private readonly fast: FastPerf | null;

  constructor(
    private readonly given: Uint8Array,
    private readonly layout: PerfLayout,
    /** null: without it. */
    fast: FastPerf | null = FastPerf.ofThread(),
  ) {
    // It knows times, not differences.
    this.fast = layout.deltas === true ? null : fast;
    this.writer = new ChunkWriter(Math.ceil(given.length / CALL_LENGTH), this.fast?.room(given.length));
    this.writer.hasCpus = true;
    this.bytes = this.wholeLines();
    this.calls = new PerfCalls(this.writer, layout);
    this.ends = new ThreadEnds(this.writer, this.calls);
    this.stacks = new PerfStacks(this.bytes);
    this.scanner = new LineScanner(this.bytes);
    const { writer, times, bytes, calls, switches, stacks } = this;
    const attach = (row: number, chain: number): void => this.attachTo(row, chain);
    this.fast?.begin(writer, times, bytes, { calls, switches, stacks, attach }, layout);
  }

  parse(): TraceChunk {
    const { bytes, writer, line, stacks, scanner, fast } = this;
    for (let p = 0; p < bytes.length;) {
      const c = bytes[p];
      // Frames that are being read end with the next event, as only the reader below does it.
      const stop = fast === null || this.looseFrames || c < SPACE ? p : fast.read(p);
      if (stop > p) {
        p = stop;
        this.gap = false;
        continue;
      }
      writer.lines++;
      if (c === TAB) p = this.frames(p);
      else if (c === LF || c === CR) {
        if (this.layout.doubled !== true) this.endFrames();
        p = scanner.lineEnd(p) + 1;
      } else if (c === HASH) {
        writer.notices++;
        p = scanner.lineEnd(p) + 1;
      } else if (line.read(bytes, p)) {
        this.endFrames();
        this.gap = false;
        const reason = this.event();
        const end = scanner.lineEnd(line.rest);
        if (reason !== '') writer.skip(bytes, p, end, reason);
        fast?.learn(line);
        p = end + 1;
      } else p = this.other(p);
    }
    this.endFrames();
    if (bytes.length < this.given.length) this.cutOff(bytes.length);
    const { baseSeconds, lastNs } = this.times;
    const base = Math.max(0, baseSeconds);
    const absolute = base > EPOCH_SECONDS ? 'epoch' : 'boot';
    const clock = baseSeconds < 0 ? 'none' : this.layout.deltas === true ? 'relative' : absolute;
    const chunk = writer.finish({ clock, baseSeconds: base, advanceNs: lastNs }, this.given.length);
    if (this.builds.size > 0) chunk.builds = this.builds;
    const { mixed } = this.switchers;
    if (mixed > 0) chunk.mixedThreads = mixed;
    return { ...chunk, ends: this.ends.early, stacks: stacks.finish(), switches: this.switches.finish() };
  }

  /** Frames from `p` on, each behind a tab; gives the position behind them. */
  private frames(p: number): number {
    const { bytes, writer, stacks, scanner, fast } = this;
    if (this.gap) {
      const end = scanner.lineEnd(p);
      writer.skip(bytes, p, end, 'a frame whose event is not in the text');
      return end + 1;
    }
    if (!this.looseFrames && this.layout.doubled !== true) {
      const chain = stacks.read(p);
      if (!this.goesOn(stacks.end)) {
        this.attach(chain);
        fast?.learnChain(p, stacks, chain);
        writer.lines += stacks.lines - 1;
        return stacks.end;
      }
    }
    this.looseFrames = true;
    return stacks.line(bytes, p + 1) + 1;
  }

  /** Whether frames may follow the line at `p`, which is behind one: of the source (-F +srcline), a pager's prompt, what perf warns of. */
  private goesOn(p: number): boolean {
    const { bytes } = this;
    const c = bytes[p];
    if (p >= bytes.length || c === LF || c === CR || c === HASH) return false;
    if (c === DASH && isSeparator(bytes, p, this.scanner.lineEnd(p))) return false;
    return !new perf.PerfLine().read(bytes, p);
  }

  /** The event that `line` read; '' or why it cannot be used. */
  private event(): string {
    const { line, writer, calls, layout, times } = this;
    calls.owner = NO_OWNER;
    calls.exiting = false;
    calls.born = false;
    this.renamed = this.first = false;
    const { event } = line;
    // A difference is to the line before, whatever that tells of.
    if (layout.deltas === true) {
      times.baseSeconds = 0;
      times.lastNs += line.seconds * 1e9 + line.nanoseconds;
    }
    if (event === perf.EVENT_OTHER) {
      if (startsWith(this.bytes, line.eventStart, MAPPED)) this.mapped(line.eventStart);
      writer.notices++;
      return '';
    }
    if (times.baseSeconds < 0) times.baseSeconds = line.seconds;
    const now = layout.deltas === true ? times.lastNs : (line.seconds - times.baseSeconds) * 1e9 + line.nanoseconds;
    if (now > times.lastNs) times.lastNs = now;
    if (event === perf.EVENT_SWITCH) {
      if (!this.switches.read(this.bytes, line.rest, line.cpu, now)) return 'damaged sched_switch';
      if (layout.oneId === true) this.switchers.add(line.tid, this.switches.previous);
      return '';
    }
    if (event === perf.EVENT_PROCESS_EXIT || event === perf.EVENT_PROCESS_EXEC) {
      writer.notices++;
      if (event === perf.EVENT_PROCESS_EXIT) this.exits(now);
      else this.executes(now);
      return '';
    }
    const raw = event === perf.EVENT_RAW_ENTER || event === perf.EVENT_RAW_EXIT;
    if (layout.raw && !raw) {
      writer.notices++;
      return '';
    }
    const thread = this.thread(now);
    const cpu = line.cpu < 0 ? NO_CPU : line.cpu;
    let read: boolean;
    if (event === perf.EVENT_RAW_ENTER) read = calls.rawEnter(this.bytes, line.rest, thread, cpu, now);
    else if (event === perf.EVENT_RAW_EXIT) read = calls.rawExit(this.bytes, line.rest, thread, now);
    else if (event === perf.EVENT_NAMED_ENTER) read = calls.namedEnter(this.bytes, line.rest, thread, cpu, now);
    else read = calls.namedExit(this.bytes, line.rest, thread, now);
    if (!read) return 'damaged system call';
    if (calls.exiting) this.threadEnds(thread, now);
    else if (calls.born) this.threadBegins(thread, now);
    return '';
  }

  /** `PERF_RECORD_MMAP2 12/12: [0x5575(0x1000) @ 0x1000 <ce13af4b...>]: r-xp /usr/bin/x`: recorded with --buildid-mmap. */
  private mapped(start: number): void {
    const found = BUILD.exec(text(this.bytes, start, this.scanner.lineEnd(start)));
    if (found !== null) this.builds.set(found[2]!, found[1]!);
  }

  /** Thread of the line, whose name may have changed. */
  private thread(now: number): number {
    const { line, writer, bytes } = this;
    const known = line.tid === this.lastTid;
    const thread = known ? this.lastThread : writer.thread(line.tid);
    if (!known) {
      this.lastTid = line.tid;
      this.lastThread = thread;
      if (thread >= this.threads) this.add(thread);
    }
    let p = line.nameStart;
    let q = this.nameStart[thread];
    const end = line.nameEnd;
    if (end - p === this.nameEnd[thread] - q) {
      while (p < end && bytes[p] === bytes[q]) {
        p++;
        q++;
      }
      if (p === end) return thread;
    } else if (end === p) return thread;
    this.nameStart[thread] = line.nameStart;
    this.nameEnd[thread] = line.nameEnd;
    const name = text(bytes, line.nameStart, line.nameEnd);
    if (name === '') return thread;
    writer.lifecycle.push({ what: 'name', thread, ns: now, name });
    this.renamed = true;
    return thread;
  }

  private add(thread: number): void {
    this.threads = thread + 1;
    this.first = true;
    if (thread >= this.nameStart.length) {
      this.nameStart = grown(this.nameStart, thread * 2);
      this.nameEnd = grown(this.nameEnd, thread * 2);
    }
    if (this.line.pid >= 0) this.writer.threads[thread].pid = this.line.pid;
  }

  /** The tid's thread before, if it is still thought to live, must have ended. */
  private threadBegins(thread: number, now: number): void {
    const { writer, line } = this;
    let born = thread;
    if (this.ends.isReborn(this.first, line.tid, now)) {
      // The line's name is that of the new one.
      if (this.renamed) writer.lifecycle.pop();
      this.threadEnds(thread, now);
      born = this.thread(now);
    }
    writer.seen[born] = 1;
  }

  private threadEnds(thread: number, now: number): void {
    this.ends.end(thread, this.line.tid, now);
    this.lastTid = -1;
    this.fast?.forget(thread);
  }

  /** `comm=redis pid=12 prio=120`: the thread ended. */
  private exits(now: number): void {
    const thread = this.ends.exiting(this.line.tid, now);
    if (thread >= 0) this.threadEnds(thread, now);
  }

  /** `filename=/usr/bin/redis pid=12 old_pid=12`: the thread runs another program. */
  private executes(now: number): void {
    const { bytes, line, writer } = this;
    const program = /^filename=(.*) pid=\d+/.exec(text(bytes, line.rest, this.scanner.lineEnd(line.rest)))?.[1];
    if (program === undefined) return;
    const thread = this.thread(now);
    writer.lifecycle.push({ what: 'exec', thread, ns: now, program, row: -1 });
    // The next line tells its new name.
    this.nameEnd[thread] = this.nameStart[thread];
    this.fast?.forget(thread);
  }

  /** A line without time and event at `p`; gives the position behind it. */
  private other(p: number): number {
    const { bytes, writer, scanner } = this;
    const end = scanner.lineEnd(p);
    if (bytes[p] === SPACE && holdsFrame(bytes.subarray(p, end)))
      writer.skip(bytes, p, end, 'a frame behind something else');
    else if (bytes[p] === SPACE && (this.looseFrames || this.calls.owner !== NO_OWNER)) {
      this.stacks.line(bytes, p);
      this.looseFrames = true;
    } else if (bytes[p] === SPACE && !this.gap && FRAME.test(text(bytes, p, end))) {
      // Of a switch, or another event that needs none.
    } else if (bytes[p] === DASH && isPagerLine(bytes, p, end)) {
      writer.notices++;
      // What stood between is not in the text.
      if (isSeparator(bytes, p, end)) {
        this.endFrames();
        this.calls.owner = NO_OWNER;
        this.gap = true;
      }
    } else if (NOISE.some((word) => startsWith(bytes, p, word))) writer.notices++;
    else writer.skip(bytes, p, end, 'no thread, time and event of perf');
    return end + 1;
  }

  private endFrames(): void {
    if (!this.looseFrames) return;
    this.looseFrames = false;
    this.attach(this.stacks.take());
  }

  /** The stack belongs to the call's entry; that of its exit only counts where the entry had none. */
  private attach(stack: number): void {
    const { owner } = this.calls;
    this.calls.owner = NO_OWNER;
    if (owner === NO_OWNER || stack === NO_STACK) return;
    if (owner < 0) this.writer.orphans[-2 - owner].stack = stack;
    else this.attachTo(owner, stack);
  }

  private attachTo(row: number, stack: number): void {
    const { writer } = this;
    if (writer.columns.stack === null || writer.columns.stack[row] === NO_STACK) writer.setStack(row, stack);
  }

  /** A last line without line feed is used if it may be whole; without it otherwise. */
  private wholeLines(): Uint8Array {
    const { given } = this;
    const start = lastLineStart(given);
    if (start === given.length) return given;
    const whole = endedByNewline(given);
    // Frames and entries end in a parenthesis; of other events nothing tells.
    const last = given[given.length - 1];
    const isHead = whole[start] !== TAB && this.line.read(whole, start);
    const ends = isHead ? this.line.event !== perf.EVENT_RAW_ENTER || last === 41 : last === 41;
    return ends || whole[start] === HASH ? whole : given.subarray(0, start);
  }

  private cutOff(start: number): void {
    const { writer, given } = this;
    writer.cutOff = true;
    writer.lines++;
    writer.skip(given, start, given.length, 'cut off');
  }
}

/** A frame whose tab was expanded. */
const FRAME = /^ +[0-9a-f]+ \S.* \([^()]+\)\s*$/;

/** A frame with its tab, behind what is none of perf's. */
const FRAME_BEHIND = /^\t *[0-9a-f]+ \S.* \([^()]+\)\s*/;

/** Whether a line that begins with a blank holds a frame further on: no remark of perf's, nor a line of the source. */
function holdsFrame(line: Uint8Array): boolean {
  const tab = line.indexOf(TAB);
  return (
    tab > 0 && line.subarray(0, tab).some((byte) => byte !== SPACE) && FRAME_BEHIND.test(text(line, tab, line.length))
  );
}

/** What perf says among the events when they are printed to the same place. */
const NOISE = [
  '[ perf',
  'Warning',
  'WARNING',
  'LOST',
  'perf:',
  'Processed',
  'Failed to',
  'Check IO',
  'Reading',
  'Error',
];
