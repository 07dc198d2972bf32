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
const LONGEST_HEADER = 18;

export class ZstdFrames {
  /** The largest window that a frame has asked for, bytes. */
  window = 0;
  private readonly head = new Uint8Array(LONGEST_HEADER);
  private readonly fields = new DataView(this.head.buffer);
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
    const { head, have, fields } = this;
    if (have < 5) return;
    const magic = fields.getUint32(0, true);
    if ((magic & ~0xf) >>> 0 === SKIPPABLE) {
      if (have < 8) return;
      this.skip = fields.getUint32(4, true);
      this.have = 0;
      return;
    }
    // The decoder says what it thinks of that.
    if (magic !== MAGIC) {
      this.part = 'unknown';
      return;
    }
    const descriptor = head[4]!;
    const single = (descriptor & 0x20) !== 0;
    const sizeBytes = descriptor >> 6 === 0 ? Number(single) : 1 << (descriptor >> 6);
    const sizeAt = 5 + Number(!single) + [0, 1, 2, 4][descriptor & 3]!;
    if (have < sizeAt + sizeBytes) return;
    const window = single ? this.contentSize(sizeAt, sizeBytes) : windowOf(head[5]!);
    this.window = Math.max(this.window, window);
    this.checksum = (descriptor & 4) !== 0;
    this.part = 'block';
    this.have = 0;
  }

  private contentSize(at: number, bytes: number): number {
    switch (bytes) {
      case 1:
        return this.head[at]!;
      case 2:
        return this.fields.getUint16(at, true) + 256;
      case 4:
        return this.fields.getUint32(at, true);
      default:
        return Number(this.fields.getBigUint64(at, true));
    }
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

function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}
