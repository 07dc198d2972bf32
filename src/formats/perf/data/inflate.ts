/**
 * What is packed in COMPRESSED records: one stream of Zstandard over all of them (zstd_compress_stream_to_records() in tools/perf/util/zstd.c
 * of Linux), which never ends.
 */
import type { Decompress } from 'fzstd';
import { LARGEST_WINDOW, ZstdFrames } from '../../../source/zstd-frames.js';

/** Bytes that a packed byte may stand for, and so many are let through at any ratio: as of members of archives. */
const MOST_RATIO = 1100;
const FREE_BYTES = 64 * 2 ** 20;

export class Inflater {
  /** Why it cannot go on; '' while it can. */
  fault = '';
  private readonly engine: Decompress;
  private readonly frames = new ZstdFrames();
  private packed = 0;
  private given = 0;

  constructor(make: new (onData: (block: Uint8Array) => void) => Decompress, onData: (block: Uint8Array) => void) {
    this.engine = new make((block) => {
      this.given += block.length;
      if (block.length > 0 && this.fault === '') onData(block);
    });
  }

  push(bytes: Uint8Array): void {
    this.packed += bytes.length;
    for (const piece of this.frames.pieces(bytes)) {
      if (this.fault !== '') return;
      try {
        this.engine.push(piece.slice(), false);
      } catch (error) {
        this.fault = error instanceof Error ? error.message : String(error);
      }
      if (this.given > Math.max(FREE_BYTES, this.packed * MOST_RATIO)) this.fault = 'it swells without end';
    }
    if (this.frames.window > LARGEST_WINDOW) this.fault = 'it asks for too much memory';
  }
}
