/**
 * Pending in WebAssembly (kernel/), into which samples of usual events go without passing through JavaScript. What it cannot hold (4 GB of
 * events without a round) goes on in Pending.
 */
import { wasmInstance } from '../../../lib/wasm-instance.js';
import type { EventTable, KnownEvent } from './event-table.js';
import { ARRANGE_MODULE } from './kernel/arrange-module.js';
import { SAMPLE } from './layout.js';
import { Pending, type Waiting } from './pending.js';
import type { Watcher } from './processes.js';
import type { RecordWindow } from './records.js';

/** What kernel/arrange.ts exports. In capitals: addresses. */
interface Exports {
  readonly INPUT: WebAssembly.Global;
  readonly TOLD: WebAssembly.Global;
  readonly BEGIN: WebAssembly.Global;
  readonly EVENTS: WebAssembly.Global;
  readonly COUNTS: WebAssembly.Global;
  readonly eventAt: WebAssembly.Global;
  readonly earliest: WebAssembly.Global;
  begin(pages: number): void;
  beginSamples(): void;
  setBase(ns: bigint): void;
  forgetEvents(idAt: number): void;
  addId(id: number, event: number): void;
  setWithPids(matter: number): void;
  setThread(tid: number, seen: number): void;
  setProcess(pid: number, seen: number): void;
  run(from: number, to: number): number;
  add(kind: number, words: number, tid: number, pid: number, cpu: number, time: number): number;
  beginRound(): void;
  beginEnd(): void;
  tell(): number;
  toldBytes(): number;
  taken(): void;
  runsOf(): number;
  limitOf(): number;
  latestOf(): number;
}

interface Kernel {
  readonly wasm: Exports;
  readonly memory: WebAssembly.Memory;
}

/** Of 64 KB. What a recording begins with; 4 GB but what addresses may pass over. */
const [PAGES, MOST_PAGES] = [128, 65000];
/** A thread keeps a memory that is no larger, bytes. */
const MOST_KEPT = 2 ** 25;
let kept: Kernel | null = null;

/** Why the kernel stops telling. */
const [DONE, EVENT] = [0, 2];
const NUMBERS = 2048;
/** Words of a layout in kernel/samples.ts, and how many there can be. */
const [LAYOUT_WORDS, MOST_EVENTS] = [32, 4096];
/** Where the letters of states begin in it, bytes, and how many there can be. */
const [LETTERS, MOST_LETTERS] = [80, 31];
const NONE = -1;
const LARGEST_BASE = 2n ** 63n;

export class FastPending implements Waiting, Watcher {
  private view: Int32Array;
  private doublesView: Float64Array;
  private bytesView: Uint8Array;
  /** Goes on from where memory ended. */
  private rest: Pending | null = null;
  private hasBase = false;
  /** Of what it tells, in words. */
  private readonly told: number;

  private constructor(private readonly kernel: Kernel) {
    const { buffer } = kernel.memory;
    this.view = new Int32Array(buffer);
    this.doublesView = new Float64Array(buffer);
    this.bytesView = new Uint8Array(buffer);
    this.told = kernel.wasm.TOLD.value >>> 2;
  }

  /** Null where it cannot run. `pages`: of 64 KB, that it may take at most; tests choose few. */
  static make(pages = MOST_PAGES): FastPending | null {
    try {
      const kernel = kept ?? newKernel();
      kept = null;
      kernel.wasm.begin(pages);
      kernel.wasm.beginSamples();
      return new FastPending(kernel);
    } catch {
      return null;
    }
  }

  get words(): Int32Array {
    return this.rest?.words ?? this.view;
  }

  get doubles(): Float64Array {
    return this.rest?.doubles ?? this.doublesView;
  }

  get bytes(): Uint8Array {
    return this.rest?.bytes ?? this.bytesView;
  }

  add(kind: number, words: number, tid: number, pid: number, cpu: number, time: number): number {
    if (this.rest === null) {
      const at = this.kernel.wasm.add(kind, words, tid, pid, cpu, time);
      if (at !== 0) {
        this.look();
        return at >>> 2;
      }
      this.handOver();
    }
    return this.rest!.add(kind, words, tid, pid, cpu, time);
  }

  round(emit: (at: number) => void, several: (from: number, to: number) => void): void {
    if (this.rest !== null) return this.rest.round(emit);
    this.kernel.wasm.beginRound();
    this.tell(emit, several);
  }

  /** It is of no use behind that. */
  end(emit: (at: number) => void, several: (from: number, to: number) => void): void {
    if (this.rest !== null) return this.rest.end(emit);
    this.kernel.wasm.beginEnd();
    this.tell(emit, several);
    if (this.kernel.memory.buffer.byteLength <= MOST_KEPT) kept = this.kernel;
  }

  /** The window of the file's records, or of those that were compressed in it. */
  window(compressed: boolean): RecordWindow {
    const { wasm, memory } = this.kernel;
    const from = compressed ? WINDOW_BYTES : 0;
    return {
      bytes: new Uint8Array(memory.buffer, wasm.INPUT.value + from, WINDOW_BYTES),
      run: (at, filled) => {
        if (!this.hasBase || this.rest !== null) return at;
        return wasm.run(from + at, from + filled) - from;
      },
    };
  }

  /** Times count from there. */
  begins(ns: bigint): void {
    this.hasBase = ns < LARGEST_BASE;
    if (this.hasBase) this.kernel.wasm.setBase(ns);
  }

  /** Pieces must know what is mapped by a process before its first call. */
  setMappings(matter: boolean): void {
    this.kernel.wasm.setWithPids(Number(matter));
  }

  seeThread(tid: number, seen: boolean): void {
    this.kernel.wasm.setThread(tid, Number(seen));
  }

  seeProcess(pid: number, seen: boolean): void {
    this.kernel.wasm.setProcess(pid, Number(seen));
  }

  /** These are the events. */
  learn({ events }: EventTable): void {
    const { wasm } = this.kernel;
    const idAt = events[0]?.attribute.identifierAt ?? NONE;
    wasm.forgetEvents(idAt < 0 ? NONE : idAt * 4);
    if (idAt < 0 && events.length !== 1) return;
    events.slice(0, MOST_EVENTS).forEach((event, index) => {
      if (!this.put(event, index)) return;
      for (const id of event.attribute.ids) if (id < 2 ** 31) wasm.addId(id, index);
    });
  }

  /** What it has seen of the first calls: adds their numbers, and how often each. Gives the moment of the earliest sample. */
  survey(numbers: Map<number, number>): number {
    const { wasm, memory } = this.kernel;
    new Int32Array(memory.buffer, wasm.COUNTS.value, NUMBERS).forEach((count, number) => {
      if (count > 0) numbers.set(number, (numbers.get(number) ?? 0) + count);
    });
    return wasm.earliest.value;
  }

  /** Puts the layout of an event there; false when its samples are not usual. */
  private put({ attribute, layout }: KnownEvent, index: number): boolean {
    const { sampleType, tidAt, timeAt, cpuAt, fixedEnd } = attribute;
    const isUsual = (sampleType & USED) === SAMPLE.RAW && tidAt >= 0 && timeAt >= 0;
    const isNamed = layout.name !== '' || attribute.tracepoint < 0;
    if (!isUsual || !isNamed || layout.states.length > MOST_LETTERS) return false;
    const at = this.kernel.wasm.EVENTS.value + index * LAYOUT_WORDS * 4;
    const { kind, first, second, third, wide, args, words, states } = layout;
    const isChained = (sampleType & SAMPLE.CALLCHAIN) !== 0;
    const fields = [kind, index, fixedEnd * 4, tidAt * 4, timeAt * 4, cpuAt < 0 ? NONE : cpuAt * 4, Number(isChained)];
    const raw = [words, first, second, third].map((word) => word * 4);
    const places = Array.from({ length: MOST_ARGS }, (_, i) => (args[i] ?? 0) * 4);
    const letters = (1 << states.length) - 1;
    this.view.set([...fields, ...raw, Number(wide), args.length, ...places, letters], at >> 2);
    for (let i = 0; i < states.length; i++) this.bytesView[at + LETTERS + i] = states.charCodeAt(i);
    return true;
  }

  private tell(emit: (at: number) => void, several: (from: number, to: number) => void): void {
    const { told: first } = this;
    const { wasm } = this.kernel;
    this.look();
    for (;;) {
      const why = wasm.tell();
      const bytes = wasm.toldBytes();
      if (bytes > 0) several(first, first + (bytes >> 2));
      wasm.taken();
      if (why === DONE) return;
      if (why === EVENT) emit(wasm.eventAt.value >>> 2);
    }
  }

  /** Memory may have grown. */
  private look(): void {
    const { buffer } = this.kernel.memory;
    if (buffer.byteLength === this.view.byteLength) return;
    this.view = new Int32Array(buffer);
    this.doublesView = new Float64Array(buffer);
    this.bytesView = new Uint8Array(buffer);
  }

  private handOver(): void {
    const { wasm } = this.kernel;
    this.look();
    const { view, doublesView } = this;
    const rest = new Pending();
    rest.resume(wasm.limitOf(), wasm.latestOf());
    const runs = wasm.runsOf();
    for (let run = 0, head = wasm.BEGIN.value >>> 2; run < runs; run++) {
      const end = view[head + 1]! >>> 2;
      for (let at = view[head]! >>> 2; at < end;) {
        const words = view[at]! >>> 8;
        const [tid, pid, cpu] = [view[at + 1]!, view[at + 2]!, view[at + 3]!];
        const to = rest.add(view[at]! & 0xff, words, tid, pid, cpu, doublesView[(at + 4) >> 1]!);
        rest.words.set(view.subarray(at, at + words), to);
        at += words;
      }
      head = end;
    }
    this.rest = rest;
  }
}

/** What decides whether a sample is usual: it must hold raw data, and none of the others. */
const USED = SAMPLE.RAW | SAMPLE.READ | SAMPLE.STACK_USER;
const MOST_ARGS = 6;
const WINDOW_BYTES = 2 ** 19;

function newKernel(): Kernel {
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: MOST_PAGES, shared: true });
  return { memory, wasm: wasmInstance<Exports>(ARRANGE_MODULE, { env: { memory } }) };
}
