/**
 * The stacks of strace -k, one frame a line below the call, innermost first:
 * ` > /usr/sbin/nginx(ngx_unix_recv+0x5d) [0x44b2d]`, ` > [vdso]() [0xbe1]`, ` > unexpected_backtracing_error [0x5]`.
 *
 * Stacks repeat, within a chunk and from one chunk to the next. So a thread remembers what it has read (stack-memory.ts), and a
 * chunk only numbers what occurs in it, in the order of first sight: its table is the same whatever was read before. A stack that
 * was read before is compared as a whole, another one line after the other with those that followed here before.
 */
import { NO_PLACE, NO_STACK, type StackTable, StackTableBuilder } from '../../trace/stacks.js';
import { type LineScanner, grown } from '../../lib/bytes.js';
import { type Frame, NONE, ROOT, StackMemory } from '../stacks/stack-memory.js';

/** What the numbers of stacks and frames are kept with, so that 0 says that there is none yet, and 1 what NO_STACK does. */
const BASE = 2;

export class StackReader {
  private readonly memory = StackMemory.ofThread();
  private readonly builder = new StackTableBuilder();
  /** Per node its stack here, per line its frame; see BASE. */
  private stacks = new Int32Array(this.memory.nodes);
  private frames = new Int32Array(this.memory.lines);
  private scanner: LineScanner | null = null;
  private node = ROOT;
  /** The stack's first line, and where the lines behind it begin and end so far; `start` is NONE when that is in another text. */
  private first = NONE;
  private start = NONE;
  private end = NONE;
  /** Line ends of a known stack that are still to be given. */
  private ahead = 0;
  private aheadEnd = 0;

  /** Sets the text that the following lines are of. */
  use(scanner: LineScanner): void {
    this.scanner = scanner;
    this.start = NONE;
  }

  /** Reads one stack line at `p`; gives the position of its line feed. */
  line(bytes: Uint8Array, p: number): number {
    const { memory, node } = this;
    if (this.ahead < this.aheadEnd) return this.start + memory.known.lineEnd(this.ahead++);
    const scanner = this.scanner!;
    this.node = node === ROOT ? memory.first(scanner, p) : memory.below(node, scanner, p);
    this.end = p + memory.length(this.node);
    if (node === ROOT) {
      this.first = memory.line(this.node);
      this.start = this.end;
      const stack = memory.known.find(bytes, scanner.view, this.start, this.first);
      if (stack !== NONE) {
        this.node = memory.known.node(stack);
        this.ahead = memory.known.endsFrom(stack);
        this.aheadEnd = memory.known.endsFrom(stack + 1);
      }
      return this.start - 1;
    }
    return this.end - 1;
  }

  /** A line that is none of the stack stands between: as a whole it is not to be known again, for its lines do not follow each other. */
  interrupted(): void {
    this.start = NONE;
  }

  /** Ends the stack being read: its number, NO_STACK when it had no frames. */
  take(): number {
    const { node } = this;
    // Read line by line, and so not known, or not lately.
    if (this.start !== NONE && this.end > this.start)
      this.memory.keep(node, this.first, this.scanner!.view, this.start, this.end);
    this.node = ROOT;
    if (node >= this.stacks.length) this.stacks = grown(this.stacks, this.memory.nodes);
    if (this.stacks[node] === 0) this.stacks[node] = this.number(node) + BASE;
    return this.stacks[node] - BASE;
  }

  finish(): StackTable | null {
    return this.builder.size === 0 ? null : this.builder.finish();
  }

  /** The stack of a node that is new in this chunk. */
  private number(node: number): number {
    const outermostFirst = this.memory.path(node);
    for (let i = outermostFirst.length - 1; i >= 0; i--) this.frame(outermostFirst[i]);
    let stack = NO_STACK;
    for (const line of outermostFirst) {
      const frame = this.frame(line);
      if (frame !== NONE) stack = this.builder.push(stack, frame);
    }
    return stack;
  }

  /** The frame of a line, NONE for what is no frame. */
  private frame(line: number): number {
    if (line >= this.frames.length) this.frames = grown(this.frames, this.memory.lines);
    if (this.frames[line] === 0) {
      const parts = this.memory.frame(line, readFrame);
      this.frames[line] =
        (parts === null ? NONE : this.builder.frame(parts.name, parts.object, parts.offset, parts.address)) + BASE;
    }
    return this.frames[line] - BASE;
  }
}

/** A line behind ` > `. What newer versions print behind the address (source file and line) is left out. */
function readFrame(line: string): Frame | null {
  const at = line.lastIndexOf(' [0x');
  const frame = splitFrame((at >= 0 ? line.slice(0, at) : line).trimEnd());
  if (frame === null || at < 0) return frame;
  return { ...frame, address: parseInt(line.slice(at + 4), 16) };
}

/**
 * Object, function and offset of a frame without its address: `/bin/x(main+0x1d)`, `/bin/x()`, `/bin/x(+0x1d)`,
 * `/bin/x (deleted)(f(int, char)+0x1)`. null for strace's own remarks (`unexpected_backtracing_error`).
 */
export function splitFrame(line: string): Frame | null {
  if (!line.endsWith(')')) return null;
  const deleted = line.indexOf(' (deleted)(');
  const open = deleted >= 0 ? deleted + 10 : line.indexOf('(');
  const object = deleted >= 0 ? line.slice(0, deleted) : line.slice(0, open);
  const inner = line.slice(open + 1, -1);
  const plus = inner.lastIndexOf('+0x');
  if (plus < 0) return { name: inner, object, offset: NO_PLACE, address: NO_PLACE };
  const offset = parseInt(inner.slice(plus + 3), 16);
  // Without a name it is one from the beginning of the object (backtrace(3)).
  const [name, place] = [inner.slice(0, plus), Number.isNaN(offset) ? NO_PLACE : offset];
  return name === ''
    ? { name, object, offset: NO_PLACE, address: place }
    : { name, object, offset: place, address: NO_PLACE };
}
