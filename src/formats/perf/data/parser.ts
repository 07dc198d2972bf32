/** One piece of a perf.data file (events.ts) to a TraceChunk: what ../parser.ts is for the text of perf script. Nothing is allocated for an event. */
import { IntMap, grown } from '../../../lib/bytes.js';
import { ChunkWriter } from '../../../trace/chunk-writer.js';
import type { TraceChunk } from '../../../trace/chunk.js';
import { NO_STACK } from '../../../trace/stacks.js';
import { NO_CPU } from '../../../trace/table.js';
import { NO_OWNER } from '../call-rows.js';
import { EPOCH_SECONDS } from '../clock.js';
import { PerfSwitches } from '../switches.js';
import { ThreadEnds } from '../thread-ends.js';
import type { PerfDataLayout } from './arranger.js';
import { PerfDataCalls } from './calls.js';
import * as e from './events.js';
import { FastEvents } from './fast-events.js';
import { utf8 } from './fields.js';
import { PerfDataStacks } from './stacks.js';

/** Words of an entry and its exit. */
const CALL_WORDS = e.ENTER_WORDS + e.EXIT_WORDS;

export class PerfDataParser {
  private readonly words: Int32Array;
  private readonly doubles: Float64Array;
  private readonly writer: ChunkWriter;
  private readonly calls: PerfDataCalls;
  private readonly ends: ThreadEnds;
  private readonly switches = new PerfSwitches();
  private readonly stacks = new PerfDataStacks();
  /** Names of threads by tid: index into `names`. */
  private readonly nameOf = new IntMap();
  private readonly names: string[] = [];
  /** Per thread: 1 once its name was told. */
  private told = new Uint8Array(64);
  private lastTid = -1;
  private lastThread = -1;
  private readonly times = { baseSeconds: 0, lastNs: 0 };
  private events = 0;
  /** The event gave its thread another name. */
  private renamed = false;
  /** The event is the first of its thread in the piece. */
  private first = false;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly layout: PerfDataLayout,
    /** null: without it. */
    private readonly fast: FastEvents | null = FastEvents.ofThread(),
  ) {
    const { buffer, byteOffset, byteLength } = bytes;
    this.words = new Int32Array(buffer, byteOffset, byteLength >> 2);
    this.doubles = new Float64Array(buffer, byteOffset, byteLength >> 3);
    this.writer = new ChunkWriter(Math.ceil(this.words.length / CALL_WORDS), fast?.room(byteLength));
    this.writer.hasCpus = true;
    this.calls = new PerfDataCalls(this.writer, layout);
    this.ends = new ThreadEnds(this.writer, this.calls);
    const { writer, times, calls, switches } = this;
    const attach = (row: number, stack: number): void => this.attach(row, stack);
    fast?.begin(writer, times, bytes, { calls, switches, attach }, layout);
  }

  parse(): TraceChunk {
    const { words, writer, layout, fast } = this;
    for (let at = 0; at < words.length;) {
      const stop = fast === null ? at : fast.read(at * 4) >>> 2;
      if (stop > at) {
        this.events++;
        at = stop;
        continue;
      }
      const head = words[at];
      this.event(head & 0xff, at);
      if (fast !== null) this.teach(fast, head & 0xff, at);
      at += head >>> 8;
    }
    const clock = this.events === 0 ? 'none' : layout.baseSeconds > EPOCH_SECONDS ? 'epoch' : 'boot';
    const times = { clock, baseSeconds: layout.baseSeconds, advanceNs: this.times.lastNs } as const;
    const chunk = writer.finish(times, layout.bytes);
    if (layout.builds.size > 0) chunk.builds = layout.builds;
    const stacks = this.stacks.finish();
    return { ...chunk, ends: this.ends.early, stacks, switches: this.switches.finish() };
  }

  private event(kind: number, at: number): void {
    const { writer, words, doubles, calls } = this;
    switch (kind) {
      case e.NAME:
        this.named(at);
        return;
      case e.MAPPING:
        this.mapping(at);
        return;
      case e.NOTICE:
        writer.notices += words[at + e.COUNT];
        writer.lines += words[at + e.COUNT];
        return;
      case e.SKIPPED:
        writer.skippedLines += words[at + e.COUNT];
        writer.lines += words[at + e.COUNT];
        return;
    }
    writer.lines++;
    this.events++;
    const tid = words[at + 1];
    const now = doubles[(at + 4) >> 1];
    if (now > this.times.lastNs) this.times.lastNs = now;
    if (kind === e.SWITCH) {
      const [previous, state, next, cpu] = [
        words[at + e.PREVIOUS],
        words[at + e.STATE],
        words[at + e.NEXT],
        words[at + 3],
      ];
      this.switches.push(now, cpu, previous, state, next, this.bytes, (at + e.NEXT_NAME) * 4);
      return;
    }
    calls.owner = NO_OWNER;
    calls.exiting = false;
    calls.born = false;
    this.renamed = this.first = false;
    if (kind === e.PROCESS_EXIT) {
      writer.notices++;
      const thread = this.ends.exiting(tid, now);
      if (thread >= 0) this.threadEnds(thread, tid, now);
      return;
    }
    if (kind === e.PROCESS_EXEC) {
      writer.notices++;
      this.executes(at, tid, now);
      return;
    }
    const isRaw = kind === e.RAW_ENTER || kind === e.RAW_EXIT;
    if (this.layout.raw && !isRaw) {
      writer.notices++;
      return;
    }
    const isEntry = kind === e.RAW_ENTER || kind === e.NAMED_ENTER;
    const thread = this.thread(tid, at, now);
    const cpu = words[at + 3] < 0 ? NO_CPU : words[at + 3];
    const returned = isEntry ? 0 : doubles[(at + e.RETURNED) >> 1];
    const read = isEntry
      ? calls.entry(words, at, isRaw, thread, cpu, now)
      : calls.leave(words, at, isRaw, returned, thread, now);
    if (!read) {
      writer.skippedLines++;
      return;
    }
    if (calls.exiting) this.threadEnds(thread, tid, now);
    else if (calls.born) this.threadBegins(thread, tid, at, now);
    const frames = words[at + e.CHAIN];
    if (frames > 0) this.chain(at + (isEntry ? e.ENTER_WORDS : e.EXIT_WORDS), frames, words[at + 2]);
  }

  /** What the fast reader has to know of an event that was read here. */
  private teach(fast: FastEvents, kind: number, at: number): void {
    const { words, writer } = this;
    if (kind === e.NOTICE || kind === e.SKIPPED) return;
    if (kind === e.MAPPING) return fast.forgetChains();
    if (kind === e.SWITCH) return fast.learnName();
    const tid = words[at + 1];
    const thread = writer.knownThread(tid);
    fast.learnThread(tid, thread, thread >= 0 && this.told[thread] !== 0);
    const isNamed = kind === e.NAMED_ENTER || kind === e.NAMED_EXIT;
    if (kind === e.RAW_ENTER || kind === e.RAW_EXIT) fast.learnCall(-1, false);
    else if (isNamed && !this.layout.raw) fast.learnCall(words[at + e.CALL], kind === e.NAMED_ENTER);
  }

  private chain(at: number, frames: number, pid: number): void {
    const stack = this.stacks.read(this.words, at, frames, pid);
    this.fast?.learnChain(at * 4, (at + frames * 2) * 4, pid, stack);
    this.attach(this.calls.owner, stack);
  }

  /** The thread of the event at `at`, which tells its name if that is new. */
  private thread(tid: number, at: number, now: number): number {
    const { writer } = this;
    let thread = this.lastThread;
    if (tid !== this.lastTid) {
      const before = writer.threads.length;
      thread = writer.thread(tid);
      if (thread === before) this.add(thread, at);
      this.lastTid = tid;
      this.lastThread = thread;
    }
    if (this.told[thread] === 0) this.tell(thread, tid, now);
    return thread;
  }

  private add(thread: number, at: number): void {
    if (thread >= this.told.length) this.told = grown(this.told, thread * 2);
    const pid = this.words[at + 2];
    if (pid >= 0) this.writer.threads[thread].pid = pid;
    this.first = true;
  }

  private tell(thread: number, tid: number, now: number): void {
    this.told[thread] = 1;
    const name = this.names[this.nameOf.get(tid)] ?? '';
    if (name === '') return;
    this.writer.lifecycle.push({ what: 'name', thread, ns: now, name });
    this.renamed = true;
  }

  private named(at: number): void {
    const tid = this.words[at + 1];
    const name = this.text(at + e.TEXT, this.words[at + e.TEXT_BYTES]);
    const thread = this.writer.knownThread(tid);
    const known = this.names[this.nameOf.get(tid)];
    if (known === name) return;
    this.nameOf.set(tid, this.names.push(name) - 1);
    if (thread >= 0) this.told[thread] = 0;
  }

  private mapping(at: number): void {
    const { doubles, words } = this;
    const [begin, end] = [doubles[(at + e.MAP_BEGIN) >> 1], doubles[(at + e.MAP_END) >> 1]];
    const path = this.text(at + e.MAP_PATH, words[at + e.MAP_PATH_BYTES]);
    this.stacks.map(words[at + 2], { begin, end, offset: doubles[(at + e.MAP_OFFSET) >> 1], path });
  }

  private threadBegins(thread: number, tid: number, at: number, now: number): void {
    const { writer } = this;
    let born = thread;
    if (this.ends.isReborn(this.first, tid, now)) {
      // The name is that of the new one.
      if (this.renamed) writer.lifecycle.pop();
      this.threadEnds(thread, tid, now);
      born = this.thread(tid, at, now);
    }
    writer.seen[born] = 1;
  }

  private threadEnds(thread: number, tid: number, now: number): void {
    this.ends.end(thread, tid, now);
    this.lastTid = -1;
  }

  /** The thread runs another program, under another name from its next event on. */
  private executes(at: number, tid: number, now: number): void {
    const program = this.text(at + e.TEXT, this.words[at + e.TEXT_BYTES]);
    const thread = this.thread(tid, at, now);
    this.writer.lifecycle.push({ what: 'exec', thread, ns: now, program, row: -1 });
    this.told[thread] = 0;
  }

  /** As of perf's text: the stack is that of the call's entry; that of its exit only counts where the entry had none. */
  private attach(owner: number, stack: number): void {
    if (owner === NO_OWNER || stack === NO_STACK) return;
    const { writer } = this;
    if (owner < 0) writer.orphans[-2 - owner].stack = stack;
    else if (writer.columns.stack === null || writer.columns.stack[owner] === NO_STACK) writer.setStack(owner, stack);
  }

  private text(word: number, length: number): string {
    return utf8(this.bytes.subarray(word * 4, word * 4 + length));
  }
}
