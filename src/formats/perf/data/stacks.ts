/**
 * Call chains of addresses to stacks. Few chains are new, so a chain is hashed and compared as a whole first; a new one is looked up in
 * the mappings of its process. A frame is told by its file and its place in it: names come later, from the file (reading/name-frames.ts).
 */
import { NO_PLACE, NO_STACK, type StackTable, StackTableBuilder, isObjectFile } from '../../../trace/stacks.js';
import { grown } from '../../../lib/bytes.js';
import { AddressSpace, type Mapping } from './address-space.js';

/** Frames of code without a file, until somebody names them: their address behind this sign. */
export const ADDRESS_SIGN = '@0x';

export class PerfDataStacks {
  private readonly builder = new StackTableBuilder();
  private readonly spaces = new Map<number, AddressSpace>();
  private slots = new Int32Array(1024);
  private count = 0;
  private hashes = new Int32Array(512);
  private pids = new Int32Array(512);
  private starts = new Int32Array(512);
  private sizes = new Int32Array(512);
  private stacks = new Int32Array(512);
  /** Of the process whose mappings changed last, chains before this one may mean other frames. */
  private readonly validFrom = new Map<number, number>();

  /** Only new mappings of processes that had chains before make a difference. */
  map(pid: number, mapping: Mapping): void {
    if (this.count > 0) this.validFrom.set(pid, this.count);
    if (mapping.end === 0 && mapping.path === '') {
      this.spaces.delete(pid);
      return;
    }
    let space = this.spaces.get(pid);
    if (space === undefined) this.spaces.set(pid, (space = new AddressSpace()));
    space.add(mapping);
  }

  /** The stack of `frames` addresses at words[at], innermost first. */
  read(words: Int32Array, at: number, frames: number, pid: number): number {
    if (frames === 0) return NO_STACK;
    const end = at + frames * 2;
    let hash = pid;
    for (let p = at; p < end; p++) {
      hash = Math.imul(hash ^ words[p], 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    const mask = this.slots.length - 1;
    const oldest = this.validFrom.size === 0 ? 0 : (this.validFrom.get(pid) ?? 0);
    let slot = hash & mask;
    for (;;) {
      const chain = this.slots[slot] - 1;
      if (chain < 0) break;
      if (this.hashes[chain] === hash && chain >= oldest && this.same(chain, words, at, frames, pid))
        return this.stacks[chain];
      slot = (slot + 1) & mask;
    }
    const stack = this.build(words, at, frames, pid);
    this.slots[slot] = this.count + 1;
    this.remember(hash, at, frames, pid, stack);
    return stack;
  }

  finish(): StackTable | null {
    return this.builder.size === 0 ? null : this.builder.finish();
  }

  private same(chain: number, words: Int32Array, at: number, frames: number, pid: number): boolean {
    if (this.sizes[chain] !== frames || this.pids[chain] !== pid) return false;
    const from = this.starts[chain];
    for (let i = 0; i < frames * 2; i++) if (words[from + i] !== words[at + i]) return false;
    return true;
  }

  private build(words: Int32Array, at: number, frames: number, pid: number): number {
    const space = this.spaces.get(pid);
    let stack = NO_STACK;
    for (let i = frames - 1; i >= 0; i--) {
      const address = (words[at + 2 * i + 1] >>> 0) * 0x100000000 + (words[at + 2 * i] >>> 0);
      const mapping = space?.find(address) ?? null;
      stack = this.builder.push(stack, this.frame(address, mapping));
    }
    return stack;
  }

  private frame(address: number, mapping: Mapping | null): number {
    if (mapping === null) return this.builder.frame('', '');
    const { path, begin, offset } = mapping;
    if (isObjectFile(path)) return this.builder.frame('', path, NO_PLACE, address - begin + offset);
    const isMap = path.endsWith('.map');
    return this.builder.frame(isMap ? `${ADDRESS_SIGN}${address.toString(16)}` : '', path);
  }

  private remember(hash: number, at: number, frames: number, pid: number, stack: number): void {
    const chain = this.count++;
    if (chain === this.hashes.length) {
      const n = chain * 2;
      this.hashes = grown(this.hashes, n);
      this.pids = grown(this.pids, n);
      this.starts = grown(this.starts, n);
      this.sizes = grown(this.sizes, n);
      this.stacks = grown(this.stacks, n);
    }
    this.hashes[chain] = hash;
    this.pids[chain] = pid;
    this.starts[chain] = at;
    this.sizes[chain] = frames;
    this.stacks[chain] = stack;
    if (this.count * 2 > this.slots.length) this.rehash();
  }

  private rehash(): void {
    const slots = new Int32Array(this.slots.length * 4);
    const mask = slots.length - 1;
    for (let chain = 0; chain < this.count; chain++) {
      let slot = this.hashes[chain] & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = chain + 1;
    }
    this.slots = slots;
  }
}
