/** Decodes Zstandard as it comes, block by block (kernel/): nothing waits for the end of a frame, which a stream of perf's never has. */
import { wasmInstance } from '../lib/wasm-instance.js';
import { ZSTD_MODULE } from './kernel/zstd-module.js';
import { LARGEST_WINDOW, LONGEST_HEADER, readFrameHeader } from './zstd-frames.js';

/** What kernel/zstd.ts exports. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly INPUT: WebAssembly.Global;
  readonly blockAt: WebAssembly.Global;
  beginFrame(window: number): number;
  block(type: number, size: number): number;
}

const [REPEATED, RESERVED] = [1, 3];
const LARGEST_BLOCK = 2 ** 17;
const BLOCK_HEADER = 3;
const CHECKSUM = 4;

/** A thread keeps an instance whose memory is no larger, bytes: an archive of small incidents would make many. */
const MOST_KEPT = 2 ** 26;
let kept: Exports | null = null;

function instance(): Exports {
  const free = kept ?? wasmInstance<Exports>(ZSTD_MODULE);
  kept = null;
  return free;
}

export class ZstdReader {
  private readonly wasm = instance();
  private readonly head = new Uint8Array(LONGEST_HEADER);
  private have = 0;
  private part: 'frame' | 'block' | 'content' = 'frame';
  /** Bytes to pass over. */
  private skip = 0;
  private checksum = false;
  /** Of the block whose content is being read. */
  private type = 0;
  private size = 0;
  private stored = 0;
  private last = false;

  /** `onData` hears of what is decoded; its memory is used again afterwards. */
  constructor(private readonly onData: (bytes: Uint8Array) => void) {}

  /**
   * The next bytes.
   *
   * @throws RangeError for what is no Zstandard, or asks for too much memory
   */
  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      if (this.skip > 0) {
        const passed = Math.min(this.skip, bytes.length - at);
        this.skip -= passed;
        at += passed;
      } else if (this.part === 'content') at += this.take(bytes, at);
      else {
        this.head[this.have++] = bytes[at++]!;
        if (this.part === 'frame') this.readFrame();
        else if (this.have === BLOCK_HEADER) this.readBlock();
      }
    }
  }

  /** Whether what was pushed ends where a frame does, its checksum included. */
  get isWhole(): boolean {
    return this.part === 'frame' && this.have === 0 && this.skip === 0;
  }

  /** It is of no use any more, nor is what it told of. */
  close(): void {
    if (this.wasm.memory.buffer.byteLength <= MOST_KEPT) kept = this.wasm;
  }

  private readFrame(): void {
    const header = readFrameHeader(this.head, this.have);
    if (header === null) return;
    this.have = 0;
    if (header.what === 'unknown') throw new RangeError('no Zstandard begins here');
    if (header.what === 'skippable') {
      this.skip = header.bytes;
      return;
    }
    if (header.dictionary) throw new RangeError('it was packed with a dictionary');
    if (header.window > LARGEST_WINDOW || this.wasm.beginFrame(header.window) === 0)
      throw new RangeError('it asks for too much memory');
    this.checksum = header.checksum;
    this.part = 'block';
  }

  private readBlock(): void {
    const header = this.head[0]! | (this.head[1]! << 8) | (this.head[2]! << 16);
    this.last = (header & 1) === 1;
    this.type = (header >> 1) & 3;
    this.size = header >> 3;
    this.have = 0;
    if (this.type === RESERVED || this.size > LARGEST_BLOCK) throw new RangeError('a block is damaged');
    this.stored = this.type === REPEATED ? 1 : this.size;
    this.part = 'content';
    if (this.stored === 0) this.decode();
  }

  /** Takes what there is of a block's content; how many bytes that is. */
  private take(bytes: Uint8Array, at: number): number {
    const { wasm, have, stored } = this;
    const taken = Math.min(stored - have, bytes.length - at);
    new Uint8Array(wasm.memory.buffer, wasm.INPUT.value).set(bytes.subarray(at, at + taken), have);
    this.have += taken;
    if (this.have === stored) this.decode();
    return taken;
  }

  private decode(): void {
    const { wasm, type, size } = this;
    const length = wasm.block(type, size);
    if (length < 0) throw new RangeError('a block is damaged');
    this.have = 0;
    this.part = this.last ? 'frame' : 'block';
    if (this.last && this.checksum) this.skip = CHECKSUM;
    if (length > 0) this.onData(new Uint8Array(wasm.memory.buffer, wasm.blockAt.value >>> 0, length));
  }
}
