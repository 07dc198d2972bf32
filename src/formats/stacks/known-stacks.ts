/**
 * Texts of stacks that come again and again, under the line they begin with, the latest first. A stretch of the input is
 * compared with all that followed that line, eight bytes at a time, so that a known stack costs neither a search for the ends of its
 * lines nor a step a line.
 */
import { LF, SPACE, grown } from '../../lib/bytes.js';

/** Texts under one line that a stretch is compared with. */
const GUESSES = 16;
const NONE = -1;
/** Shortest text, bytes: one word. */
const WORD = 8;

export class KnownStacks {
  /** Per stack: bytes of its text, where its words and line ends are kept, node of its last line, neighbours under its first line. */
  private lengths = new Int32Array(64);
  private wordsAt = new Int32Array(65);
  private endsAt = new Int32Array(65);
  private nodes = new Int32Array(64);
  private next = new Int32Array(64);
  private previous = new Int32Array(64);
  private count = 0;
  /** Words as numbers: a text has no NaN, unless it is none, and then it is only never found. */
  private words = new Float64Array(4096);
  private ends = new Int32Array(1024);
  /** By number of the first line: the latest stack, counted from 1. */
  private firsts = new Int32Array(64);

  /** Bytes that are kept. */
  get size(): number {
    return this.wordsAt[this.count] * WORD;
  }

  /** Node of a stack's last line. */
  node(stack: number): number {
    return this.nodes[stack];
  }

  /** Where the ends of its lines (positions of line feeds behind the first line) begin and end in `lineEnd`. */
  endsFrom(stack: number): number {
    return this.endsAt[stack];
  }

  lineEnd(i: number): number {
    return this.ends[i];
  }

  /** Keeps what stands at [start, end) behind line `first`; `node`: of its last line. Gives its number, NONE for too short a text. */
  add(view: DataView, start: number, end: number, first: number, node: number): number {
    if (end - start < WORD) return NONE;
    const stack = this.count++;
    this.makeRoom(stack, end - start);
    let w = this.wordsAt[stack];
    let zero = false;
    for (let p = start; p < end; p += WORD) {
      // The last word may overlap the one before.
      const word = view.getFloat64(Math.min(p, end - WORD), true);
      zero ||= word === 0;
      this.words[w++] = word;
    }
    this.wordsAt[stack + 1] = w;
    let e = this.endsAt[stack];
    for (let p = start; p < end; p++) if (view.getUint8(p) === LF) this.ends[e++] = p - start;
    this.endsAt[stack + 1] = e;
    this.lengths[stack] = end - start;
    this.nodes[stack] = node;
    this.previous[stack] = NONE;
    // There are two zeros that are equal as numbers.
    if (!zero) this.toFront(stack, first);
    return stack;
  }

  /** The known stack whose text stands at `p`, behind line `first`; NONE when there is none, or it goes on. */
  find(bytes: Uint8Array, view: DataView, p: number, first: number): number {
    let stack = first < this.firsts.length ? this.firsts[first] - 1 : NONE;
    for (let guess = 0; guess < GUESSES && stack !== NONE; guess++) {
      const end = p + this.lengths[stack];
      if (end <= bytes.length && bytes[end - 1] === LF && bytes[end] !== SPACE && this.same(view, stack, p, end)) {
        if (guess > 0) this.again(stack, first);
        return stack;
      }
      stack = this.next[stack];
    }
    return NONE;
  }

  /** A stack was read that had not been found. */
  again(stack: number, first: number): void {
    const before = this.previous[stack];
    if (before === NONE) return;
    const after = this.next[stack];
    this.next[before] = after;
    if (after !== NONE) this.previous[after] = before;
    this.toFront(stack, first);
  }

  private toFront(stack: number, first: number): void {
    if (first >= this.firsts.length) this.firsts = grown(this.firsts, first * 2);
    const latest = this.firsts[first] - 1;
    this.next[stack] = latest;
    this.previous[stack] = NONE;
    if (latest !== NONE) this.previous[latest] = stack;
    this.firsts[first] = stack + 1;
  }

  private same(view: DataView, stack: number, start: number, end: number): boolean {
    const { words } = this;
    const last = end - WORD;
    let w = this.wordsAt[stack];
    for (let p = start; p < last; p += WORD) if (view.getFloat64(p, true) !== words[w++]) return false;
    return view.getFloat64(last, true) === words[w];
  }

  private makeRoom(stack: number, bytes: number): void {
    if (stack === this.nodes.length) {
      this.lengths = grown(this.lengths, stack * 2);
      this.wordsAt = grown(this.wordsAt, stack * 2 + 1);
      this.endsAt = grown(this.endsAt, stack * 2 + 1);
      this.nodes = grown(this.nodes, stack * 2);
      this.next = grown(this.next, stack * 2);
      this.previous = grown(this.previous, stack * 2);
    }
    const words = this.wordsAt[stack] + bytes / WORD + 1;
    if (words > this.words.length) this.words = grown(this.words, Math.ceil(words) * 2);
    // A line has four bytes at least: ' > ' and its line feed.
    const ends = this.endsAt[stack] + bytes / 4;
    if (ends > this.ends.length) this.ends = grown(this.ends, Math.ceil(ends) * 2);
  }
}
