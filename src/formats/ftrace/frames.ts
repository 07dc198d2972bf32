/**
 * The file that `perfscope record` makes of ftrace's rings: a row of frames, so that what is cut off or damaged costs one frame.
 *
 *   file    8 bytes MAGIC, then frames
 *   frame   u32 MARK, u32 kind, u32 bytes of the content, u32 CRC-32 of the content, u32 CRC-32 of the 16 bytes before, u32 0, the content,
 *           zeros up to a multiple of 8
 *
 * All numbers are little-endian. Contents:
 *
 *   PREAMBLE   JSON (preamble.ts); the first frame
 *   THREADS    JSON: [tid, pid, name] of each thread that is recorded, as it was when the frame was written
 *   PAGE       u32 CPU, u32 0, then a page of the kernel's ring up to the end of what it holds (page.ts)
 *   ROUND      nothing: the ring of each processor was looked at once since the last one
 *   END        JSON (RecordingEnd); the last frame
 */
import { crc32 } from 'node:zlib';

export const MAGIC = Buffer.from('ftrings\n', 'latin1');
const MARK = 0x676e6972;
const HEAD = 24;
const CHECKED = 16;

export const FRAME = { PREAMBLE: 1, THREADS: 2, PAGE: 3, ROUND: 4, END: 5 } as const;
export type FrameKind = (typeof FRAME)[keyof typeof FRAME];
/** Of CPU and page. */
export const PAGE_HEAD = 8;

export interface RecordingEnd {
  /** Events that were overwritten before they were read, since the file was begun. */
  readonly lost: number;
  /** ns of the ring's clock up to which all was read that is there; recorders before it was added do not tell. */
  readonly at?: string;
}

export const FRAME_HEAD = HEAD;

/** A frame of that content, to be written as it is. */
export function frame(kind: FrameKind, content: Uint8Array = new Uint8Array(0)): Uint8Array {
  const bytes = Buffer.alloc(HEAD + content.length + 8);
  bytes.set(content, HEAD);
  return bytes.subarray(0, closeFrame(bytes, 0, kind, content.length));
}

export function jsonFrame(kind: FrameKind, value: unknown): Uint8Array {
  return frame(kind, Buffer.from(JSON.stringify(value), 'utf8'));
}

/** Writes head and padding around the content that stands behind the room for the head, and gives where the next frame begins. */
export function closeFrame(bytes: Buffer, at: number, kind: FrameKind, length: number): number {
  const begin = at + HEAD;
  bytes.writeUInt32LE(MARK, at);
  bytes.writeUInt32LE(kind, at + 4);
  bytes.writeUInt32LE(length, at + 8);
  bytes.writeUInt32LE(crc32(bytes.subarray(begin, begin + length)), at + 12);
  bytes.writeUInt32LE(crc32(bytes.subarray(at, at + CHECKED)), at + CHECKED);
  bytes.writeUInt32LE(0, at + CHECKED + 4);
  const end = begin + length + (-length & 7);
  bytes.fill(0, begin + length, end);
  return end;
}

export interface FrameSink {
  /** A whole frame; `content` is valid until the call returns. `offset`: where it begins in the file. */
  frame(kind: number, content: Uint8Array, offset: number): void;
  /** `length` bytes from `offset` on are no frames. */
  lost(offset: number, length: number): void;
}

export class FrameReader {
  private rest: Uint8Array = new Uint8Array(0);
  private lostFrom = -1;

  /** `offset`: where the bytes that are pushed begin in the file. */
  constructor(
    private readonly sink: FrameSink,
    public offset: number,
  ) {}

  push(block: Uint8Array): void {
    const all = this.rest.length === 0 ? block : Buffer.concat([this.rest, block]);
    const view = new DataView(all.buffer, all.byteOffset, all.byteLength);
    let at = 0;
    while (all.length - at >= HEAD) {
      const isHead =
        view.getUint32(at, true) === MARK &&
        view.getUint32(at + CHECKED, true) === crc32(all.subarray(at, at + CHECKED));
      if (!isHead) {
        at += this.passOver(8);
        continue;
      }
      const length = view.getUint32(at + 8, true);
      const size = HEAD + length + (-length & 7);
      if (size > all.length - at) break;
      const content = all.subarray(at + HEAD, at + HEAD + length);
      if (crc32(content) === view.getUint32(at + 12, true)) {
        this.tellLost();
        this.sink.frame(view.getUint32(at + 4, true), content, this.offset);
        this.offset += size;
      } else this.passOver(size);
      at += size;
    }
    this.rest = all.slice(at);
  }

  /** Nothing follows: gives how many bytes of an unfinished frame are left. */
  end(): number {
    this.tellLost();
    return this.rest.length;
  }

  private passOver(bytes: number): number {
    if (this.lostFrom < 0) this.lostFrom = this.offset;
    this.offset += bytes;
    return bytes;
  }

  private tellLost(): void {
    if (this.lostFrom < 0) return;
    this.sink.lost(this.lostFrom, this.offset - this.lostFrom);
    this.lostFrom = -1;
  }
}
