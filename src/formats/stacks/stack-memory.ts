/**
 * What a thread has read of the stacks of strace -k: distinct lines, and a tree of them whose nodes are the frames read so far and
 * whose children are the lines that followed here before, the latest first. A line is compared with those, four bytes at a time,
 * its line feed included: no search for its end and no hash. Text is made of a line only when a chunk asks for it.
 */
import { ByteInterner, LF, type LineScanner, grown, hashBytes } from '../../lib/bytes.js';
import { KnownBytes } from '../../lib/known-bytes.js';
import { KnownStacks } from './known-stacks.js';

export const NONE = -1;
export const ROOT = 0;

/** Children that a line is compared with before it is looked up by its hash. */
const GUESSES = 16;
/** First lines by some bytes of them: those that tell functions apart, as objects' paths are about so long. */
const FIRSTS = 256;
const TELLING = 40;
/** A memory of more than so many nodes or bytes of stacks is given up: a program whose stacks do not repeat. */
const MOST_NODES = 2 ** 17;
const MOST_BYTES = 2 ** 24;

/** Function and object of a frame, and its place; NO_PLACE for what was not printed. */
export interface Frame {
  readonly name: string;
  readonly object: string;
  readonly offset: number;
  readonly address: number;
}

let ofThread: StackMemory | null = null;

export class StackMemory {
  readonly known = new KnownStacks();
  private readonly interner = new ByteInterner();
  /** The same lines under the same numbers, with their line feeds. */
  private readonly words = new KnownBytes();
  /** Per node: line, first child, next sibling, node of the frames before, number in `known`. */
  private nodeLine = new Int32Array(256).fill(NONE);
  private nodeChild = new Int32Array(256).fill(NONE);
  private nodeSibling = new Int32Array(256).fill(NONE);
  private nodeParent = new Int32Array(256).fill(NONE);
  private nodeKnown = new Int32Array(256).fill(NONE);
  private count = 1;
  /** By a hash of their telling bytes: nodes of first lines. */
  private readonly firsts = new Int32Array(FIRSTS);
  /** Per line what it says, once somebody has asked; null for what is no frame. */
  private readonly frames: (Frame | null | undefined)[] = [];

  /** The one for what this thread reads next. */
  static ofThread(): StackMemory {
    if (ofThread === null || ofThread.count > MOST_NODES || ofThread.known.size > MOST_BYTES)
      ofThread = new StackMemory();
    return ofThread;
  }

  get nodes(): number {
    return this.count;
  }

  get lines(): number {
    return this.interner.size;
  }

  line(node: number): number {
    return this.nodeLine[node];
  }

  /** Bytes of a node's line, its line feed included. */
  length(node: number): number {
    return this.words.length(this.nodeLine[node]);
  }

  /** What a line says, as `read` makes it of its text behind ` > `. */
  frame(line: number, read: (text: string) => Frame | null): Frame | null {
    const known = this.frames[line];
    if (known !== undefined) return known;
    return (this.frames[line] = read(this.interner.strings[line].replace(/^\s*> /, '')));
  }

  /** Lines of a node, the last one (the outermost frame) first. */
  path(node: number): number[] {
    const lines: number[] = [];
    for (let n = node; n !== ROOT; n = this.nodeParent[n]) lines.push(this.nodeLine[n]);
    return lines;
  }

  /** The node of the first line of a stack, at `p`. */
  first(scanner: LineScanner, p: number): number {
    const { bytes, view } = scanner;
    const at = p + TELLING;
    if (at + 16 > bytes.length) return this.below(ROOT, scanner, p);
    let hash = view.getInt32(at, true) ^ Math.imul(view.getInt32(at + 4, true), 0x9e3779b1);
    hash = Math.imul(hash ^ view.getInt32(at + 8, true), 0x85ebca6b) ^ view.getInt32(at + 12, true);
    const slot = Math.imul(hash ^ (hash >>> 15), 0x9e3779b1) >>> 24;
    const guess = this.firsts[slot];
    if (guess !== ROOT && this.isAt(bytes, view, p, this.nodeLine[guess])) return guess;
    return (this.firsts[slot] = this.below(ROOT, scanner, p));
  }

  /** The node of the line at `p` below `node`. */
  below(node: number, scanner: LineScanner, p: number): number {
    const { bytes, view } = scanner;
    let before = NONE;
    let child = this.nodeChild[node];
    for (let guess = 0; guess < GUESSES && child !== NONE; guess++) {
      if (this.isAt(bytes, view, p, this.nodeLine[child])) {
        if (before !== NONE) this.toFront(node, child, before);
        return child;
      }
      before = child;
      child = this.nodeSibling[child];
    }
    const end = scanner.lineEnd(p) + 1;
    const known = this.interner.size;
    const line = this.interner.intern(bytes, p, end, hashBytes(bytes, p, end));
    if (line < known) return this.childOf(node, line);
    this.words.add(view, p, end);
    // A new line can be no child yet.
    return this.addChild(node, line);
  }

  /** Remembers the stack of `node` as a whole: [start, end) of the text, behind its first line. */
  keep(node: number, first: number, view: DataView, start: number, end: number): void {
    if (this.nodeKnown[node] === NONE) this.nodeKnown[node] = this.known.add(view, start, end, first, node);
    else this.known.again(this.nodeKnown[node], first);
  }

  /** Whether a known line stands at `p`. Most other lines have no line feed at the same place. */
  private isAt(bytes: Uint8Array, view: DataView, p: number, line: number): boolean {
    const end = p + this.words.length(line);
    return end <= bytes.length && bytes[end - 1] === LF && this.words.same(view, line, p);
  }

  private toFront(node: number, child: number, before: number): void {
    this.nodeSibling[before] = this.nodeSibling[child];
    this.nodeSibling[child] = this.nodeChild[node];
    this.nodeChild[node] = child;
  }

  private childOf(node: number, line: number): number {
    let before = NONE;
    for (let child = this.nodeChild[node]; child !== NONE; child = this.nodeSibling[child]) {
      if (this.nodeLine[child] === line) {
        if (before !== NONE) this.toFront(node, child, before);
        return child;
      }
      before = child;
    }
    return this.addChild(node, line);
  }

  private addChild(node: number, line: number): number {
    const child = this.count++;
    if (child === this.nodeLine.length) {
      this.nodeLine = grown(this.nodeLine, child * 2).fill(NONE, child);
      this.nodeChild = grown(this.nodeChild, child * 2).fill(NONE, child);
      this.nodeSibling = grown(this.nodeSibling, child * 2).fill(NONE, child);
      this.nodeParent = grown(this.nodeParent, child * 2).fill(NONE, child);
      this.nodeKnown = grown(this.nodeKnown, child * 2).fill(NONE, child);
    }
    this.nodeLine[child] = line;
    this.nodeParent[child] = node;
    this.nodeSibling[child] = this.nodeChild[node];
    this.nodeChild[node] = child;
    return child;
  }
}
