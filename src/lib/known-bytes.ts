/**
 * Byte strings that come again and again (names, error texts, lines of stacks), kept as words of four bytes, so that a stretch
 * of the input is compared with one of them four bytes at a time. From the end on: what comes again differs there first.
 */
import { grown } from './bytes.js';

/** Shortest string, bytes: one word. */
export const SHORTEST_KNOWN = 4;

export class KnownBytes {
  private lengths = new Int32Array(64);
  private offsets = new Int32Array(64);
  private words = new Int32Array(1024);
  private used = 0;
  private count = 0;

  /** Adds bytes [start, end) of `view`, at least SHORTEST_KNOWN of them; gives their number, counted from 0. */
  add(view: DataView, start: number, end: number): number {
    const id = this.count++;
    if (id === this.lengths.length) {
      this.lengths = grown(this.lengths, id * 2);
      this.offsets = grown(this.offsets, id * 2);
    }
    const needed = this.used + ((end - start) >> 2) + 2;
    if (needed > this.words.length) this.words = grown(this.words, needed * 2);
    this.lengths[id] = end - start;
    this.offsets[id] = this.used;
    for (let p = end - 4; p > start; p -= 4) this.words[this.used++] = view.getInt32(p, true);
    // The first word may overlap the second.
    this.words[this.used++] = view.getInt32(start, true);
    return id;
  }

  get size(): number {
    return this.count;
  }

  length(id: number): number {
    return this.lengths[id];
  }

  /** Whether string `id` stands at `start`. The view must reach that far. */
  same(view: DataView, id: number, start: number): boolean {
    const { words } = this;
    let w = this.offsets[id];
    for (let p = start + this.lengths[id] - 4; p > start; p -= 4)
      if (view.getInt32(p, true) !== words[w++]) return false;
    return view.getInt32(start, true) === words[w];
  }
}
