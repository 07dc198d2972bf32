/**
 * Goes along the frames of a zstd stream (RFC 8878, 3.1) without decoding them. A frame says how much memory it takes, and four
 * bytes may stand for a block of 128 KB; so whoever decodes wants to know the one before, and of the other a few at a time.
 */

/** Bytes of memory for a frame: what zstd itself gives one that it was not told to trust (its manual, --memory). */
export const LARGEST_WINDOW = 128 * 1024 * 1024;
/** Blocks that begin in one piece. */
const BLOCKS = 32;

const MAGIC = 0xfd2fb528;
/** The lowest four bits are free. */
const SKIPPABLE = 0x184d2a50;
export const LONGEST_HEADER = 18;

export class ZstdFrames {
  /** The largest window that a frame has asked for, bytes. */
  window = 0;
  private readonly head = new Uint8Array(LONGEST_HEADER);
  private have = 0;
  /** Bytes to pass over before the next header. */
  private skip = 0;
  private part: 'frame' | 'block' | 'unknown' = 'frame';
  private checksum = false;

  /** The same bytes, in pieces of few blocks each. Ends early at a frame whose window is too large. */
  *pieces(bytes: Uint8Array): Generator<Uint8Array> {
    let begin = 0;
    let blocks = 0;
    for (let at = 0; at < bytes.length && this.part !== 'unknown';) {
      if (this.skip > 0) {
        const passed = Math.min(this.skip, bytes.length - at);
        this.skip -= passed;
        at += passed;
        continue;
      }
      this.head[this.have++] = bytes[at++]!;
      if (this.part === 'frame') this.readFrame();
      else if (this.readBlock() && ++blocks === BLOCKS) {
        yield bytes.subarray(begin, at);
        [begin, blocks] = [at, 0];
      }
      if (this.window > LARGEST_WINDOW) return;
    }
    if (begin < bytes.length) yield bytes.subarray(begin);
  }

  private readFrame(): void {
    const header = readFrameHeader(this.head, this.have);
    if (header === null) return;
    if (header.what === 'skippable') this.skip = header.bytes;
    else if (header.what === 'frame') {
      this.window = Math.max(this.window, header.window);
      this.checksum = header.checksum;
    }
    // What is unknown the decoder says what it thinks of.
    if (header.what !== 'skippable') this.part = header.what === 'frame' ? 'block' : 'unknown';
    this.have = 0;
  }

  /** Whether a block begins. */
  private readBlock(): boolean {
    if (this.have < 3) return false;
    const header = this.head[0]! | (this.head[1]! << 8) | (this.head[2]! << 16);
    const [last, repeats, size] = [(header & 1) === 1, ((header >> 1) & 3) === 1, header >> 3];
    this.skip = (repeats ? 1 : size) + (last && this.checksum ? 4 : 0);
    if (last) this.part = 'frame';
    this.have = 0;
    return true;
  }
}

/** What the header of a frame says. `window`: bytes of memory that it takes; `bytes`: to pass over. */
export type FrameHeader =
  | { readonly what: 'frame'; readonly window: number; readonly checksum: boolean; readonly dictionary: boolean }
  | { readonly what: 'skippable'; readonly bytes: number }
  | { readonly what: 'unknown' };

/** Of the first `have` bytes of a frame, of a header's length at most; null where more are needed. */
export function readFrameHeader(head: Uint8Array, have: number): FrameHeader | null {
  if (have < 5) return null;
  const fields = new DataView(head.buffer, head.byteOffset);
  const magic = fields.getUint32(0, true);
  if ((magic & ~0xf) >>> 0 === SKIPPABLE)
    return have < 8 ? null : { what: 'skippable', bytes: fields.getUint32(4, true) };
  if (magic !== MAGIC) return { what: 'unknown' };
  const descriptor = head[4]!;
  const single = (descriptor & 0x20) !== 0;
  const sizeBytes = descriptor >> 6 === 0 ? Number(single) : 1 << (descriptor >> 6);
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!;
  const sizeAt = 5 + Number(!single) + dictionaryBytes;
  if (have < sizeAt + sizeBytes) return null;
  const window = single ? contentSize(fields, sizeAt, sizeBytes) : windowOf(head[5]!);
  return { what: 'frame', window, checksum: (descriptor & 4) !== 0, dictionary: dictionaryBytes > 0 };
}

function contentSize(fields: DataView, at: number, bytes: number): number {
  switch (bytes) {
    case 1:
      return fields.getUint8(at);
    case 2:
      return fields.getUint16(at, true) + 256;
    case 4:
      return fields.getUint32(at, true);
    default:
      return Number(fields.getBigUint64(at, true));
  }
}

function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}
