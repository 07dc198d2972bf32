/**
 * The fast reader of strace lines: src/formats/strace/kernel, compiled to WebAssembly with SIMD, reads the usual lines straight into the
 * columns of a ChunkWriter, and leaves each line of another shape to the JavaScript reader, which knows all of them. So the
 * outcome is the same with and without it; where WebAssembly's SIMD is missing, it is not used. Here: what passes between the two.
 */
import { ROLES, callTraits } from '../../trace/call-traits.js';
import type { ChunkWriter } from '../../trace/chunk-writer.js';
import { errnoNames, errnoNumber } from '../../trace/errno.js';
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
  forgetThreads(): void;
  setThread(tid: number, thread: number): void;
  setTold(thread: number): void;
  setNaming(named: number, unnamedThread: number): void;
  setClock(kind: number, base: number, second: number): void;
  ownerOf(): number;
}

/** Numbers of the clocks in src/formats/strace/kernel/leader.ts. */
const CLOCKS: readonly StraceClock['kind'][] = ['none', 'epoch', 'day', 'relative'];
const DAY = 86_400;
/** Longest name in the tables there, bytes. */
const LONGEST_WORD = 15;
/** Bytes a line has at least on average; a chunk of shorter ones is finished without. */
const SHORTEST_LINE = 32;

export class FastLines extends WasmReader<Exports> {
  private clock!: StraceClock;
  private threads!: LineThreads;
  private calls!: CallReader;
  private knownCalls = 0;
  private named: boolean | null = null;

  private constructor(wasm: Exports) {
    super(wasm, SHORTEST_LINE);
    for (const name of errnoNames()) if (this.putWord(name)) wasm.addError(errnoNumber(name));
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
    this.wasm.forgetCalls();
    this.wasm.forgetThreads();
  }

  override read(p: number): number {
    const stop = super.read(p);
    if (stop > p) this.calls.owner = this.wasm.ownerOf();
    return stop;
  }

  /** The JavaScript reader has read a line: tells what it has learnt. */
  learn(): void {
    const { wasm, writer, clock, threads } = this;
    const names = writer.calls.strings;
    for (; this.knownCalls < names.length; this.knownCalls++) this.addCall(this.knownCalls, names[this.knownCalls]!);
    if (threads.named !== this.named) {
      this.named = threads.named;
      wasm.forgetThreads();
    }
    const thread = writer.knownThread(threads.tid >= 0 ? threads.tid : threads.defaultTid);
    if (threads.tid >= 0) wasm.setThread(threads.tid, thread);
    if (this.hasPlace(thread) && writer.threads[thread]!.pid >= 0) wasm.setTold(thread);
    const { named } = this;
    wasm.setNaming(named === null ? -1 : Number(named), named === false ? writer.knownThread(threads.defaultTid) : -1);
    const second = clock.lastSecond;
    if (clock.kind === 'day') wasm.setClock(2, (second - clock.baseSeconds) * 1e9, ((second % DAY) + DAY) % DAY);
    else wasm.setClock(CLOCKS.indexOf(clock.kind), clock.baseSeconds, 0);
  }

  /** Always: of lines with stacks between them it reads one a call, which is still no dearer than reading it here. */
  protected override isWorth(): boolean {
    return true;
  }

  protected override forgetLines(): void {
    this.named = null;
    this.wasm.forgetThreads();
  }

  private addCall(number: number, name: string): void {
    const { first, kind, role } = callTraits(name);
    if (this.putWord(name)) this.wasm.addCall(number, first, kind, ROLES.indexOf(role));
  }

  private putWord(word: string): boolean {
    return this.put(word, this.wasm.NEW_WORD.value, LONGEST_WORD);
  }
}

/** undefined: not tried yet. */
let ofThread: FastLines | null | undefined;
