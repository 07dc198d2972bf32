/**
 * What is packed in COMPRESSED records: one stream of Zstandard over all of them (zstd_compress_stream_to_records() in tools/perf/util/zstd.c
 * of Linux), which never ends.
 */
import { ZstdReader } from '../../../source/zstd-reader.js';

/** Bytes that a packed byte may stand for, and so many are let through at any ratio: as of members of archives. */
const MOST_RATIO = 1100;
const FREE_BYTES = 64 * 2 ** 20;

export class Inflater {
  /** Why it cannot go on; '' while it can. */
  fault = '';
  private readonly reader: ZstdReader;
  private packed = 0;
  private given = 0;

  /** `onData` hears of what is unpacked; its memory is used again afterwards. */
  constructor(onData: (block: Uint8Array) => void) {
    this.reader = new ZstdReader((block) => {
      this.given += block.length;
      if (this.given > Math.max(FREE_BYTES, this.packed * MOST_RATIO)) throw new RangeError('it swells without end');
      onData(block);
    });
  }

  /** Nothing follows. */
  end(): void {
    this.reader.close();
  }

  push(bytes: Uint8Array): void {
    this.packed += bytes.length;
    try {
      this.reader.push(bytes);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.fault = error.message;
    }
  }
}
