/**
 * Names of calls to numbers. Behind the interner's exact table stands a small cache: the eight bytes from the name on
 * choose a slot, the slot names a call, and the call's own bytes, `(` included, are compared word by word. So a name that
 * was seen before costs a few loads instead of a hash over its bytes.
 */
import { type ByteInterner, HASH_SEED, type LineScanner, hashStep } from './bytes.js';
import { isNameByte } from './strace-leader.js';

const SLOTS = 1024;
/** Words a name may have to be cached: 24 bytes with its parenthesis. */
const WORDS = 6;
/** Calls that are cached; Linux has fewer than 500. */
const MAX_CACHED = 1024;

export class CallNames {
  /** Position behind the name last read. */
  end = 0;
  private view: DataView = new DataView(new ArrayBuffer(0));
  /** Bytes from here on are too near the end for whole words. */
  private limit = 0;
  /** Per slot: number of the call + 1. */
  private readonly slots = new Int16Array(SLOTS);
  /** Per call: its words, the last one overlapping the one before, and the length of the name. */
  private readonly words = new Int32Array(MAX_CACHED * WORDS);
  private readonly lengths = new Uint8Array(MAX_CACHED);

  constructor(private readonly names: ByteInterner) {}

  /** Sets the text that the following names are of. */
  use(scanner: LineScanner): void {
    this.view = scanner.view;
    this.limit = scanner.bytes.length - WORDS * 4;
  }

  /** Number of the name at `start` and its parenthesis, -1 when there is none; `end` is behind the name. */
  read(bytes: Uint8Array, start: number): number {
    if (start >= this.limit) return this.readAny(bytes, start);
    const { view } = this;
    const first = view.getInt32(start, true);
    const hash = Math.imul(first, 0x9e3779b1) ^ Math.imul(view.getInt32(start + 4, true), 0x85ebca6b);
    const slot = (hash >>> 20) & (SLOTS - 1);
    const call = this.slots[slot] - 1;
    if (call >= 0 && this.same(call, start, first)) {
      this.end = start + this.lengths[call];
      return call;
    }
    return this.remember(this.readAny(bytes, start), start, slot);
  }

  private same(call: number, start: number, first: number): boolean {
    const { view, words } = this;
    const last = start + this.lengths[call] - 3;
    let w = call * WORDS;
    if (words[w] !== first) return false;
    for (let p = start + 4; p < last; p += 4) if (view.getInt32(p, true) !== words[++w]) return false;
    return view.getInt32(last, true) === words[w + 1];
  }

  private readAny(bytes: Uint8Array, start: number): number {
    let p = start;
    let hash = HASH_SEED;
    let c = bytes[p];
    while (isNameByte(c)) {
      hash = hashStep(hash, c);
      c = bytes[++p];
    }
    this.end = p;
    return c === 40 /* ( */ ? this.names.intern(bytes, start, p, hash) : -1;
  }

  private remember(call: number, start: number, slot: number): number {
    const length = this.end - start;
    // With its parenthesis the name must fill at least one word, and leave room for the overlapping one.
    if (call < 0 || call >= MAX_CACHED || length < 3 || length > WORDS * 4 - 5) return call;
    if (this.lengths[call] === 0) {
      this.lengths[call] = length;
      let w = call * WORDS;
      for (let p = start; p < start + length - 3; p += 4) this.words[w++] = this.view.getInt32(p, true);
      if (w === call * WORDS) this.words[w++] = this.view.getInt32(start, true);
      this.words[w] = this.view.getInt32(start + length - 3, true);
    }
    this.slots[slot] = call + 1;
    return call;
  }
}
