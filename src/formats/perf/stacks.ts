/**
 * Call chains of `perf script`: below an event a line a frame, innermost first, up to an empty line:
 *
 *   <tab>     14b8b90 uv__stream_io+0x120 (/usr/bin/node)
 *
 * Few chains are new: in recordings of Node.js 4 in 100. So a chain's bytes are hashed and compared as a whole first, and
 * only a new one is read line by line; of these, few lines are new. Frames of the kernel are left out: they are the same
 * for every call of a name. Format: sample__fprintf_callchain() in tools/perf/util/evsel_fprintf.c of Linux.
 */
import { NO_STACK, type StackTable, StackTableBuilder } from '../../trace/stacks.js';
import { ByteInterner, HASH_SEED, LF, SPACE, grown, hashStep, text } from '../../lib/bytes.js';
import { type PerfFrame, splitFrame } from './frame.js';

const TAB = 9;
/** Frame numbers of lines that are no frame of the program. */
const NO_FRAME = -1;
/** Inlined functions have no object of their own: -2 - index into `inlined`. */
const INLINED = -2;

export class PerfStacks {
  /** Position of the line behind the chain, and lines of the chain. */
  end = 0;
  lines = 0;
  private readonly builder = new StackTableBuilder();
  private readonly lineTexts = new ByteInterner();
  private readonly lineFrames: number[] = [];
  private readonly inlined: PerfFrame[] = [];
  /** What each frame says, for inlined functions. */
  private readonly frameTexts: PerfFrame[] = [];
  /** Frames of the chain being read, innermost first. */
  private frames = new Int32Array(256);
  private depth = 0;
  /** Open addressing by hash of a whole chain: number + 1 of the chain, 0 where free. */
  private slots = new Int32Array(1024);
  private chains = 0;
  private chainHash = new Int32Array(512);
  private chainStart = new Int32Array(512);
  private chainEnd = new Int32Array(512);
  private chainLines = new Int32Array(512);
  private chainStack = new Int32Array(512);
  private readonly view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** Reads the chain whose first tab is at `start`; gives its number, NO_STACK when no frame is the program's. */
  read(start: number): number {
    const { bytes } = this;
    const hash = this.scan(start);
    const mask = this.slots.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (;;) {
      const chain = this.slots[slot] - 1;
      if (chain < 0) break;
      if (this.chainHash[chain] === hash && this.same(chain, start)) {
        this.lines = this.chainLines[chain];
        return this.chainStack[chain];
      }
      slot = (slot + 1) & mask;
    }
    const { end } = this;
    let lines = 0;
    for (let p = start; p < end; lines++) p = this.line(bytes, p + 1) + 1;
    this.lines = lines;
    this.slots[slot] = this.chains + 1;
    return this.remember(hash, start, end, lines, this.take());
  }

  /** Reads one frame whose text (spaces, address, function, object) starts at `from`; gives the position of its line feed. */
  line(bytes: Uint8Array, from: number): number {
    let p = from;
    while (bytes[p] === SPACE) p++;
    const start = p;
    let hash = HASH_SEED;
    for (; bytes[p] !== LF; p++) hash = hashStep(hash, bytes[p]);
    const id = this.lineTexts.intern(bytes, start, p, hash);
    if (id === this.lineFrames.length) this.lineFrames.push(this.frameOf(text(bytes, start, p)));
    const frame = this.lineFrames[id];
    if (frame !== NO_FRAME) {
      if (this.depth === this.frames.length) this.frames = grown(this.frames, this.depth * 2);
      this.frames[this.depth++] = frame;
    }
    return p;
  }

  /** Ends the chain being read by `line`. */
  take(): number {
    let stack = NO_STACK;
    let outer: PerfFrame | null = null;
    for (let i = this.depth - 1; i >= 0; i--) {
      let frame = this.frames[i];
      if (frame <= INLINED) {
        const { name, address } = this.inlined[INLINED - frame];
        // An inlined function lies where the one lies that it is in. perf also calls so what it knows by two names, in any object.
        frame = this.builder.frame(name, outer !== null && outer.address === address ? outer.object : '');
      } else {
        outer = this.frameTexts[frame];
      }
      stack = this.builder.push(stack, frame);
    }
    this.depth = 0;
    return stack;
  }

  finish(): StackTable | null {
    return this.builder.size === 0 ? null : this.builder.finish();
  }

  /** Finds the end of the chain and hashes it, four bytes a step. */
  private scan(start: number): number {
    const { view } = this;
    const last = view.byteLength - 4;
    let hash = HASH_SEED;
    let p = start;
    while (p <= last) {
      const word = view.getInt32(p, true);
      const feeds = word ^ 0x0a0a0a0a;
      // Not 0 when a byte of `feeds` is 0 (Hacker's Delight, 6-1).
      if (((feeds - 0x01010101) & ~feeds & 0x80808080) !== 0) {
        const next = this.bytes;
        for (let q = p; q < p + 4; q++) {
          if (next[q] === LF && next[q + 1] !== TAB) {
            this.end = q + 1;
            for (; p <= q; p++) hash = hashStep(hash, next[p]);
            return hash;
          }
        }
      }
      hash = Math.imul(hash ^ word, 0x9e3779b1);
      hash ^= hash >>> 15;
      p += 4;
    }
    for (; p < this.bytes.length; p++) {
      hash = hashStep(hash, this.bytes[p]);
      if (this.bytes[p] === LF && this.bytes[p + 1] !== TAB) break;
    }
    this.end = Math.min(p + 1, this.bytes.length);
    return hash;
  }

  private same(chain: number, start: number): boolean {
    const { view, bytes } = this;
    const { end } = this;
    let q = this.chainStart[chain];
    if (this.chainEnd[chain] - q !== end - start) return false;
    let p = start;
    for (; p + 4 <= end; p += 4, q += 4) if (view.getInt32(p, true) !== view.getInt32(q, true)) return false;
    for (; p < end; p++, q++) if (bytes[p] !== bytes[q]) return false;
    return true;
  }

  private remember(hash: number, start: number, end: number, lines: number, stack: number): number {
    const chain = this.chains++;
    if (chain === this.chainHash.length) {
      const n = chain * 2;
      this.chainHash = grown(this.chainHash, n);
      this.chainStart = grown(this.chainStart, n);
      this.chainEnd = grown(this.chainEnd, n);
      this.chainLines = grown(this.chainLines, n);
      this.chainStack = grown(this.chainStack, n);
    }
    this.chainHash[chain] = hash;
    this.chainStart[chain] = start;
    this.chainEnd[chain] = end;
    this.chainLines[chain] = lines;
    this.chainStack[chain] = stack;
    if (this.chains * 2 > this.slots.length) this.rehash();
    return stack;
  }

  private rehash(): void {
    const slots = new Int32Array(this.slots.length * 4);
    const mask = slots.length - 1;
    for (let chain = 0; chain < this.chains; chain++) {
      const hash = this.chainHash[chain];
      let slot = (hash ^ (hash >>> 15)) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = chain + 1;
    }
    this.slots = slots;
  }

  private frameOf(line: string): number {
    const parts = splitFrame(line);
    if (parts === null) return NO_FRAME;
    if (parts.object === 'inlined') return INLINED - (this.inlined.push(parts) - 1);
    const frame = this.builder.frame(parts.name, parts.object, parts.offset, parts.address);
    this.frameTexts[frame] = parts;
    return frame;
  }
}
