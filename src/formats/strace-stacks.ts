/**
 * The stacks of strace -k, one frame a line below the call, innermost first:
 * ` > /usr/sbin/nginx(ngx_unix_recv+0x5d) [0x44b2d]`, ` > [vdso]() [0xbe1]`, ` > unexpected_backtracing_error [0x5]`.
 * A frame's line is hashed and compared as bytes; text is made of it on first sight only. Stacks are interned from the
 * outermost frame on, in a prefix tree.
 */
import { NO_STACK, type StackTable, StackTableBuilder } from '../trace/stacks.js';
import { ByteInterner, HASH_SEED, LF, SPACE, hashStep, text } from './bytes.js';

export class StackReader {
  private readonly lines = new ByteInterner();
  /** Per distinct line (up to the address): its frame, -1 for what is no frame. */
  private lineFrames: number[] = [];
  private readonly builder = new StackTableBuilder();
  /** Frames of the stack being read, innermost first. */
  private frames = new Int32Array(256);
  private depth = 0;
  /** Open addressing: (prefix, frame) to stack; a Map with such keys would box a number a frame. */
  private slotPrefix = new Int32Array(1024);
  private slotFrame = new Int32Array(1024);
  private slotStack = new Int32Array(1024);
  private used = 0;

  /** True when a stack line starts at `p`. */
  static isStackLine(bytes: Uint8Array, p: number): boolean {
    return bytes[p] === SPACE && bytes[p + 1] === 62 /* > */ && bytes[p + 2] === SPACE;
  }

  /** Reads one stack line at `p`; gives the position of its line feed. */
  line(bytes: Uint8Array, p: number): number {
    const start = p + 3;
    let q = start;
    let hash = HASH_SEED;
    let c = bytes[q];
    // The return address stands in brackets behind the last space but never in the name, which may hold spaces (C++).
    while (c !== LF && !(c === 91 && bytes[q - 1] === SPACE && bytes[q + 1] === 48)) {
      hash = hashStep(hash, c);
      c = bytes[++q];
    }
    const known = this.lines.size;
    const id = this.lines.intern(bytes, start, q, hash);
    if (id === known) this.lineFrames.push(this.frameOf(text(bytes, start, q).trimEnd()));
    const frame = this.lineFrames[id];
    if (frame >= 0) {
      if (this.depth === this.frames.length) {
        const larger = new Int32Array(this.depth * 2);
        larger.set(this.frames);
        this.frames = larger;
      }
      this.frames[this.depth++] = frame;
    }
    while (bytes[q] !== LF) q++;
    return q;
  }

  /** Ends the stack being read: its number, NO_STACK when it had no frames. */
  take(): number {
    let stack = NO_STACK;
    for (let i = this.depth - 1; i >= 0; i--) stack = this.push(stack, this.frames[i]);
    this.depth = 0;
    return stack;
  }

  finish(): StackTable | null {
    return this.builder.size === 0 ? null : this.builder.finish();
  }

  private push(prefix: number, frame: number): number {
    const mask = this.slotStack.length - 1;
    let slot = mix(prefix, frame) & mask;
    while (this.slotStack[slot] !== 0) {
      if (this.slotPrefix[slot] === prefix && this.slotFrame[slot] === frame) return this.slotStack[slot] - 1;
      slot = (slot + 1) & mask;
    }
    const stack = this.builder.push(prefix, frame);
    this.slotPrefix[slot] = prefix;
    this.slotFrame[slot] = frame;
    this.slotStack[slot] = stack + 1;
    if (++this.used * 2 > mask) this.grow();
    return stack;
  }

  private grow(): void {
    const { slotPrefix, slotFrame, slotStack } = this;
    const size = slotStack.length * 4;
    this.slotPrefix = new Int32Array(size);
    this.slotFrame = new Int32Array(size);
    this.slotStack = new Int32Array(size);
    for (let i = 0; i < slotStack.length; i++) {
      if (slotStack[i] === 0) continue;
      let slot = mix(slotPrefix[i], slotFrame[i]) & (size - 1);
      while (this.slotStack[slot] !== 0) slot = (slot + 1) & (size - 1);
      this.slotPrefix[slot] = slotPrefix[i];
      this.slotFrame[slot] = slotFrame[i];
      this.slotStack[slot] = slotStack[i];
    }
  }

  private frameOf(line: string): number {
    const parts = splitFrame(line);
    return parts === null ? -1 : this.builder.frame(parts.name, parts.object);
  }
}

function mix(prefix: number, frame: number): number {
  const h = Math.imul(prefix + 1, 0x9e3779b1) ^ Math.imul(frame + 1, 0x85ebca6b);
  return h ^ (h >>> 13);
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
