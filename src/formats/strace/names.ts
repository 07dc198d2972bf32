/**
 * Names of calls to numbers. Behind the interner's exact table stands a small cache: the eight bytes from the name on
 * choose a slot, the slot names a call, and the call's own bytes, the `(` behind it included, are compared word by word. So a name that
 * was seen before costs a few loads instead of a hash over its bytes.
 */
import { canonicalCallName, standsForSeveral } from '../../trace/call-traits.js';
import {
  type ByteInterner,
  HASH_SEED,
  type LineScanner,
  SPACE,
  endsWith,
  hashStep,
  startsWith,
  text,
} from '../../lib/bytes.js';
import { KnownBytes, SHORTEST_KNOWN } from '../../lib/known-bytes.js';
import { isNameByte } from './leader.js';
import { isNumberedName, nameOfNumbered } from './numbers.js';
import type { Architecture } from '../syscalls/index.js';
import { multiplexedCall } from '../syscalls/multiplexed.js';

const SLOTS = 1024;
/** Longest name that is cached, bytes with its terminator. */
const LONGEST = 24;
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
  /** Names with their terminator; per call, its number there + 1. */
  private readonly known = new KnownBytes();
  private readonly knownOfCall = new Int16Array(MAX_CACHED);

  constructor(
    private readonly names: ByteInterner,
    /** The byte behind a name. */
    private readonly terminator: number,
    private readonly architecture: Architecture,
  ) {}

  /** Sets the text that the following names are of. */
  use(scanner: LineScanner): void {
    this.view = scanner.view;
    this.limit = scanner.bytes.length - LONGEST;
  }

  /** Number of the name at `start`, -1 when there is none with the terminator behind it; `end` is behind the name. */
  read(bytes: Uint8Array, start: number): number {
    if (start >= this.limit) return this.readAny(bytes, start);
    const { view } = this;
    const hash =
      Math.imul(view.getInt32(start, true), 0x9e3779b1) ^ Math.imul(view.getInt32(start + 4, true), 0x85ebca6b);
    const slot = (hash >>> 20) & (SLOTS - 1);
    const call = this.slots[slot] - 1;
    if (call >= 0) {
      const known = this.knownOfCall[call] - 1;
      if (this.known.same(view, known, start)) {
        this.end = start + this.known.length(known) - 1;
        return call;
      }
    }
    return this.remember(this.readAny(bytes, start), start, slot);
  }

  private readAny(bytes: Uint8Array, start: number): number {
    let p = start;
    let hash = HASH_SEED;
    let c = bytes[p];
    if (isNumberedName(bytes, p)) for (; c !== 95 /* _ */; c = bytes[++p]) hash = hashStep(hash, c);
    while (isNameByte(c)) {
      hash = hashStep(hash, c);
      c = bytes[++p];
    }
    this.end = p;
    if (c !== this.terminator) return -1;
    if (startsWith(bytes, start, 'socketcall') || startsWith(bytes, start, 'ipc')) {
      const call = this.readMultiplexed(bytes, text(bytes, start, p));
      if (call !== '') return this.names.internString(call);
    }
    if (startsWith(bytes, start, 'syscall_') || bytes[start] === 83 /* S */)
      return this.names.internString(nameOfNumbered(text(bytes, start, p), this.architecture));
    if (bytes[start] === 95 /* _ */ || endsWith(bytes, start, p, '64'))
      return this.names.internString(canonicalCallName(text(bytes, start, p)));
    return this.names.intern(bytes, start, p, hash);
  }

  /**
   * `socketcall(SYS_RECV, [5, ...])`, `ipc(SEMOP, 3, ...)`, or with numbers: the call that it stands for, whose own arguments begin
   * behind `end` as those of others do; '' for other calls.
   */
  private readMultiplexed(bytes: Uint8Array, name: string): string {
    if (this.terminator !== 40 || !standsForSeveral(name)) return '';
    let p = this.end + 1;
    while (bytes[p] !== 44 /* , */ && bytes[p] > SPACE && bytes[p] !== 41) p++;
    const argument = text(bytes, this.end + 1, p);
    const call = multiplexedCall(name, /^\d/.test(argument) ? Number(argument) : argument);
    if (call === '' || bytes[p] !== 44) return '';
    // Numbers are followed by an address in memory: what lies there is not shown.
    this.end = bytes[p + 2] === 91 /* [ */ || name === 'ipc' ? p + (bytes[p + 2] === 91 ? 2 : 1) : p;
    return call;
  }

  private remember(call: number, start: number, slot: number): number {
    const length = this.end + 1 - start;
    if (call < 0 || call >= MAX_CACHED || length < SHORTEST_KNOWN || length > LONGEST) return call;
    if (this.knownOfCall[call] === 0) this.knownOfCall[call] = this.known.add(this.view, start, this.end + 1) + 1;
    this.slots[slot] = call + 1;
    return call;
  }
}
