/**
 * The fast reader of strace lines: src/wasm/strace, compiled to WebAssembly with SIMD, reads the usual lines straight into the
 * columns of a ChunkWriter, and leaves each line of another shape to the JavaScript reader, which knows all of them. So the
 * outcome is the same with and without it; where WebAssembly's SIMD is missing, it is not used. Here: what passes between the two.
 */
import { ROLES, callTraits } from '../trace/call-traits.js';
import type { ChunkRoom, ChunkWriter } from '../trace/chunk-writer.js';
import { errnoNames, errnoNumber } from '../trace/errno.js';
import { LINES_MODULE } from '../wasm/strace/lines-module.js';
import { LF } from './bytes.js';
import type { CallReader } from './strace-calls.js';
import type { StraceClock } from './strace-clock.js';
import type { LineThreads } from './strace-threads.js';

/** As much of the global object as is used here: Node's types leave it out. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { exports: unknown };
};
interface Constant {
  readonly value: number;
}

/** What src/wasm/strace/lines.ts exports. In capitals: addresses and sizes. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly TEXT: Constant;
  readonly WINDOW: Constant;
  readonly PENDING: Constant;
  readonly SEEN: Constant;
  readonly THREADS: Constant;
  readonly NEW_WORD: Constant;
  layOut(rows: number): number;
  addCall(number: number, first: number, kind: number, role: number): void;
  addError(code: number): void;
  forgetCalls(): void;
  forgetThreads(): void;
  setThread(tid: number, thread: number): void;
  setNaming(named: number, unnamedThread: number): void;
  setClock(kind: number, base: number, second: number): void;
  run(from: number, to: number, rows: number, nowNs: number): number;
  rowsOf(): number;
  linesOf(): number;
  ownerOf(): number;
  nowOf(): number;
  hasDurations(): number;
}

/** Numbers of the clocks in src/wasm/strace/leader.ts. */
const CLOCKS: readonly StraceClock['kind'][] = ['none', 'epoch', 'day', 'relative'];
const DAY = 86_400;
/** Longest name in the tables there, bytes. */
const LONGEST_WORD = 15;
/** Bytes a line has at least on average; a chunk of shorter ones is finished without. */
const SHORTEST_LINE = 32;
/** The thread keeps the room of so many rows at most: 36 MB. */
const MOST_ROWS = 2 ** 20;
const LEAST_ROWS = 2 ** 10;

export class FastLines {
  private writer!: ChunkWriter;
  private clock!: StraceClock;
  private threads!: LineThreads;
  private calls!: CallReader;
  private capacity = 0;
  private columns: ChunkRoom['columns'] | null = null;
  private knownCalls = 0;
  private named: boolean | null = null;
  private bytes: Uint8Array = new Uint8Array(0);
  /** The stretch of `bytes` that lies there. */
  private from = 0;
  private to = 0;

  private constructor(private readonly wasm: Exports) {
    for (const name of errnoNames()) if (this.putWord(name)) wasm.addError(errnoNumber(name));
  }

  /** The one of this thread, for one parser after the other; null where it cannot run. */
  static ofThread(): FastLines | null {
    if (ofThread === undefined) {
      const wasm = load();
      ofThread = wasm && new FastLines(wasm);
    }
    return ofThread;
  }

  /** Room for the rows of `bytes` bytes of text; valid until the next call. */
  room(bytes: number): ChunkRoom {
    const { wasm } = this;
    const rows = Math.min(MOST_ROWS, Math.max(LEAST_ROWS, 2 ** Math.ceil(Math.log2(bytes / SHORTEST_LINE))));
    if (rows > this.capacity) {
      this.columns = this.layOut(rows);
      this.capacity = rows;
    } else {
      const used = Math.min(this.writer.rows, this.capacity);
      const { result, errno, kind, variant, flags } = this.columns!;
      for (const column of [result, errno, kind, variant, flags]) column.fill(0, 0, used);
    }
    const { buffer } = wasm.memory;
    const threads = wasm.THREADS.value;
    return {
      capacity: this.capacity,
      columns: { ...this.columns!, stack: null },
      pending: new Int32Array(buffer, wasm.PENDING.value, threads),
      seen: new Uint8Array(buffer, wasm.SEEN.value, threads),
    };
  }

  /** A parser begins, whose writer has this room. */
  begin(writer: ChunkWriter, clock: StraceClock, threads: LineThreads, calls: CallReader): void {
    this.writer = writer;
    this.clock = clock;
    this.threads = threads;
    this.calls = calls;
    this.knownCalls = 0;
    this.named = null;
    this.wasm.forgetCalls();
    this.wasm.forgetThreads();
  }

  /** Sets the text that the following positions are of. */
  use(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.to = 0;
  }

  /** Reads usual lines from `p` on; gives the position of the first other one, or of the text's end. */
  read(p: number): number {
    const { wasm, writer, clock, calls } = this;
    if (!writer.inRoom || (p >= this.to && !this.load(p))) return p;
    const stop = wasm.run(p - this.from, this.to - this.from, writer.rows, clock.now);
    if (stop === p - this.from) return p;
    writer.lines += wasm.linesOf();
    writer.rows = wasm.rowsOf();
    writer.hasDurations ||= wasm.hasDurations() !== 0;
    clock.now = wasm.nowOf();
    calls.owner = wasm.ownerOf();
    return this.from + stop;
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
    if (threads.tid >= 0) wasm.setThread(threads.tid, writer.knownThread(threads.tid));
    const { named } = this;
    wasm.setNaming(named === null ? -1 : Number(named), named === false ? writer.knownThread(threads.defaultTid) : -1);
    const second = clock.lastSecond;
    if (clock.kind === 'day') wasm.setClock(2, (second - clock.base) * 1e9, ((second % DAY) + DAY) % DAY);
    else wasm.setClock(CLOCKS.indexOf(clock.kind), clock.base, 0);
  }

  /** Puts the lines at `p` there; false when there is none of such a length. */
  private load(p: number): boolean {
    const { bytes, wasm } = this;
    const end = bytes.lastIndexOf(LF, p + wasm.WINDOW.value - 1) + 1;
    if (end <= p) return false;
    new Uint8Array(wasm.memory.buffer, wasm.TEXT.value).set(bytes.subarray(p, end));
    this.from = p;
    this.to = end;
    return true;
  }

  private addCall(number: number, name: string): void {
    const { first, kind, role } = callTraits(name);
    if (this.putWord(name)) this.wasm.addCall(number, first, kind, ROLES.indexOf(role));
  }

  private putWord(word: string): boolean {
    if (word.length > LONGEST_WORD) return false;
    const at = new Uint8Array(this.wasm.memory.buffer, this.wasm.NEW_WORD.value, LONGEST_WORD + 1);
    for (let i = 0; i < at.length; i++) at[i] = i < word.length ? word.charCodeAt(i) : 0;
    return true;
  }

  private layOut(rows: number): ChunkRoom['columns'] {
    let at = this.wasm.layOut(rows);
    const { buffer } = this.wasm.memory;
    const column = <T>(Type: { new (buffer: ArrayBuffer, at: number, rows: number): T; BYTES_PER_ELEMENT: number }) => {
      const view = new Type(buffer, at, rows);
      at += rows * Type.BYTES_PER_ELEMENT;
      return view;
    };
    return {
      start: column(Float64Array),
      duration: column(Float64Array),
      thread: column(Uint32Array),
      descriptor: column(Int32Array),
      result: column(Int32Array),
      call: column(Uint16Array),
      cpu: column(Uint16Array),
      errno: column(Uint8Array),
      kind: column(Uint8Array),
      variant: column(Uint8Array),
      flags: column(Uint8Array),
      stack: null,
    };
  }
}

/** undefined: not tried yet. */
let ofThread: FastLines | null | undefined;

/** An instance of the compiled module; null where it cannot run. */
function load(): Exports | null {
  try {
    const module = new WebAssembly.Module(Buffer.from(LINES_MODULE, 'base64'));
    return new WebAssembly.Instance(module).exports as Exports;
  } catch {
    return null;
  }
}
