/** Writes events of events.ts into pieces, each into a buffer of its own. */
import type { Mapping } from './address-space.js';
import * as e from './events.js';

export interface FilledPiece {
  readonly buffer: SharedArrayBuffer;
  /** Bytes used. */
  readonly length: number;
}

export class PieceWriter {
  /** Pieces that are full. */
  filled: FilledPiece[] = [];
  private buffer: SharedArrayBuffer | null = null;
  private words: Int32Array = new Int32Array(0);
  private bytes: Uint8Array = new Uint8Array(0);
  private doubles: Float64Array = new Float64Array(0);
  private used = 0;
  private begun = 0;

  /** `supply`: buffers of `pieceBytes`; `begin`: writes what a new piece must know. */
  constructor(
    private readonly pieceBytes: number,
    private readonly supply: () => SharedArrayBuffer,
    private readonly begin: (piece: PieceWriter) => void,
  ) {}

  /** A copy of the event at from[at]. */
  copy(from: Int32Array, at: number): void {
    const size = from[at] >>> 8;
    const to = this.room(size);
    const { words } = this;
    for (let i = 0; i < size; i++) words[to + i] = from[at + i];
  }

  /** Copies of the events from[at] up to from[end]. */
  copyAll(from: Int32Array, at: number, end: number): void {
    if (this.used + end - at <= this.words.length) {
      this.words.set(from.subarray(at, end), this.used);
      this.used += end - at;
      return;
    }
    for (let p = at; p < end; p += from[p] >>> 8) this.copy(from, p);
  }

  name(tid: number, name: string): void {
    const text = Buffer.from(name, 'utf8');
    const at = this.add(e.NAME, e.TEXT + e.even((text.length + 3) >> 2), tid, tid);
    this.words[at + e.TEXT_BYTES] = text.length;
    this.bytes.set(text, (at + e.TEXT) * 4);
  }

  mapping(pid: number, { begin, end, offset, path }: Mapping): void {
    const text = Buffer.from(path, 'utf8');
    const at = this.add(e.MAPPING, e.MAP_PATH + e.even((text.length + 3) >> 2), pid, pid);
    this.doubles[(at + e.MAP_BEGIN) >> 1] = begin;
    this.doubles[(at + e.MAP_END) >> 1] = end;
    this.doubles[(at + e.MAP_OFFSET) >> 1] = offset;
    this.words[at + e.MAP_PATH_BYTES] = text.length;
    this.bytes.set(text, (at + e.MAP_PATH) * 4);
  }

  /** Records that are no event: NOTICE or SKIPPED. */
  count(kind: number, records: number): void {
    const at = this.add(kind, e.COUNT_WORDS, 0, 0);
    this.words[at + e.COUNT] = records;
  }

  /** Ends the piece that is being written. */
  finish(): void {
    if (this.buffer === null) return;
    if (this.used > this.begun) this.filled.push({ buffer: this.buffer, length: this.used * 4 });
    this.buffer = null;
    this.words = new Int32Array(0);
    this.used = 0;
  }

  private add(kind: number, size: number, tid: number, pid: number): number {
    const at = this.room(size);
    this.words.fill(0, at, at + size);
    this.words[at] = kind | (size << 8);
    this.words[at + 1] = tid;
    this.words[at + 2] = pid;
    return at;
  }

  private room(size: number): number {
    if (this.used + size > this.words.length) this.makeRoom(size);
    const at = this.used;
    this.used += size;
    return at;
  }

  private makeRoom(size: number): void {
    // What a piece begins with may be larger than the piece.
    const isBeginning = this.buffer !== null && this.begun < 0;
    if (isBeginning) return this.take(new SharedArrayBuffer((this.words.length + size) * 8), this.used);
    this.finish();
    this.take(this.supply(), 0);
    this.begun = -1;
    this.begin(this);
    this.begun = this.used;
    if (this.used + size > this.words.length)
      this.take(new SharedArrayBuffer((this.used + size) * 4 + this.pieceBytes), this.used);
  }

  /** Goes on in another buffer, which keeps the words so far. */
  private take(buffer: SharedArrayBuffer, used: number): void {
    const words = new Int32Array(buffer, 0, (buffer.byteLength >> 3) * 2);
    words.set(this.words.subarray(0, used));
    this.buffer = buffer;
    this.words = words;
    this.bytes = new Uint8Array(buffer);
    this.doubles = new Float64Array(buffer, 0, words.length >> 1);
  }
}
