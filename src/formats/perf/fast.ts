/**
 * The fast reader of perf script lines: src/formats/perf/kernel, compiled to WebAssembly with SIMD, reads entries and exits of raw_syscalls
 * straight into the columns of a ChunkWriter, switches of the scheduler into columns of their own, and tells call chains that it knows by
 * number. Here: what passes between it and the JavaScript reader.
 */
import type { ChunkWriter } from '../../trace/chunk-writer.js';
import { LINES_MODULE } from './kernel/lines-module.js';
import { directoryFlag } from './arguments.js';
import { type CallTable, addCall } from './call-rules.js';
import type { PerfCalls } from './calls.js';
import { type ColumnExports, addChain, addName, takeColumns } from './fast-columns.js';
import { EVENT_OTHER, EVENT_RAW_ENTER, EVENT_RAW_EXIT, EVENT_SWITCH, type PerfLine, isBareCpu } from './line.js';
import type { PerfLayout } from './survey.js';
import type { PerfStacks } from './stacks.js';
import type { PerfSwitches } from './switches.js';
import { type ReadTimes, type ReaderExports, WasmReader, readerInstance } from '../kernel-reader.js';

/** What src/formats/perf/kernel/lines.ts exports. */
interface Exports extends ReaderExports, CallTable, ColumnExports {
  readonly NEW_HEAD: WebAssembly.Global;
  forget(baseSeconds: number): void;
  setHead(thread: number, length: number): void;
  forgetNumbers(directoryFlag: number): void;
  setExits(recorded: number): void;
  noticesOf(): number;
  ownerOf(): number;
  addStranger(length: number, switcher: number): void;
  setOneId(told: number): void;
}

/** What the parser has beside its writer. */
interface Readers {
  readonly calls: PerfCalls;
  readonly switches: PerfSwitches;
  readonly stacks: PerfStacks;
  /** The row has this chain, if its call has none yet. */
  attach(row: number, chain: number): void;
}

/** Bytes of an entry and its exit. */
const SHORTEST_CALL = 64;
/** Longest name and ids that are kept there, bytes. */
const LONGEST_HEAD = 32;
/** Nothing is known of whom the scheduler says that the line is of. */
const NO_SWITCHER = -1;

export class FastPerf extends WasmReader<Exports> {
  private calls!: PerfCalls;
  private readers!: Readers;
  private hasBase = false;
  private knownNumbers = 0;

  private constructor(wasm: Exports) {
    super(wasm, SHORTEST_CALL);
  }

  /** The one of this thread, for one parser after the other; null where it cannot run, or is better left out. */
  static ofThread(): FastPerf | null {
    if (ofThread === undefined) {
      const wasm = readerInstance<Exports>(LINES_MODULE);
      ofThread = wasm && new FastPerf(wasm);
    }
    return ofThread?.isPromising ? ofThread : null;
  }

  /** A parser begins, whose writer has this room. */
  begin(writer: ChunkWriter, times: ReadTimes, bytes: Uint8Array, readers: Readers, layout: PerfLayout): void {
    this.beginWith(writer, times, bytes);
    this.readers = readers;
    this.calls = readers.calls;
    this.hasBase = false;
    this.knownNumbers = 0;
    this.wasm.setExits(Number(layout.exits));
    this.wasm.setOneId(Number(layout.oneId === true));
    this.wasm.forgetNumbers(directoryFlag(layout.architecture));
    this.wasm.forgetNames();
    this.wasm.forgetChains();
  }

  override read(p: number): number {
    if (!this.hasBase) return p;
    const stop = super.read(p);
    if (stop === p) return p;
    const { wasm, readers } = this;
    this.calls.owner = wasm.ownerOf();
    this.writer.notices += wasm.noticesOf();
    takeColumns(wasm, readers.switches, readers.attach);
    return stop;
  }

  /** The JavaScript reader has read this line: tells what it has learnt. */
  learn(line: PerfLine): void {
    if (this.isPaused) return;
    const isCall = line.event === EVENT_RAW_ENTER || line.event === EVENT_RAW_EXIT;
    const isSwitch = line.event === EVENT_SWITCH;
    if (!isCall && !isSwitch && (line.event !== EVENT_OTHER || this.times.baseSeconds < 0)) return;
    const { wasm, writer, calls, readers } = this;
    if (!this.hasBase) {
      this.hasBase = true;
      wasm.forget(this.times.baseSeconds);
    }
    if (isSwitch) addName(wasm, readers.switches, this.bytes);
    const length = this.headLength(line);
    if (!isCall) {
      // Whose line it is does not matter, and the thread may have another name by now.
      const switcher = isSwitch && readers.switches.nameEnd >= 0 ? readers.switches.previous : NO_SWITCHER;
      if (length > 0) wasm.addStranger(this.putHead(line, length), switcher);
      return;
    }
    const { numbersSeen } = calls.names;
    for (; this.knownNumbers < numbersSeen.length; this.knownNumbers++) {
      const number = numbersSeen[this.knownNumbers]!;
      const call = calls.names.callOf(number);
      addCall(wasm, number, call, writer.calls.strings[call]!);
    }
    const thread = writer.knownThread(line.tid);
    if (!this.hasPlace(thread)) return;
    wasm.setHead(thread, length > 0 ? this.putHead(line, length) : 0);
  }

  /** How long the line's name and ids are; 0 where it must not be known by them. */
  private headLength({ start, idsEnd }: PerfLine): number {
    const length = idsEnd - start;
    // Directly before a time, the same bytes would be a thread and a CPU.
    return length > LONGEST_HEAD || isBareCpu(this.bytes, start, idsEnd - 1) ? 0 : length;
  }

  /** The JavaScript reader has read the chain that starts at `start`. */
  learnChain(start: number, { end, lines }: PerfStacks, chain: number): void {
    const { wasm, bytes } = this;
    addChain(wasm, bytes.subarray(start, end), lines, chain, 0);
  }

  /** What is known of the thread's name holds no longer, or the thread has ended. */
  forget(thread: number): void {
    if (this.hasPlace(thread)) this.wasm.setHead(thread, 0);
  }

  protected override forgetLines(): void {
    this.wasm.forget(this.times.baseSeconds);
  }

  /** Puts the line's name and ids there, zeros before them; gives their length. */
  private putHead({ idsEnd }: PerfLine, length: number): number {
    const { wasm, bytes } = this;
    const head = new Uint8Array(wasm.memory.buffer, wasm.NEW_HEAD.value, LONGEST_HEAD);
    head.fill(0, 0, LONGEST_HEAD - length);
    for (let i = length; i > 0; i--) head[LONGEST_HEAD - i] = bytes[idsEnd - i]!;
    return length;
  }
}

/** undefined: not tried yet. */
let ofThread: FastPerf | null | undefined;
