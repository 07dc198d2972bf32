/**
 * Stretches of a perf.data file to whole records. A record that cannot be one is passed over up to where records follow each other again.
 * Nothing is allocated for a record.
 */
import { RECORD } from './layout.js';

export interface RecordSink {
  /**
   * A record of `size` bytes: its words from w[at] on, in the byte order of this machine, its bytes as they are from bytes[byteAt] on; `offset`: of
   * the file. Words of 64 bits keep the order that they have in the file. Gives how many bytes of no record follow it.
   */
  record(
    type: number,
    misc: number,
    w: Int32Array,
    at: number,
    size: number,
    bytes: Uint8Array,
    byteAt: number,
    offset: number,
  ): number;
  /** The bytes that were said to follow the record before. */
  follow(bytes: Uint8Array, offset: number): void;
  /** `length` bytes from `offset` on are no records. */
  lost(offset: number, length: number): void;
}

/** Where records are put to be read, and what reads usual ones there. */
export interface RecordWindow {
  /** CAPACITY bytes. */
  readonly bytes: Uint8Array;
  /** Reads records of bytes[at, filled); gives where the first begins that is left to the sink. */
  run(at: number, filled: number): number;
}

const CAPACITY = 2 ** 19;
const HEADER = 8;
/** What follows a record and is kept (descriptions of tracepoints); what is longer is passed over (AUXTRACE). */
const MOST_FOLLOWING = 2 ** 26;

export class RecordReader {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly words: Int32Array;
  private readonly swapped: Int32Array | null;
  /** Room for one record. */
  private readonly evenBytes = new Uint8Array(2 ** 16);
  private readonly evenWords = new Int32Array(this.evenBytes.buffer);
  private filled = 0;
  /** Bytes that follow a record: how many are left, and what there is of them. */
  private following = 0;
  private kept: Uint8Array | null = null;
  private lostBytes = 0;

  /** `offset`: where the bytes that are pushed begin in the file. */
  constructor(
    private readonly sink: RecordSink,
    private readonly little: boolean,
    public offset: number,
    private readonly window: RecordWindow | null = null,
  ) {
    this.bytes = window?.bytes ?? new Uint8Array(CAPACITY);
    const { buffer, byteOffset } = this.bytes;
    this.view = new DataView(buffer, byteOffset, CAPACITY);
    this.words = new Int32Array(buffer, byteOffset, CAPACITY >> 2);
    this.swapped = little ? null : new Int32Array(2 ** 14);
  }

  push(block: Uint8Array): void {
    for (let at = 0; at < block.length;) {
      if (this.following > 0) {
        at += this.passOver(block.subarray(at));
        continue;
      }
      const taken = Math.min(block.length - at, CAPACITY - this.filled);
      this.bytes.set(block.subarray(at, at + taken), this.filled);
      this.filled += taken;
      at += taken;
      this.readAll(false);
    }
  }

  /** Nothing follows: gives how many bytes of an unfinished record are left. */
  end(): number {
    if (this.lostBytes > 0) this.readAll(true);
    else if (this.following === 0 && this.chainIn(8, this.filled) > 0) {
      // A size that is wrong ends beyond the end.
      this.lostBytes = 8;
      this.readAll(true, 8);
    }
    const left = this.filled + this.following;
    this.tellLost();
    return left;
  }

  private readAll(last: boolean, from = 0): void {
    let at = from;
    while (this.filled - at >= HEADER) {
      if (this.window !== null && this.lostBytes === 0) {
        const next = this.window.run(at, this.filled);
        this.offset += next - at;
        at = next;
        if (this.filled - at < HEADER) break;
      }
      const size = this.sizeAt(at);
      if (this.lostBytes > 0 && !this.begins(at, last)) {
        if (!last && this.filled - at < 2 ** 16 + HEADER) break;
        this.lostBytes += 8;
        at += 8;
        continue;
      }
      if (!this.isRecord(at) || this.holdsRecords(at, size)) {
        this.lostBytes += 8;
        at += 8;
        continue;
      }
      if (size > this.filled - at) break;
      this.tellLost();
      this.following = this.give(at, size);
      at += size;
      this.offset += size;
      if (this.following === 0) continue;
      this.kept = this.following <= MOST_FOLLOWING ? new Uint8Array(this.following) : null;
      at += this.passOver(this.bytes.subarray(at, this.filled));
      if (this.following > 0) break;
    }
    this.moveDown(Math.min(at, this.filled));
  }

  /** Takes what follows a record: how much of `bytes` that is. */
  private passOver(bytes: Uint8Array): number {
    const taken = Math.min(this.following, bytes.length);
    this.kept?.set(bytes.subarray(0, taken), this.kept.length - this.following);
    this.following -= taken;
    this.offset += taken;
    if (this.following === 0 && this.kept !== null) {
      const whole = this.kept;
      this.kept = null;
      this.sink.follow(whole, this.offset - whole.length);
    }
    return taken;
  }

  private give(at: number, size: number): number {
    const { view, little } = this;
    const type = view.getUint32(at, little);
    const misc = view.getUint16(at + 4, little);
    if (this.swapped === null && (at & 3) === 0)
      return this.sink.record(type, misc, this.words, at >> 2, size, this.bytes, at, this.offset);
    // Records of perf itself have any size, and so what follows one may stand anywhere.
    if (this.swapped === null) {
      this.evenBytes.set(this.bytes.subarray(at, at + size));
      return this.sink.record(type, misc, this.evenWords, 0, size, this.evenBytes, 0, this.offset);
    }
    for (let i = 0; i < size >> 2; i++) this.swapped[i] = view.getInt32(at + i * 4, false);
    return this.sink.record(type, misc, this.swapped, 0, size, this.bytes, at, this.offset);
  }

  private sizeAt(at: number): number {
    return this.view.getUint16(at + 6, this.little);
  }

  /** Whether what stands there can be a record. */
  private isRecord(at: number): boolean {
    const type = this.view.getUint32(at, this.little);
    const size = this.sizeAt(at);
    if (size < HEADER || type === 0 || type > RECORD.LAST) return false;
    return (size & 7) === 0 || type > RECORD.LAST_OF_KERNEL;
  }

  /** Whether a record's size is wrong: where it ends is none, but in it records follow each other. */
  private holdsRecords(at: number, size: number): boolean {
    const next = at + size;
    return next + HEADER <= this.filled && !this.isRecord(next) && this.chainIn(at + 8, next) > 0;
  }

  /** Where two records follow each other, -1 for nowhere. */
  private chainIn(from: number, to: number): number {
    for (let at = from; at + HEADER <= Math.min(to, this.filled); at += 8) if (this.begins(at, false)) return at;
    return -1;
  }

  /** Whether records go on there: one, and another behind it. */
  private begins(at: number, last: boolean): boolean {
    if (!this.isRecord(at)) return false;
    const next = at + this.sizeAt(at);
    return next + HEADER <= this.filled ? this.isRecord(next) : last && next <= this.filled;
  }

  private moveDown(at: number): void {
    if (at === 0) return;
    this.bytes.copyWithin(0, at, this.filled);
    this.filled -= at;
  }

  private tellLost(): void {
    if (this.lostBytes === 0) return;
    this.sink.lost(this.offset, this.lostBytes);
    this.offset += this.lostBytes;
    this.lostBytes = 0;
  }
}
