/**
 * The fast reader of perf script lines: src/formats/perf/kernel, compiled to WebAssembly with SIMD, reads entries and exits of raw_syscalls
 * straight into the columns of a ChunkWriter. Here: what passes between it and the JavaScript reader.
 */
import { type CallTraits, callTraits } from '../../trace/call-traits.js';
import type { ChunkWriter } from '../../trace/chunk-writer.js';
import { LINES_MODULE } from './kernel/lines-module.js';
import { directoryFlag } from './arguments.js';
import type { PerfCalls } from './calls.js';
import { EVENT_RAW_ENTER, EVENT_RAW_EXIT, type PerfLine } from './line.js';
import type { PerfLayout } from './survey.js';
import { type ReadTimes, type ReaderExports, WasmReader, readerInstance } from '../kernel-reader.js';

/** What src/formats/perf/kernel/lines.ts exports. */
interface Exports extends ReaderExports {
  readonly NEW_HEAD: WebAssembly.Global;
  forget(baseSeconds: number): void;
  setHead(thread: number, length: number): void;
  forgetNumbers(directoryFlag: number): void;
  addNumber(number: number, call: number, first: number, kind: number, rule: number, argument: number): void;
  setExits(recorded: number): void;
  ownerOf(): number;
}

/** Bytes of an entry and its exit. */
const SHORTEST_CALL = 64;
/** Longest name and ids that are kept there, bytes. */
const LONGEST_HEAD = 32;

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
  begin(writer: ChunkWriter, times: ReadTimes, bytes: Uint8Array, calls: PerfCalls, layout: PerfLayout): void {
    this.beginWith(writer, times, bytes);
    this.calls = calls;
    this.hasBase = false;
    this.knownNumbers = 0;
    this.wasm.setExits(Number(layout.exits));
    this.wasm.forgetNumbers(directoryFlag(layout.architecture));
  }

  override read(p: number): number {
    if (!this.hasBase) return p;
    const stop = super.read(p);
    if (stop > p) this.calls.owner = this.wasm.ownerOf();
    return stop;
  }

  /** The JavaScript reader has read this line: tells what it has learnt. */
  learn(line: PerfLine): void {
    if (this.isPaused || (line.event !== EVENT_RAW_ENTER && line.event !== EVENT_RAW_EXIT)) return;
    const { wasm, writer, calls } = this;
    if (!this.hasBase) {
      this.hasBase = true;
      wasm.forget(this.times.baseSeconds);
    }
    const { numbersSeen } = calls.names;
    for (; this.knownNumbers < numbersSeen.length; this.knownNumbers++) this.addNumber(numbersSeen[this.knownNumbers]!);
    const thread = writer.knownThread(line.tid);
    const length = line.idsEnd - line.start;
    if (!this.hasPlace(thread)) return;
    if (length > LONGEST_HEAD) {
      wasm.setHead(thread, 0);
      return;
    }
    const head = new Uint8Array(wasm.memory.buffer, wasm.NEW_HEAD.value, LONGEST_HEAD);
    head.fill(0, 0, LONGEST_HEAD - length);
    for (let i = length; i > 0; i--) head[LONGEST_HEAD - i] = this.bytes[line.idsEnd - i]!;
    wasm.setHead(thread, length);
  }

  /** What is known of the thread's name holds no longer, or the thread has ended. */
  forget(thread: number): void {
    if (this.hasPlace(thread)) this.wasm.setHead(thread, 0);
  }

  protected override forgetLines(): void {
    this.wasm.forget(this.times.baseSeconds);
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
