/**
 * The fast reader of perf script lines: src/formats/perf/kernel, compiled to WebAssembly with SIMD, reads entries and exits of raw_syscalls
 * straight into the columns of a ChunkWriter, switches of the scheduler into columns of their own, and tells call chains that it knows by
 * number. Here: what passes between it and the JavaScript reader.
 */
import { type CallTraits, callTraits } from '../../trace/call-traits.js';
import type { ChunkWriter } from '../../trace/chunk-writer.js';
import { LINES_MODULE } from './kernel/lines-module.js';
import { directoryFlag } from './arguments.js';
import type { PerfCalls } from './calls.js';
import { EVENT_OTHER, EVENT_RAW_ENTER, EVENT_RAW_EXIT, EVENT_SWITCH, type PerfLine } from './line.js';
import type { PerfLayout } from './survey.js';
import type { PerfStacks } from './stacks.js';
import type { PerfSwitches, SwitchColumns } from './switches.js';
import { type ReadTimes, type ReaderExports, WasmReader, readerInstance } from '../kernel-reader.js';

/** What src/formats/perf/kernel/lines.ts exports. */
interface Exports extends ReaderExports {
  readonly NEW_HEAD: WebAssembly.Global;
  forget(baseSeconds: number): void;
  setHead(thread: number, length: number): void;
  forgetNumbers(directoryFlag: number): void;
  addNumber(number: number, call: number, first: number, kind: number, rule: number, argument: number): void;
  setExits(recorded: number): void;
  noticesOf(): number;
  ownerOf(): number;
  addStranger(length: number, switcher: number): void;
  setOneId(told: number): void;
  readonly NEW_NAME: WebAssembly.Global;
  readonly SWITCH_TIME: WebAssembly.Global;
  readonly SWITCH_CPU: WebAssembly.Global;
  readonly SWITCH_PREVIOUS: WebAssembly.Global;
  readonly SWITCH_STATE: WebAssembly.Global;
  readonly SWITCH_NEXT: WebAssembly.Global;
  readonly SWITCH_NAME: WebAssembly.Global;
  switchesOf(): number;
  forgetNames(): void;
  addName(number: number): void;
  readonly LONGEST_CHAIN: WebAssembly.Global;
  readonly OWNER_ROWS: WebAssembly.Global;
  readonly OWNER_CHAINS: WebAssembly.Global;
  ownedOf(): number;
  forgetChains(): void;
  newChain(): number;
  addChain(length: number, lines: number, number: number): void;
}

/** What the parser has beside its writer. */
interface Readers {
  readonly calls: PerfCalls;
  readonly switches: PerfSwitches;
  readonly stacks: PerfStacks;
  /** The row has this chain, if its call has none yet. */
  attach(row: number, chain: number): void;
}

/** Bytes of an entry and its exit. */
const SHORTEST_CALL = 64;
/** Longest name and ids that are kept there, bytes. */
const LONGEST_HEAD = 32;
/** Nothing is known of whom the scheduler says that the line is of. */
const NO_SWITCHER = -1;
/** Longest name of a task that is kept there, bytes. */
const LONGEST_NAME = 15;

/** How the arguments of a call are read, in the order of src/formats/perf/kernel/numbers.ts. */
const RULES = [
  '',
  'futex',
  'epoll_ctl',
  'fcntl',
  'timeout',
  'open',
  'creat',
  'open-untold',
  'option',
  'family',
] as const;
type Rule = (typeof RULES)[number];

export class FastPerf extends WasmReader<Exports> {
  private calls!: PerfCalls;
  private readers!: Readers;
  private hasBase = false;
  private knownNumbers = 0;

  private constructor(wasm: Exports) {
    super(wasm, SHORTEST_CALL);
  }

  /** The one of this thread, for one parser after the other; null where it cannot run, or is better left out. */
  static ofThread(): FastPerf | null {
    if (ofThread === undefined) {
      const wasm = readerInstance<Exports>(LINES_MODULE);
      ofThread = wasm && new FastPerf(wasm);
    }
    return ofThread?.isPromising ? ofThread : null;
  }

  /** A parser begins, whose writer has this room. */
  begin(writer: ChunkWriter, times: ReadTimes, bytes: Uint8Array, readers: Readers, layout: PerfLayout): void {
    this.beginWith(writer, times, bytes);
    this.readers = readers;
    this.calls = readers.calls;
    this.hasBase = false;
    this.knownNumbers = 0;
    this.wasm.setExits(Number(layout.exits));
    this.wasm.setOneId(Number(layout.oneId === true));
    this.wasm.forgetNumbers(directoryFlag(layout.architecture));
    this.wasm.forgetNames();
    this.wasm.forgetChains();
  }

  override read(p: number): number {
    if (!this.hasBase) return p;
    const stop = super.read(p);
    if (stop === p) return p;
    const { wasm, readers } = this;
    this.calls.owner = wasm.ownerOf();
    this.writer.notices += wasm.noticesOf();
    const switches = wasm.switchesOf();
    if (switches > 0) readers.switches.append(this.switchColumns(switches));
    const owned = wasm.ownedOf();
    if (owned === 0) return stop;
    const rows = new Int32Array(wasm.memory.buffer, wasm.OWNER_ROWS.value, owned);
    const chains = new Int32Array(wasm.memory.buffer, wasm.OWNER_CHAINS.value, owned);
    for (let i = 0; i < owned; i++) readers.attach(rows[i]!, chains[i]!);
    return stop;
  }

  /** The JavaScript reader has read this line: tells what it has learnt. */
  learn(line: PerfLine): void {
    if (this.isPaused) return;
    const isCall = line.event === EVENT_RAW_ENTER || line.event === EVENT_RAW_EXIT;
    const isSwitch = line.event === EVENT_SWITCH;
    if (!isCall && !isSwitch && (line.event !== EVENT_OTHER || this.times.baseSeconds < 0)) return;
    const { wasm, writer, calls } = this;
    if (!this.hasBase) {
      this.hasBase = true;
      wasm.forget(this.times.baseSeconds);
    }
    if (isSwitch) this.learnName();
    const length = line.idsEnd - line.start;
    if (!isCall) {
      // Whose line it is does not matter, and the thread may have another name by now.
      const switcher = isSwitch && this.readers.switches.nameEnd >= 0 ? this.readers.switches.previous : NO_SWITCHER;
      if (length <= LONGEST_HEAD) wasm.addStranger(this.putHead(line, length), switcher);
      return;
    }
    const { numbersSeen } = calls.names;
    for (; this.knownNumbers < numbersSeen.length; this.knownNumbers++) this.addNumber(numbersSeen[this.knownNumbers]!);
    const thread = writer.knownThread(line.tid);
    if (!this.hasPlace(thread)) return;
    wasm.setHead(thread, length > LONGEST_HEAD ? 0 : this.putHead(line, length));
  }

  /** The JavaScript reader has read the chain that starts at `start`. */
  learnChain(start: number, { end, lines }: PerfStacks, chain: number): void {
    const { wasm, bytes } = this;
    const length = end - start;
    if (length > wasm.LONGEST_CHAIN.value) return;
    new Uint8Array(wasm.memory.buffer, wasm.newChain(), length).set(bytes.subarray(start, end));
    wasm.addChain(length, lines, chain);
  }

  /** What is known of the thread's name holds no longer, or the thread has ended. */
  forget(thread: number): void {
    if (this.hasPlace(thread)) this.wasm.setHead(thread, 0);
  }

  protected override forgetLines(): void {
    this.wasm.forget(this.times.baseSeconds);
  }

  /** Puts the line's name and ids there, zeros before them; gives their length. */
  private putHead({ idsEnd }: PerfLine, length: number): number {
    const { wasm, bytes } = this;
    const head = new Uint8Array(wasm.memory.buffer, wasm.NEW_HEAD.value, LONGEST_HEAD);
    head.fill(0, 0, LONGEST_HEAD - length);
    for (let i = length; i > 0; i--) head[LONGEST_HEAD - i] = bytes[idsEnd - i]!;
    return length;
  }

  private learnName(): void {
    const { wasm, bytes } = this;
    const { nameStart, nameEnd, nameNumber } = this.readers.switches;
    const length = nameEnd - nameStart;
    if (length <= 0 || length > LONGEST_NAME) return;
    const name = new Uint8Array(wasm.memory.buffer, wasm.NEW_NAME.value, LONGEST_NAME + 1).fill(0);
    for (let i = 0; i < length; i++) name[i] = bytes[nameStart + i]!;
    wasm.addName(nameNumber);
  }

  private switchColumns(count: number): SwitchColumns {
    const { wasm } = this;
    const { buffer } = wasm.memory;
    return {
      time: new Float64Array(buffer, wasm.SWITCH_TIME.value, count),
      cpu: new Uint16Array(buffer, wasm.SWITCH_CPU.value, count),
      previousTid: new Int32Array(buffer, wasm.SWITCH_PREVIOUS.value, count),
      previousState: new Uint8Array(buffer, wasm.SWITCH_STATE.value, count),
      nextTid: new Int32Array(buffer, wasm.SWITCH_NEXT.value, count),
      nextName: new Uint16Array(buffer, wasm.SWITCH_NAME.value, count),
    };
  }

  private addNumber(number: number): void {
    const { names } = this.calls;
    const call = names.callOf(number);
    const name = this.writer.calls.strings[call]!;
    const traits = callTraits(name);
    const rule = ruleOf(name, traits);
    if (rule !== null) this.wasm.addNumber(number, call, traits.first, traits.kind, RULES.indexOf(rule[0]), rule[1]);
  }
}

/** How the arguments of the call are read, and the index of the one that tells; null for calls that JavaScript reads. */
function ruleOf(name: string, { role }: CallTraits): [Rule, number] | null {
  switch (role) {
    case 'futex':
    case 'epoll_ctl':
    case 'fcntl':
      return [role, 1];
    case 'timeout':
      return ['timeout', name === 'poll' ? 2 : 3];
    case 'timeout-mask':
      return name === 'epoll_pwait' ? ['timeout', 3] : ['', 0];
    case 'open':
      if (name === 'creat') return ['creat', 0];
      return name === 'openat2' ? ['open-untold', 0] : ['open', name === 'openat' ? 2 : 1];
    case 'socket':
      return ['family', 1];
    case 'clone':
    case 'fork':
    case 'exit':
    case 'restart':
      return null;
    default:
      return name === 'setsockopt' || name === 'getsockopt' ? ['option', 1] : ['', 0];
  }
}

/** undefined: not tried yet. */
let ofThread: FastPerf | null | undefined;
