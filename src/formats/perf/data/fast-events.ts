/** The fast reader of pieces of perf.data and ftrace's rings (kernel/events.ts): what passes between it and PerfDataParser. */
import type { ChunkWriter } from '../../../trace/chunk-writer.js';
import { type ReadTimes, type ReaderExports, WasmReader, readerInstance } from '../../kernel-reader.js';
import { directoryFlag } from '../arguments.js';
import { type CallTable, addCall } from '../call-rules.js';
import { type ColumnExports, addChain, addName, takeColumns } from '../fast-columns.js';
import type { PerfSwitches } from '../switches.js';
import type { PerfDataLayout } from './arranger.js';
import type { PerfDataCalls } from './calls.js';
import { EVENTS_MODULE } from './kernel/events-module.js';

/** What kernel/events.ts exports. */
interface Exports extends ReaderExports, CallTable, ColumnExports {
  forgetNumbers(directoryFlag: number): void;
  setExits(recorded: number): void;
  setRaw(numbered: number): void;
  forgetThreads(): void;
  setThread(tid: number, thread: number): void;
}

/** What the parser has beside its writer. */
interface Readers {
  readonly calls: PerfDataCalls;
  readonly switches: PerfSwitches;
  /** The row has this stack, if its call has none yet. */
  attach(row: number, stack: number): void;
}

/** Bytes of an entry whose exit was not recorded. */
const SHORTEST_CALL = 56;
/** Numbers of calls and of their tracepoints that the kernel has a place for. */
const NUMBERS = 2048;
const NOBODY = -1;

export class FastEvents extends WasmReader<Exports> {
  private readers!: Readers;
  private knownNumbers = 0;

  private constructor(wasm: Exports) {
    super(wasm, SHORTEST_CALL);
  }

  /** The one of this thread, for one parser after the other; null where it cannot run, or is better left out. */
  static ofThread(): FastEvents | null {
    if (ofThread === undefined) {
      const wasm = readerInstance<Exports>(EVENTS_MODULE);
      ofThread = wasm && new FastEvents(wasm);
    }
    return ofThread?.isPromising ? ofThread : null;
  }

  /** A parser begins, whose writer has this room. */
  begin(writer: ChunkWriter, times: ReadTimes, bytes: Uint8Array, readers: Readers, layout: PerfDataLayout): void {
    this.beginWith(writer, times, bytes);
    this.readers = readers;
    this.knownNumbers = 0;
    const { wasm } = this;
    wasm.setExits(Number(layout.exits));
    wasm.setRaw(Number(layout.raw));
    wasm.forgetNumbers(directoryFlag(layout.architecture));
    wasm.forgetNames();
    wasm.forgetChains();
    wasm.forgetThreads();
  }

  override read(p: number): number {
    const stop = super.read(p);
    if (stop > p) takeColumns(this.wasm, this.readers.switches, this.readers.attach);
    return stop;
  }

  /** JavaScript has read an event of the tid. `told`: all that its piece told of the thread before is known. */
  learnThread(tid: number, thread: number, told: boolean): void {
    if (!this.isPaused) this.wasm.setThread(tid, told && this.hasPlace(thread) ? thread : NOBODY);
  }

  /** JavaScript has read an entry or an exit. `index`: of its tracepoint, -1 where it has a number. */
  learnCall(index: number, isEntry: boolean): void {
    const { wasm, writer } = this;
    const { calls } = this.readers;
    const { strings } = writer.calls;
    const { numbersSeen } = calls.names;
    for (; this.knownNumbers < numbersSeen.length; this.knownNumbers++) {
      const number = numbersSeen[this.knownNumbers]!;
      const call = calls.names.callOf(number);
      addCall(wasm, number, call, strings[call]!);
    }
    if (index < 0 || index >= NUMBERS) return;
    const call = calls.ofTracepoint(index, isEntry);
    if (call >= 0) addCall(wasm, index, call, strings[call]!);
  }

  /** JavaScript has read a switch. */
  learnName(): void {
    addName(this.wasm, this.readers.switches, this.bytes);
  }

  /** JavaScript has read a chain of the process, at bytes[from .. to). */
  learnChain(from: number, to: number, pid: number, stack: number): void {
    addChain(this.wasm, this.bytes.subarray(from, to), 0, stack, pid);
  }

  /** The addresses of a process mean something else. */
  forgetChains(): void {
    this.wasm.forgetChains();
  }

  protected override stretchEnd(_: number, most: number): number {
    return Math.min(most, this.bytes.length);
  }

  protected override forgetLines(): void {
    this.wasm.forgetThreads();
  }
}

/** undefined: not tried yet. */
let ofThread: FastEvents | null | undefined;
