/**
 * The stacks of strace -k, one frame a line below the call, innermost first:
 * ` > /usr/sbin/nginx(ngx_unix_recv+0x5d) [0x44b2d]`, ` > [vdso]() [0xbe1]`, ` > unexpected_backtracing_error [0x5]`.
 *
 * Stacks repeat. So the frames read so far are a node of a tree whose children are the lines that followed here before, the
 * latest first, and a line is compared with those, four bytes at a time, its line feed included: no search for its end and
 * no hash. Text is made of a line only when it is seen for the first time.
 */
import { NO_STACK, type StackTable, StackTableBuilder } from '../trace/stacks.js';
import { KnownBytes } from './known-bytes.js';
import { ByteInterner, LF, type LineScanner, SPACE, grown, hashBytes, text } from './bytes.js';

/** Children that a line is compared with before it is looked up by its hash. */
const GUESSES = 4;
const NONE = -1;
const ROOT = 0;

export class StackReader {
  private scanner: LineScanner | null = null;
  private readonly lines = new ByteInterner();
  /** The same lines under the same numbers, with their line feeds. */
  private readonly known = new KnownBytes();
  /** Per distinct line: its frame, NONE for what is no frame. */
  private lineFrame = new Int32Array(256);
  /** Per node: line, first child, next sibling, finished stack (NONE: not yet made), node of the frames before. */
  private nodeLine = new Int32Array(256).fill(NONE);
  private nodeChild = new Int32Array(256).fill(NONE);
  private nodeSibling = new Int32Array(256).fill(NONE);
  private nodeStack = new Int32Array(256).fill(NONE);
  private nodeParent = new Int32Array(256).fill(NONE);
  private nodes = 1;
  private node = ROOT;
  private readonly builder = new StackTableBuilder();

  /** True when a stack line starts at `p`. */
  static isStackLine(bytes: Uint8Array, p: number): boolean {
    return bytes[p] === SPACE && bytes[p + 1] === 62 /* > */ && bytes[p + 2] === SPACE;
  }

  /** Sets the text that the following lines are of. */
  use(scanner: LineScanner): void {
    this.scanner = scanner;
  }

  /** Reads one stack line at `p`; gives the position of its line feed. */
  line(bytes: Uint8Array, p: number): number {
    const { node } = this;
    let before = NONE;
    let child = this.nodeChild[node];
    for (let guess = 0; guess < GUESSES && child !== NONE; guess++) {
      const line = this.nodeLine[child];
      if (this.same(bytes, p, line)) {
        if (before !== NONE) this.toFront(node, child, before);
        this.node = child;
        return p + this.known.length(line) - 1;
      }
      before = child;
      child = this.nodeSibling[child];
    }
    const end = this.scanner!.lineEnd(p);
    const known = this.lines.size;
    const line = this.intern(bytes, p, end + 1);
    // A new line can be no child yet.
    this.node = line < known ? this.childOf(node, line) : this.addChild(node, line);
    return end;
  }

  /** Ends the stack being read: its number, NO_STACK when it had no frames. */
  take(): number {
    const { node } = this;
    this.node = ROOT;
    if (this.nodeStack[node] === NONE) {
      let stack = NO_STACK;
      for (let n = node; n !== ROOT; n = this.nodeParent[n]) {
        const frame = this.lineFrame[this.nodeLine[n]];
        if (frame !== NONE) stack = this.builder.push(stack, frame);
      }
      this.nodeStack[node] = stack;
    }
    return this.nodeStack[node];
  }

  finish(): StackTable | null {
    return this.builder.size === 0 ? null : this.builder.finish();
  }

  /** Whether the bytes at `p` are those of a known line. Most other lines have no line feed at the same place. */
  private same(bytes: Uint8Array, p: number, line: number): boolean {
    const end = p + this.known.length(line);
    return end <= bytes.length && bytes[end - 1] === LF && this.known.same(this.scanner!.view, line, p);
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
    const child = this.nodes++;
    if (child === this.nodeLine.length) {
      this.nodeLine = grown(this.nodeLine, child * 2).fill(NONE, child);
      this.nodeChild = grown(this.nodeChild, child * 2).fill(NONE, child);
      this.nodeSibling = grown(this.nodeSibling, child * 2).fill(NONE, child);
      this.nodeStack = grown(this.nodeStack, child * 2).fill(NONE, child);
      this.nodeParent = grown(this.nodeParent, child * 2).fill(NONE, child);
    }
    this.nodeLine[child] = line;
    this.nodeParent[child] = node;
    this.nodeSibling[child] = this.nodeChild[node];
    this.nodeChild[node] = child;
    return child;
  }

  /** Number of the line bytes[start, end), which ends with its line feed. */
  private intern(bytes: Uint8Array, start: number, end: number): number {
    const known = this.lines.size;
    const line = this.lines.intern(bytes, start, end, hashBytes(bytes, start, end));
    if (line < known) return line;
    this.known.add(this.scanner!.view, start, end);
    if (line === this.lineFrame.length) this.lineFrame = grown(this.lineFrame, line * 2);
    const parts = splitFrame(withoutAddress(text(bytes, start + 3, end)));
    this.lineFrame[line] = parts === null ? NONE : this.builder.frame(parts.name, parts.object);
    return line;
  }
}

/** The frame without ` [0x44b2d]` and what newer versions print behind it (source file and line). */
function withoutAddress(line: string): string {
  const address = line.lastIndexOf(' [0x');
  return (address >= 0 ? line.slice(0, address) : line).trimEnd();
}

/**
 * Object and function of a frame without its address: `/bin/x(main+0x1d)`, `/bin/x()`, `/bin/x(+0x1d)`,
 * `/bin/x (deleted)(f(int, char)+0x1)`. null for strace's own remarks (`unexpected_backtracing_error`).
 */
export function splitFrame(line: string): { name: string; object: string } | null {
  if (!line.endsWith(')')) return null;
  const deleted = line.indexOf(' (deleted)(');
  const open = deleted >= 0 ? deleted + 10 : line.indexOf('(');
  const object = deleted >= 0 ? line.slice(0, deleted) : line.slice(0, open);
  const inner = line.slice(open + 1, -1);
  const plus = inner.lastIndexOf('+0x');
  return { name: plus >= 0 ? inner.slice(0, plus) : inner, object };
}
