/**
 * What can follow an occurrence, prepared once for the whole text. A tail is a frequent episode of at most `longest` calls;
 * whether an occurrence that ends at position e can be continued by it depends on the next `longest * (maxGap + 1)` calls
 * alone, so tails are listed per distinct window of that many calls, each with the earliest position at which it can end.
 * One walk over an episode's occurrences and their lists then gives the supports of all its extensions by 1 to `longest`
 * calls, without an occurrence list for any of them. What comes after a frequent episode's first calls is frequent by
 * itself, so nothing is missed.
 *
 * The earliest ends rise with e: were the end after a later e' earlier, the two ways would cross, and the first could go on
 * as the second does. Taking each occurrence that begins after the last one taken ended is therefore right here too.
 */
import { type TailsKernel, tailsKernel } from './tails-kernel.js';
import type { EpisodeTree } from './tree.js';
import type { Windows } from './windows.js';

/** A window is a set of positions in one word, whose lowest bit is the position that it follows. */
export const LONGEST_WINDOW = 30;
/** Positions of one stretch: with a window they fit in 15 bits. */
const STRETCH = 30_000;
const FARTHEST = 32_767;
/** Tails in a block, bytes of its state and of an entry of a list: see tails.wat. */
const LANES = 8;
const BLOCK_BYTES = 64;
const ENTRY_BYTES = 12;
/** What WebAssembly memory grows by, bytes. */
const PAGE = 65_536;

export class TailTable {
  /** Tail t is node t - 1 of the tree it was made of, 0 the empty one. Its extensions are those in (t, behind[t]). */
  readonly behind: Int32Array;
  readonly symbol: Int32Array;
  private readonly kernel: TailsKernel;
  /** All of the kernel's memory; replaced whenever it grows. */
  private bytes = new Uint8Array(0);
  private halves = new Int16Array(0);
  private words = new Int32Array(0);
  /** Row of a tail in `children`, 0 for the longest, which have none. */
  private readonly rows: Int32Array;
  private readonly children: Int32Array;
  private readonly width: number;
  /** Where things are in the kernel's memory, bytes. */
  private readonly starts: number;
  private readonly listAt: number;
  private readonly state: number;
  private readonly stateEnd: number;
  private used: number;
  /** Where the list being made begins; and per block, where its entry in the last list that has one is. */
  private list = 0;
  private readonly entryOf: Int32Array;
  /**
   * Per tail, its place among the counters. Places are given in the order of the windows, the most frequent ones first,
   * so that what occurs together is together, and lists have few blocks.
   */
  private readonly lane: Int32Array;
  private lanes = 1;
  /** Per call, its positions in the window being listed; and the calls in it. */
  private readonly masks: Int32Array;
  private readonly inWindow: Int32Array;

  /**
   * `tree`: all frequent episodes of at most `longest` calls, in preorder, siblings by rising symbol. `text`: symbols
   * 1..frequent; what lies outside is never part of an episode. `windows`: of `longest * (maxGap + 1)` calls.
   */
  constructor(
    private readonly text: Int32Array,
    private readonly frequent: number,
    tree: EpisodeTree,
    longest: number,
    private readonly maxGap: number,
    windows: Windows,
  ) {
    const tails = tree.count + 1;
    this.behind = new Int32Array(tails).fill(1);
    this.symbol = new Int32Array(tails);
    this.rows = new Int32Array(tails);
    this.width = frequent + 1;
    let rows = 1;
    for (let t = 1; t < tails; t++) {
      this.symbol[t] = tree.symbol[t - 1]!;
      if (tree.length[t - 1]! < longest) this.rows[t] = rows++;
    }
    this.children = new Int32Array(rows * this.width);
    for (let t = tails - 1; t > 0; t--) {
      const parent = tree.parent[t - 1]! + 1;
      this.behind[parent]! += this.behind[t]!;
      this.children[this.rows[parent]! * this.width + this.symbol[t]!] = t;
    }
    for (let t = 0; t < tails; t++) this.behind[t]! += t;
    this.masks = new Int32Array(this.width);
    this.inWindow = new Int32Array(longest * (maxGap + 1));
    // Memory: ends, starts, where the list of each position is; counters, on cache lines; lists.
    this.starts = 4 * text.length;
    this.listAt = 8 * text.length;
    this.state = Math.ceil((12 * text.length) / BLOCK_BYTES) * BLOCK_BYTES;
    // Lane 0 is that of tails which never occur behind anything.
    const blocks = Math.ceil((tails + 1) / LANES);
    this.used = this.state + blocks * BLOCK_BYTES;
    this.kernel = tailsKernel();
    this.reserve(this.used + 16 * text.length);
    this.lane = new Int32Array(tails);
    this.entryOf = new Int32Array(blocks);
    const lists = new Int32Array(windows.count);
    for (const w of windows.byWeight) lists[w] = this.listWindow(windows.at[w]!);
    this.stateEnd = this.state + Math.ceil(this.lanes / LANES) * BLOCK_BYTES;
    const at = this.listAt / 4;
    for (let p = 0; p < text.length; p++) this.words[at + p] = lists[windows.of[p]!]!;
  }

  /** The tail that extends `tail` by a call; -1 when it is one of the longest, whose extensions are not known. */
  child(tail: number, symbol: number): number {
    const child = this.children[this.rows[tail]! * this.width + symbol]!;
    return this.rows[child] === 0 ? -1 : child;
  }

  /**
   * Counts the extensions of the episode whose occurrences [from, to) end at `ends`, having begun at `starts` (the
   * latest for each end; both rise). Then `support` tells of each, until `clear`, which must come before the next count.
   */
  count(ends: Int32Array, starts: Int32Array, from: number, to: number): void {
    const { kernel, state, stateEnd } = this;
    this.words.set(ends.subarray(from, to), 0);
    this.words.set(starts.subarray(from, to), this.starts / 4);
    let base = starts[from]!;
    for (let o = from, next = from; o < to; o = next) {
      for (let left = starts[o]! - base; left > 0; left -= FARTHEST) {
        kernel.advance(state, stateEnd, Math.min(left, FARTHEST));
        if (left > 3 * FARTHEST) left = 3 * FARTHEST;
      }
      base = starts[o]!;
      while (next < to && ends[next]! - base < STRETCH) next++;
      kernel.count(4 * (o - from), this.starts + 4 * (o - from), 4 * (next - from), this.listAt, state, base);
    }
  }

  support(tail: number): number {
    const { words, halves } = this;
    const lane = this.lane[tail]!;
    const block = this.state + (lane >> 3) * BLOCK_BYTES;
    return halves[(block + 16) / 2 + (lane & 7)]! + words[(block + 32) / 4 + (lane & 7)]!;
  }

  clear(): void {
    this.words.fill(0, this.state / 4, this.stateEnd / 4);
  }

  /** Makes the list of the window that follows position p. */
  private listWindow(p: number): number {
    const { text, frequent, masks, inWindow } = this;
    let distinct = 0;
    for (let i = 1; i <= inWindow.length; i++) {
      const c = p + i < text.length ? text[p + i]! : 0;
      if (c < 1 || c > frequent) continue;
      if (masks[c] === 0) inWindow[distinct++] = c;
      masks[c]! |= 1 << i;
    }
    const begun = this.used;
    this.used = begun + 4;
    if (this.used > this.bytes.length) this.reserve(2 * this.used);
    this.list = begun;
    this.follow(0, 1, distinct);
    for (let i = 0; i < distinct; i++) masks[inWindow[i]!] = 0;
    this.words[begun / 4] = (this.used - begun - 4) / ENTRY_BYTES;
    return begun;
  }

  /** Lists the extensions of `tail`, which can end at the positions in `ends`. */
  private follow(tail: number, ends: number, distinct: number): void {
    const { masks, inWindow, children, rows, lane, entryOf, list } = this;
    let reach = 0;
    for (let g = 1; g <= this.maxGap + 1; g++) reach |= ends << g;
    const row = rows[tail]! * this.width;
    for (let i = 0; i < distinct; i++) {
      const c = inWindow[i]!;
      const next = reach & masks[c]!;
      if (next === 0) continue;
      const child = children[row + c]!;
      if (child === 0) continue;
      if (lane[child] === 0) lane[child] = this.lanes++;
      const block = lane[child]! >> 3;
      const entry = entryOf[block]! >= list ? entryOf[block]! : this.addEntry(block);
      this.bytes[entry + 4 + (lane[child]! & 7)] = 31 - Math.clz32(next & -next);
      if (rows[child] !== 0) this.follow(child, next, distinct);
    }
  }

  private addEntry(block: number): number {
    const entry = this.used;
    this.used += ENTRY_BYTES;
    if (this.used > this.bytes.length) this.reserve(2 * this.used);
    this.entryOf[block] = entry;
    this.words[entry / 4] = block * BLOCK_BYTES;
    this.words[entry / 4 + 1] = this.words[entry / 4 + 2] = 0;
    return entry;
  }

  private reserve(bytes: number): void {
    const missing = bytes - this.bytes.length;
    if (missing > 0) this.kernel.memory.grow(Math.ceil(missing / PAGE));
    this.bytes = new Uint8Array(this.kernel.memory.buffer);
    this.halves = new Int16Array(this.kernel.memory.buffer);
    this.words = new Int32Array(this.kernel.memory.buffer);
  }
}
