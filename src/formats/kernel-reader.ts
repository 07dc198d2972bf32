/**
 * What the drivers of readers in WebAssembly (src/wasm) share: an instance of a compiled module, columns in its memory that a
 * ChunkWriter fills, and the text, which is put there stretch by stretch. Each line that the module leaves is read by the
 * JavaScript reader of the format, which knows all shapes and is the reference.
 */
import type { ChunkRoom, ChunkWriter, WrittenColumns } from '../trace/chunk-writer.js';
import { LF } from '../lib/bytes.js';
import { wasmInstance } from '../lib/wasm-instance.js';

/** What every module exports. In capitals: addresses and sizes. */
export interface ReaderExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly TEXT: WebAssembly.Global;
  readonly WINDOW: WebAssembly.Global;
  readonly PENDING: WebAssembly.Global;
  readonly SEEN: WebAssembly.Global;
  readonly THREADS: WebAssembly.Global;
  layOut(rows: number): number;
  /** Reads usual lines of the text [from, to); gives where the first other one begins. */
  run(from: number, to: number, rows: number, lastNs: number): number;
  rowsOf(): number;
  linesOf(): number;
  lastNsOf(): number;
  hasDurations(): number;
}

/** The times of a chunk so far: seconds of time 0, -1 before the first record, and ns since then of the latest. */
export interface ReadTimes {
  baseSeconds: number;
  lastNs: number;
}

/** The thread keeps the room of so many rows at most: 36 MB. */
const MOST_ROWS = 2 ** 20;
const LEAST_ROWS = 2 ** 10;
/**
 * Calls of the module after which it is asked whether it is worth them; lines that it is not called for if not, at first. It has to have
 * seen each of a machine's threads once.
 */
const TRIAL = 512;
const PAUSE = 1024;
/** A chunk of which the module reads less than this share of the lines is better read without; so, it is thought, are some more. */
const LEAST_SHARE = 1 / 8;
const CHUNKS_WITHOUT = 7;
/** Lines of a chunk that tells anything. */
const MANY_LINES = 1000;

/** An instance of a reader's module; null where it cannot run. */
export function readerInstance<E extends ReaderExports>(module: string): E | null {
  try {
    return wasmInstance<E>(module);
  } catch {
    return null;
  }
}

export abstract class WasmReader<E extends ReaderExports> {
  protected writer!: ChunkWriter;
  protected times!: ReadTimes;
  private capacity = 0;
  private columns: WrittenColumns | null = null;
  protected bytes: Uint8Array = new Uint8Array(0);
  /** The stretch of `bytes` that lies there. */
  private from = 0;
  private to = 0;
  /** Calls since the last trial, and lines that they read; lines for which there is none. */
  private called = 0;
  private taken = 0;
  private pause = 0;
  private nextPause = PAUSE;
  /** Lines read of the chunk; chunks that are to be read without. */
  private takenOfChunk = 0;
  private without = 0;

  /** `shortest`: bytes a line of a row has at least on average; a chunk of shorter ones is finished without. */
  protected constructor(
    protected readonly wasm: E,
    private readonly shortest: number,
  ) {}

  /** Whether the next chunk is to be read with it, as the last one suggests. */
  protected get isPromising(): boolean {
    if (this.without > 0) {
      this.without--;
      return this.without === 0;
    }
    const lines = this.capacity === 0 ? 0 : this.writer.lines;
    if (lines < MANY_LINES || this.takenOfChunk >= lines * LEAST_SHARE) return true;
    this.without = CHUNKS_WITHOUT;
    return false;
  }

  /** Room for the rows of `bytes` bytes of text; valid until the next call. */
  room(bytes: number): ChunkRoom {
    const { wasm } = this;
    const rows = Math.min(MOST_ROWS, Math.max(LEAST_ROWS, 2 ** Math.ceil(Math.log2(bytes / this.shortest))));
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
      columns: asWritten(this.columns!),
      pending: new Int32Array(buffer, wasm.PENDING.value, threads),
      seen: new Uint8Array(buffer, wasm.SEEN.value, threads),
    };
  }

  /** A parser begins, whose writer has this room, with this text, which ends with a line feed. */
  protected beginWith(writer: ChunkWriter, times: ReadTimes, bytes: Uint8Array): void {
    this.writer = writer;
    this.times = times;
    this.bytes = bytes;
    this.to = 0;
    this.called = 0;
    this.taken = 0;
    this.pause = 0;
    this.nextPause = PAUSE;
    this.takenOfChunk = 0;
  }

  /** Reads usual lines from `p` on; gives the position of the first other one, or of the text's end. */
  read(p: number): number {
    const { wasm, writer, times } = this;
    if (!this.isWorth() || !writer.inRoom || (p >= this.to && !this.load(p))) return p;
    const at = p - this.from;
    const stop = wasm.run(at, this.to - this.from, writer.rows, times.lastNs);
    this.called++;
    if (stop === at) return p;
    const lines = wasm.linesOf();
    this.taken += lines;
    this.takenOfChunk += lines;
    writer.lines += lines;
    writer.rows = wasm.rowsOf();
    writer.hasDurations ||= wasm.hasDurations() !== 0;
    times.lastNs = wasm.lastNsOf();
    return this.from + stop;
  }

  /** Whether it reads several lines a call: there are texts without any usual line, and such with a call chain behind each. */
  protected isWorth(): boolean {
    if (this.pause > 0) {
      this.pause--;
      return false;
    }
    if (this.called < TRIAL) return true;
    if (this.taken <= this.called) {
      this.pause = this.nextPause;
      this.nextPause *= 2;
      this.forgetLines();
    }
    this.called = 0;
    this.taken = 0;
    return this.pause === 0;
  }

  /** Whether the module has a place for the thread; not for -1. */
  protected hasPlace(thread: number): boolean {
    return thread >= 0 && thread < this.wasm.THREADS.value;
  }

  /** What JavaScript learns from lines need not be told now. */
  protected get isPaused(): boolean {
    return this.pause > 0;
  }

  /** Forgets whatever another line could change. */
  protected abstract forgetLines(): void;

  /** Where in the text stands what stands `at` in the module's text. */
  protected placeOf(at: number): number {
    return this.from + at;
  }

  /** Where the last line ends that does so before `most`. */
  protected stretchEnd(_: number, most: number): number {
    return this.bytes.lastIndexOf(LF, most - 1) + 1;
  }

  /** Puts the lines at `p` there; false when there is none of such a length. */
  private load(p: number): boolean {
    const { bytes, wasm } = this;
    const end = this.stretchEnd(p, p + wasm.WINDOW.value);
    if (end <= p) return false;
    new Uint8Array(wasm.memory.buffer, wasm.TEXT.value).set(bytes.subarray(p, end));
    this.from = p;
    this.to = end;
    return true;
  }

  /** Writes `text`, at most `length` bytes of ASCII without zeros, to `address`, zeros behind it; false when it is no such text. */
  protected put(text: string, address: number, length: number): boolean {
    if (text.length > length) return false;
    const at = new Uint8Array(this.wasm.memory.buffer, address, length + 1).fill(0);
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code === 0 || code > 127) return false;
      at[i] = code;
    }
    return true;
  }

  private layOut(rows: number): WrittenColumns {
    let at = this.wasm.layOut(rows);
    const { buffer } = this.wasm.memory;
    const column = <T>(Type: { new (buffer: ArrayBuffer, at: number, rows: number): T; BYTES_PER_ELEMENT: number }) => {
      const view = new Type(buffer, at, rows);
      at += rows * Type.BYTES_PER_ELEMENT;
      return view;
    };
    return asWritten({
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
    });
  }
}

/** A new object whose properties come as in those that a ChunkWriter makes: so the code that fills either sees one shape. */
function asWritten(columns: WrittenColumns): WrittenColumns {
  const { start, duration, call, thread, errno, kind, variant, flags, descriptor, result, cpu } = columns;
  return { start, duration, call, thread, errno, kind, variant, flags, descriptor, result, cpu, stack: null };
}
