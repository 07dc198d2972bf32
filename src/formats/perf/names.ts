/** Numbers and names of calls in perf's events to calls of a chunk, with their traits. */
import { type CallTraits, callTraits, canonicalCallName, standsForSeveral } from '../../trace/call-traits.js';
import { ByteInterner, HASH_SEED, LF, SPACE, hashStep, isDigit, startsWith } from '../../lib/bytes.js';
import { hexAt } from './arguments.js';
import { type Architecture, X86_64_CALLS, architectureCalls } from '../syscalls/index.js';
import { multiplexedCall } from '../syscalls/multiplexed.js';

/** Higher numbers are damaged text; Linux has fewer than 500 calls. */
const MAX_NUMBER = 2048;
/** Names beyond are damaged text, and would not fit in Columns.call. */
const MAX_NAMES = 4096;
/** Bit of the calls of the x32 ABI. */
const X32_BIT = 0x40000000;
const COLON = 58;

/** The kernel's own -1: what it leaves for rt_sigreturn, and for execve on some architectures. */
export const NO_NUMBER = -1;
/** No call can be read here. */
export const DAMAGED = -2;

/** Tracepoints are named after functions of the kernel, calls after their entries in the table. */
const TRACEPOINT_NAMES: Record<string, string> = {
  newstat: 'stat',
  newlstat: 'lstat',
  newfstat: 'fstat',
  newuname: 'uname',
  sendfile64: 'sendfile',
  umount: 'umount2',
};

export class PerfNames {
  /** By call of the chunk. */
  readonly traits: CallTraits[] = [];
  /** By call of the chunk: whether its arguments tell more than its descriptor. */
  readonly special: boolean[] = [];
  /** Numbers in order of first sight. */
  readonly numbersSeen: number[] = [];
  /** Position behind what was read last. */
  end = 0;
  /** The arguments of the call read last are not those that its line shows: socketcall and ipc of i386. */
  indirect = false;
  private readonly numbers: readonly string[];
  /** Number to call of the chunk, -1 before its first sight. */
  private readonly byNumber = new Int32Array(MAX_NUMBER).fill(-1);
  private readonly printed = new ByteInterner();
  private readonly byPrinted: number[] = [];

  constructor(
    private readonly calls: ByteInterner,
    architecture: Architecture,
  ) {
    this.numbers = architectureCalls(architecture);
  }

  /** Reads `NR 232` at `from`: a call of the chunk, NO_NUMBER or DAMAGED. */
  numbered(bytes: Uint8Array, from: number): number {
    let p = from;
    if (!isNumber(bytes, p)) {
      // With -F +ip,sym an address and its symbol stand before the event's text.
      while (bytes[p] !== LF && !(bytes[p] === SPACE && isNumber(bytes, p + 1))) p++;
      if (bytes[p] === LF) return DAMAGED;
      p++;
    }
    p += 3;
    if (bytes[p] === 45 /* - */) {
      while (bytes[++p] > SPACE);
      this.end = p;
      return NO_NUMBER;
    }
    let number = 0;
    const first = p;
    for (; isDigit(bytes[p]); p++) number = number * 10 + (bytes[p] - 48);
    if (p === first) return DAMAGED;
    this.end = p;
    this.indirect = false;
    const known = this.byNumber[number] ?? -1;
    if (known >= 0) return known;
    return this.ofNumber(number, bytes[p + 1] === 40 /* ( */ ? hexAt(bytes, p + 2) : null);
  }

  /**
   * The call of a number: one of the chunk, or DAMAGED. `first`: the entry's first argument, which tells the call where the number stands
   * for several (socketcall and ipc of i386); null for an exit, which then is of whatever is open.
   */
  ofNumber(given: number, first: number | null): number {
    const number = given >= X32_BIT && this.numbers === X86_64_CALLS ? given - X32_BIT : given;
    if (number >= MAX_NUMBER) return DAMAGED;
    this.indirect = false;
    const known = this.byNumber[number];
    if (known >= 0) return known;
    const name = this.numbers[number] || `syscall_${number}`;
    this.indirect = standsForSeveral(name);
    if (this.indirect) return this.learn((first !== null && multiplexedCall(name, first)) || name);
    this.numbersSeen.push(number);
    return (this.byNumber[number] = this.learn(name));
  }

  /** The same of a name as tracepoints have it (`newfstat`); `first` as there. */
  ofName(name: string, first: number | null): number {
    this.indirect = standsForSeveral(name);
    if (!this.indirect) return this.learn(Object.hasOwn(TRACEPOINT_NAMES, name) ? TRACEPOINT_NAMES[name] : name);
    return this.learn((first !== null && multiplexedCall(name, first)) || name);
  }

  /** The call of a number that was seen. */
  callOf(number: number): number {
    return this.byNumber[number];
  }

  /** Reads `read:` at `start`: a call of the chunk, or DAMAGED. */
  named(bytes: Uint8Array, start: number): number {
    let p = start;
    let hash = HASH_SEED;
    for (; bytes[p] > SPACE && bytes[p] !== COLON; p++) hash = hashStep(hash, bytes[p]);
    if (bytes[p] !== COLON || p === start || this.calls.size > MAX_NAMES) return DAMAGED;
    this.end = p + 1;
    const id = this.printed.intern(bytes, start, p, hash);
    const name = this.printed.strings[id];
    this.indirect = standsForSeveral(name);
    if (this.indirect) {
      this.byPrinted[id] = NO_NUMBER;
      const isEntry = startsWith(bytes, this.end + 1, 'call: 0x');
      return this.ofName(name, isEntry ? hexAt(bytes, this.end + 9) : null);
    }
    if (id === this.byPrinted.length) this.byPrinted.push(this.ofName(name, null));
    return this.byPrinted[id];
  }

  private learn(printed: string): number {
    const name = canonicalCallName(printed);
    const call = this.calls.internString(name);
    const traits = callTraits(name);
    this.traits[call] = traits;
    this.special[call] = traits.role !== 'none' || name === 'setsockopt' || name === 'getsockopt';
    return call;
  }
}

/** `NR ` */
function isNumber(bytes: Uint8Array, p: number): boolean {
  return bytes[p] === 78 && bytes[p + 1] === 82 && bytes[p + 2] === SPACE;
}
