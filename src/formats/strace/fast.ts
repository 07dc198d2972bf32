/**
 * The fast reader of strace lines: src/formats/strace/kernel, compiled to WebAssembly with SIMD, reads the usual lines straight into the
 * columns of a ChunkWriter, and leaves each line of another shape to the JavaScript reader, which knows all of them. So the
 * outcome is the same with and without it; where WebAssembly's SIMD is missing, it is not used. Here: what passes between the two.
 */
import { ROLES, callTraits, canonicalCallName, standsForSeveral } from '../../trace/call-traits.js';
import { makesPair } from '../../trace/descriptor-pair.js';
import type { ChunkWriter } from '../../trace/chunk-writer.js';
import { errnoNames, errnoNumber } from '../../trace/errno.js';
import { hashBytes } from '../../lib/bytes.js';
import { NO_STACK } from '../../trace/stacks.js';
import { NO_DESCRIPTOR } from '../../trace/table.js';
import { LINES_MODULE } from './kernel/lines-module.js';
import type { CallReader } from './calls.js';
import type { StraceClock } from './clock.js';
import type { LineThreads } from './threads.js';
import { type ReaderExports, WasmReader, readerInstance } from '../kernel-reader.js';

/** What src/formats/strace/kernel/lines.ts exports. */
interface Exports extends ReaderExports {
  readonly NEW_WORD: WebAssembly.Global;
  addCall(number: number, first: number, kind: number, role: number): void;
  addError(code: number): void;
  forgetCalls(): void;
  forgetNumbers(): void;
  setCalls(count: number): void;
  forgetThreads(): void;
  setThread(tid: number, thread: number): void;
  setTold(thread: number): void;
  setNaming(named: number, unnamedThread: number): void;
  setThreads(count: number, mayBegin: boolean): void;
  setExit(call: number, isExit: boolean): void;
  setClock(kind: number, base: number, second: number): void;
  ownerOf(): number;
  noticesOf(): number;
  readonly EVENTS: WebAssembly.Global;
  eventsOf(): number;
}

/** What events tell and how they lie in memory, as in src/formats/strace/kernel/events.ts. */
const [BEGINS, ENDS, CLONES, IS_OF, EXECUTES, IS_NAMED, RESUMES, NUMBERS] = [0, 1, 2, 3, 4, 5, 6, 8];
/** An event is so many int32, or so many float64. */
const EVENT_NUMBERS = 8;
const EVENT_MOMENTS = 4;

/** Numbers of the clocks in src/formats/strace/kernel/leader.ts. */
const CLOCKS: readonly StraceClock['kind'][] = ['none', 'epoch', 'day', 'relative'];
/** Behind the roles: as ROLE_PAIR and ROLE_SOCKET_PAIR in src/lib/kernel/codes.ts. */
const PAIR = ROLES.length;
const DAY = 86_400;
/** Longest name in the tables there, bytes: of an error, of a call. */
const LONGEST_ERROR = 15;
const LONGEST_NAME = 31;
/** Calls that it knows from one chunk to the next, about so many. */
const MOST_KEPT = 128;
/** Names that are read in another way where another machine made the text. */
const OF_MACHINE = /^(?:syscall_|S)/;
/** Times there are microseconds. */
const STEP_NS = 1000;
/** Bytes a line has at least on average; a chunk of shorter ones is finished without. */
const SHORTEST_LINE = 32;

export class FastLines extends WasmReader<Exports> {
  private clock!: StraceClock;
  private threads!: LineThreads;
  private calls!: CallReader;
  private knownCalls = 0;
  /** Calls that the module knows; whether it may know them in the next chunk, too. */
  private readonly words = new Set<string>();
  private keepsWords = true;
  private named: boolean | null = null;
  private readonly eventsAt: number;

  private constructor(wasm: Exports) {
    super(wasm, SHORTEST_LINE);
    this.eventsAt = wasm.EVENTS.value as number;
    for (const name of errnoNames()) if (this.putWord(name, LONGEST_ERROR)) wasm.addError(errnoNumber(name));
  }

  /** The one of this thread, for one parser after the other; null where it cannot run. */
  static ofThread(): FastLines | null {
    if (ofThread === undefined) {
      const wasm = readerInstance<Exports>(LINES_MODULE);
      ofThread = wasm && new FastLines(wasm);
    }
    return ofThread;
  }

  /** A parser begins, whose writer has this room; `bytes` ends with a line feed. */
  begin(writer: ChunkWriter, clock: StraceClock, threads: LineThreads, calls: CallReader, bytes: Uint8Array): void {
    this.beginWith(writer, clock, bytes);
    this.clock = clock;
    this.threads = threads;
    this.calls = calls;
    this.knownCalls = 0;
    this.named = null;
    const { wasm } = this;
    this.forgetCalls();
    wasm.forgetThreads();
    wasm.setThreads(0, false);
    wasm.setNaming(-1, -1);
    wasm.setClock(0, 0, 0);
  }

  override read(p: number): number {
    const { wasm, writer, clock } = this;
    const stop = super.read(p);
    if (stop === p) return p;
    const owner = wasm.ownerOf();
    writer.notices += wasm.noticesOf();
    if (clock.kind === 'day') {
      clock.lastSecond = clock.baseSeconds + Math.floor(clock.lastNs / 1e9);
      this.setClock();
    }
    const events = wasm.eventsOf();
    if (events > 0) this.noteEvents(events);
    // A row, none, or the last orphan.
    this.calls.owner = owner >= NO_STACK ? owner : -1 - writer.orphans.length;
    return stop;
  }

  /** The JavaScript reader has read a line: tells what it has learnt. */
  learn(): void {
    const { wasm, writer, threads } = this;
    // It reads no more of this chunk, and its tables have no room for the threads that follow.
    if (!writer.inRoom) return;
    const names = writer.calls.strings;
    for (; this.knownCalls < names.length; this.knownCalls++) this.addCall(this.knownCalls, names[this.knownCalls]!);
    wasm.setCalls(names.length);
    if (threads.named !== this.named) {
      this.named = threads.named;
      wasm.forgetThreads();
    }
    const thread = writer.knownThread(threads.tid >= 0 ? threads.tid : threads.defaultTid);
    if (threads.tid >= 0) wasm.setThread(threads.tid, thread);
    if (this.hasPlace(thread) && writer.threads[thread]!.pid >= 0) wasm.setTold(thread);
    const { named } = this;
    // Where lines that name no thread have one of their own, the writer remembers threads that the module has forgotten.
    wasm.setThreads(writer.threads.length, threads.defaultTid === 0);
    wasm.setNaming(named === null ? -1 : Number(named), named === false ? writer.knownThread(threads.defaultTid) : -1);
    this.setClock();
  }

  /** The thread of this tid has ended, which another's line told. */
  ended(tid: number): void {
    this.wasm.setThread(tid, -1);
  }

  /** Always: of lines with stacks between them it reads one a call, which is still no dearer than reading it here. */
  protected override isWorth(): boolean {
    return true;
  }

  protected override forgetLines(): void {
    this.named = null;
    this.wasm.forgetThreads();
  }

  private setClock(): void {
    const { wasm, clock } = this;
    const second = clock.lastSecond;
    if (clock.stepNs > STEP_NS) wasm.setClock(0, 0, 0);
    else if (clock.kind === 'day') wasm.setClock(2, (second - clock.baseSeconds) * 1e9, ((second % DAY) + DAY) % DAY);
    else wasm.setClock(CLOCKS.indexOf(clock.kind), clock.baseSeconds, 0);
  }

  /** Numbers of calls are a chunk's own. */
  private forgetCalls(): void {
    const { wasm, words } = this;
    if (this.keepsWords && words.size <= MOST_KEPT) wasm.forgetNumbers();
    else {
      wasm.forgetCalls();
      words.clear();
      this.keepsWords = true;
    }
    wasm.setCalls(0);
  }

  /** What the lines told of threads and calls, in their order. */
  private noteEvents(count: number): void {
    const { wasm, writer, threads, bytes } = this;
    const { events } = this.calls;
    const { buffer } = wasm.memory;
    const numbers = new Int32Array(buffer, this.eventsAt, count * EVENT_NUMBERS);
    const moments = new Float64Array(buffer, this.eventsAt, count * EVENT_MOMENTS);
    for (let event = 0; event < count; event++) {
      const at = event * EVENT_NUMBERS;
      const what = numbers[at + 2]!;
      const number = numbers[at + 4]!;
      if (what === BEGINS) {
        writer.thread(number);
        continue;
      }
      const ns = moments[event * EVENT_MOMENTS]!;
      const thread = numbers[at + 3]!;
      const second = numbers[at + 5]!;
      const third = numbers[at + 6]!;
      if (what === ENDS) {
        writer.lifecycle.push({ what: 'exit', thread, ns });
        threads.ended(number);
      } else if (what === CLONES) events.cloned(number, thread, second);
      else if (what === IS_OF) events.pid(thread, number);
      else if (what === EXECUTES) events.exec(bytes, this.placeOf(second), this.placeOf(third), number, thread, ns);
      else if (what === IS_NAMED) events.prctl(bytes, this.placeOf(second), this.placeOf(third), thread, ns);
      else if (what === RESUMES) this.orphan(ns, moments[(event + 1) * EVENT_MOMENTS]!, numbers, at);
      else if (what === NUMBERS) this.number(this.placeOf(second), this.placeOf(third));
    }
  }

  /** The first call of a name that the module knew before the chunk. */
  private number(from: number, to: number): void {
    const { bytes, writer } = this;
    this.calls.know(writer.calls.intern(bytes, from, to, hashBytes(bytes, from, to)));
    this.knownCalls++;
  }

  /** The second half of a call, told by two events, the first at `at`. */
  private orphan(endNs: number, durationNs: number, numbers: Int32Array, at: number): void {
    const { orphans, calls } = this.writer;
    const outcome = at + EVENT_NUMBERS;
    orphans.push({
      thread: numbers[at + 3]!,
      position: numbers[at + 4]!,
      call: calls.strings[numbers[at + 5]!]!,
      endNs,
      durationNs,
      errno: numbers[outcome + 3]!,
      result: numbers[at + 6]!,
      flags: numbers[outcome + 6]!,
      kind: numbers[outcome + 4]!,
      variant: numbers[outcome + 5]!,
      descriptor: NO_DESCRIPTOR,
      stack: NO_STACK,
    });
  }

  private addCall(number: number, name: string): void {
    // What stands for several calls is none of them.
    if (standsForSeveral(name)) return;
    const { first, kind, role } = callTraits(name);
    this.wasm.setExit(number, role === 'exit');
    if (!this.putWord(name, LONGEST_NAME)) return;
    this.wasm.addCall(number, first, kind, makesPair(name) ? PAIR + Number(role === 'socket') : ROLES.indexOf(role));
    this.words.add(name);
    if (OF_MACHINE.test(name) || canonicalCallName(name) !== name) this.keepsWords = false;
  }

  private putWord(word: string, length: number): boolean {
    return this.put(word, this.wasm.NEW_WORD.value, length);
  }
}

/** undefined: not tried yet. */
let ofThread: FastLines | null | undefined;
