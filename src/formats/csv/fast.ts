/**
 * The fast reader of CSV: src/formats/csv/kernel, compiled to WebAssembly with SIMD, reads usual records straight into the columns of a
 * ChunkWriter. Here: what passes between it and the JavaScript reader.
 */
import { callTraits } from '../../trace/call-traits.js';
import type { ChunkWriter } from '../../trace/chunk-writer.js';
import { errnoNames, errnoNumber } from '../../trace/errno.js';
import { kindCode } from '../../trace/kinds.js';
import { LINES_MODULE } from './kernel/lines-module.js';
import { type CsvLayout, DUR } from './layout.js';
import { type CsvRow, ERROR_NAME } from './row.js';
import { unitDigits } from './time.js';
import { type ReaderExports, WasmReader, readerInstance } from '../kernel-reader.js';

/** What src/formats/csv/kernel/lines.ts exports. */
interface Exports extends ReaderExports {
  readonly NEW_WORD: WebAssembly.Global;
  readonly COLUMNS: WebAssembly.Global;
  setLayout(fields: number, delimiter: number, starts: number, durations: number, timed: number, tid: number): void;
  setBase(seconds: number): void;
  addCall(number: number, first: number, kind: number, role: number): void;
  addError(code: number): void;
  forgetCalls(): void;
  forgetThreads(): void;
  setThread(tid: number, thread: number): void;
  setName(thread: number, known: number): void;
}

/** Bytes of a record that has little more than a time and a name. */
const SHORTEST_RECORD = 20;
/** Longest name in the tables there, bytes. */
const LONGEST_WORD = 15;
const MOST_FIELDS = 64;
const UNUSED = 31;
/** Bytes that stand in no number and no name. */
const SEPARATORS = [...',\t;|'].map((separator) => separator.charCodeAt(0));

const FILE = kindCode('file');
const SOCKET = kindCode('socket');

export class FastRecords extends WasmReader<Exports> {
  private row!: CsvRow;
  private knownNames = 0;
  private hasBase = false;

  private constructor(wasm: Exports) {
    super(wasm, SHORTEST_RECORD);
    for (const name of errnoNames()) if (ERROR_NAME.test(name) && this.putWord(name)) wasm.addError(errnoNumber(name));
  }

  /** The one of this thread, for one parser after the other; null where it cannot run, or is better left out. */
  static ofThread(): FastRecords | null {
    if (ofThread === undefined) {
      const wasm = readerInstance<Exports>(LINES_MODULE);
      ofThread = wasm && new FastRecords(wasm);
    }
    return ofThread?.isPromising ? ofThread : null;
  }

  /** Whether it reads records of this layout at all. */
  static reads({ columns, delimiter }: CsvLayout): boolean {
    return columns.length > 0 && columns.length <= MOST_FIELDS && SEPARATORS.includes(delimiter);
  }

  /** A parser begins, whose writer has this room. `tid`: of records that tell none. */
  begin(writer: ChunkWriter, row: CsvRow, bytes: Uint8Array, layout: CsvLayout, tid: number): void {
    const { wasm } = this;
    const { columns, delimiter, startUnit, durationUnit } = layout;
    this.beginWith(writer, row, bytes);
    this.row = row;
    this.knownNames = 0;
    this.hasBase = false;
    const meanings = new Uint8Array(wasm.memory.buffer, wasm.COLUMNS.value, columns.length);
    meanings.set(columns.map((column) => (column < 0 ? UNUSED : column)));
    const timed = Number(columns.includes(DUR));
    wasm.setLayout(columns.length, delimiter, unitDigits(startUnit), unitDigits(durationUnit), timed, tid);
    wasm.setBase(-1);
    wasm.forgetCalls();
    this.forgetLines();
  }

  override read(p: number): number {
    return this.hasBase ? super.read(p) : p;
  }

  /** The JavaScript reader has taken a record: tells what it has learnt. */
  learn(): void {
    if (this.isPaused) return;
    const { wasm, row, writer } = this;
    if (!this.hasBase) {
      this.hasBase = true;
      wasm.setBase(row.baseSeconds);
    }
    const { printed, byPrinted } = row;
    for (; this.knownNames < byPrinted.length; this.knownNames++)
      this.addCall(printed.strings[this.knownNames]!, byPrinted[this.knownNames]!);
    const tid = row.threadTid;
    const thread = writer.knownThread(tid);
    const hasPlace = this.hasPlace(thread);
    wasm.setThread(tid, hasPlace ? thread : -1);
    if (hasPlace) wasm.setName(thread, Number(this.putWord(row.nameOfThread(thread) ?? '')));
  }

  protected override forgetLines(): void {
    this.wasm.forgetThreads();
  }

  private addCall(printed: string, call: number): void {
    if (call < 0) return;
    const { first, kind, role } = callTraits(this.writer.calls.strings[call]!);
    // What these do to threads and rows, only the reference knows.
    if (role === 'clone' || role === 'fork' || role === 'exit' || role === 'restart') return;
    const told = kind >= 0 ? kind : role === 'open' ? FILE : role === 'socket' ? SOCKET : -1;
    if (this.putWord(printed)) this.wasm.addCall(call, first, told, 0);
  }

  private putWord(word: string): boolean {
    return word !== '' && this.put(word, this.wasm.NEW_WORD.value, LONGEST_WORD);
  }
}

/** undefined: not tried yet. */
let ofThread: FastRecords | null | undefined;
