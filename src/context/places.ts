/**
 * Where each call stands: its context (contexts.ts) and its class, the pair of the call recorded before it in its thread (previous.ts) and its
 * own. Both are few, and so are their pairs: the place of a row is the number of such a pair, mostly two bytes. One pass over the
 * columns, O(rows), in WebAssembly: src/context/kernel says what it does and why there.
 */
import type { Trace } from '../trace/table.js';
import { PLACES_MODULE } from './kernel/places-module.js';
import { type Frugal, workWithin } from '../lib/wasm-instance.js';
import type { ContextTable } from './contexts.js';
import { descriptorEffect } from './descriptors.js';
import { isAllocating } from './previous.js';
import { EDGE, OUTCOME, type Symbol, grainsOf, resultTraits, sizeClass, symbolOf } from './symbols.js';

export interface Places {
  readonly symbols: readonly Symbol[];
  readonly contexts: ContextTable;
  /** Distinct pairs of the call before and the call, at the OUTCOME grain, in the order of their first rows. */
  readonly classes: readonly CallClass[];
  /** Per row: its place. */
  readonly ofRow: Uint16Array | Int32Array;
  /** Per place: index into `contexts`, and into `classes`. */
  readonly contextOf: Int32Array;
  readonly classOf: Int32Array;
  /** Runs of at least LONG_RUN equal calls (OUTCOME grain) in a thread. */
  readonly longRuns: readonly Run[];
}

export interface CallClass {
  /** OUTCOME texts of the call before and the call. */
  readonly before: string;
  readonly call: string;
  /** A row of the class. */
  readonly row: number;
}

/** Equal calls in a row of a thread: its first row, its last, and how many. */
export interface Run {
  readonly thread: number;
  readonly first: number;
  readonly last: number;
  readonly length: number;
}

export interface PlaceOptions {
  /** Calls in a row with equal OUTCOME grain beyond which a run counts as one loop; default: never. */
  readonly longestRun?: (symbol: Symbol) => number;
}

/** Bytes that should do, beside the places of the rows: tables of some ten thousand contexts; a thread and its descriptors. */
const MEMORY = 4e6;
const MEMORY_OF_THREAD = 1000;

export const LONG_RUN = 1000;
/** A run of any length is no loop. */
const UNLIMITED = 0x7fffffff;

/** What src/context/kernel/places.ts exports. In capitals: addresses and sizes. */
interface Exports extends Frugal {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly BLOCK: WebAssembly.Global;
  readonly THREAD: WebAssembly.Global;
  readonly DESCRIPTOR: WebAssembly.Global;
  readonly RESULT: WebAssembly.Global;
  readonly CALL: WebAssembly.Global;
  readonly ERRNO: WebAssembly.Global;
  readonly KIND: WebAssembly.Global;
  readonly VARIANT: WebAssembly.Global;
  readonly DOES: WebAssembly.Global;
  readonly SIZES: WebAssembly.Global;
  readonly PROCESSES: WebAssembly.Global;
  readonly PLACES: WebAssembly.Global;
  readonly codes: WebAssembly.Global;
  readonly triples: WebAssembly.Global;
  readonly contexts: WebAssembly.Global;
  readonly classes: WebAssembly.Global;
  readonly places: WebAssembly.Global;
  readonly RUNS: WebAssembly.Global;
  readonly runs: WebAssembly.Global;
  readonly wide: WebAssembly.Global;
  layOut(rows: number, threads: number, calls: number, sigreturn: number): void;
  addSymbol(outcome: number, limit: number, allocating: boolean): void;
  look(base: number, from: number, to: number): number;
  finish(): void;
}

export function placesOf(trace: Trace, options: PlaceOptions = {}): Places {
  const bytes = MEMORY + 2 * trace.length + MEMORY_OF_THREAD * trace.threads.length;
  return workWithin<Exports, Places>(PLACES_MODULE, bytes, (wasm) => placesWith(wasm, trace, options));
}

function placesWith(wasm: Exports, trace: Trace, options: PlaceOptions): Places {
  const { length, calls, threads } = trace;
  wasm.layOut(length, threads.length, calls.length, calls.indexOf('rt_sigreturn'));
  describe(trace, wasm);
  const symbols = new Symbols(calls, options.longestRun, wasm);
  const block = wasm.BLOCK.value;
  for (let base = 0; base < length; base += block) {
    const rows = Math.min(block, length - base);
    copyRows(trace, base, rows, wasm);
    for (let row = 0; row < rows;) {
      row = wasm.look(base, row, rows);
      if (row < rows) symbols.add();
    }
  }
  wasm.finish();
  const { buffer } = wasm.memory;
  const [contexts, triples] = [tuplesAt(buffer, wasm.contexts), tuplesAt(buffer, wasm.triples)];
  const [classes, places] = [tuplesAt(buffer, wasm.classes), tuplesAt(buffer, wasm.places)];
  const ofTriple = (part: Int32Array) => contexts.first.map((triple) => part[triple]!);
  const ofRow = wasm.wide.value === 0 ? Uint16Array : Int32Array;
  return {
    symbols: symbols.list,
    contexts: {
      size: contexts.first.length,
      before2: ofTriple(triples.first),
      before: ofTriple(triples.second),
      symbol: ofTriple(triples.third),
      after: contexts.third,
      onDescriptor: contexts.second.map((own) => own >> 1),
      sameDescriptor: Uint8Array.from(contexts.second, (own) => own & 1),
    },
    classes: Array.from(classes.third, (row, k) => {
      return { before: symbols.outcomes[classes.first[k]!]!, call: symbols.outcomes[classes.second[k]!]!, row };
    }),
    ofRow: new ofRow(buffer, wasm.PLACES.value, length).slice(),
    contextOf: places.first,
    classOf: places.second,
    longRuns: runsAt(wasm),
  };
}

/** Tells what calls and threads are. */
function describe({ calls, threads }: Trace, wasm: Exports): void {
  const { buffer } = wasm.memory;
  new Uint8Array(buffer, wasm.DOES.value, calls.length).set(calls.map(descriptorEffect));
  const sizes = new Uint8Array(buffer, wasm.SIZES.value, 64 * calls.length);
  calls.forEach((name, call) => {
    const traits = resultTraits(name);
    for (let zeros = 0; zeros < 32; zeros++) sizes[64 * call + zeros] = sizeClass(traits, (1 << (31 - zeros)) | 0);
    sizes[64 * call + 32] = sizeClass(traits, 0);
  });
  const processes = new Map<number, number>();
  for (const { pid } of threads) if (!processes.has(pid)) processes.set(pid, processes.size);
  new Int32Array(buffer, wasm.PROCESSES.value, 2 * threads.length).set(
    threads.flatMap(({ pid, parent }) => [processes.get(pid)!, parent < 0 ? -1 : processes.get(threads[parent]!.pid)!]),
  );
}

function copyRows({ columns }: Trace, base: number, rows: number, wasm: Exports): void {
  const { buffer } = wasm.memory;
  const end = base + rows;
  new Uint32Array(buffer, wasm.THREAD.value, rows).set(columns.thread.subarray(base, end));
  new Int32Array(buffer, wasm.DESCRIPTOR.value, rows).set(columns.descriptor.subarray(base, end));
  new Int32Array(buffer, wasm.RESULT.value, rows).set(columns.result.subarray(base, end));
  new Uint16Array(buffer, wasm.CALL.value, rows).set(columns.call.subarray(base, end));
  new Uint8Array(buffer, wasm.ERRNO.value, rows).set(columns.errno.subarray(base, end));
  new Uint8Array(buffer, wasm.KIND.value, rows).set(columns.kind.subarray(base, end));
  new Uint8Array(buffer, wasm.VARIANT.value, rows).set(columns.variant.subarray(base, end));
}

/** Symbols of the trace, added as they are met. */
class Symbols {
  readonly list: Symbol[] = [];
  readonly outcomes: string[] = [];
  private readonly numbers = new Map<string, number>();

  constructor(
    private readonly calls: readonly string[],
    private readonly longestRun: ((symbol: Symbol) => number) | undefined,
    private readonly wasm: Exports,
  ) {
    this.put(EDGE, UNLIMITED);
  }

  /** The one that was met last. */
  add(): void {
    const [size, list] = tableAt(this.wasm.memory.buffer, this.wasm.codes);
    const last = new Int32Array(this.wasm.memory.buffer, list + 12 * (size - 1), 3);
    const [v, w, x] = last as unknown as [number, number, number];
    const codes = { call: this.calls[v >> 5]!, variant: v & 31, kind: w >> 2, side: w & 3, errno: x >> 3, size: x & 7 };
    const symbol = symbolOf(codes);
    this.put(symbol, Math.max(1, Math.min(UNLIMITED, this.longestRun?.(symbol) ?? UNLIMITED)));
  }

  private put(symbol: Symbol, limit: number): void {
    const text = grainsOf(symbol)[OUTCOME]!;
    let outcome = this.numbers.get(text);
    if (outcome === undefined) this.numbers.set(text, (outcome = this.outcomes.push(text) - 1));
    this.list.push(symbol);
    this.wasm.addSymbol(outcome, limit, isAllocating(symbol));
  }
}

function runsAt({ memory, RUNS, runs }: Exports): Run[] {
  const all = new Int32Array(memory.buffer, RUNS.value, 4 * runs.value);
  return Array.from({ length: runs.value }, (_, n) => {
    const [thread, first, last, length] = all.subarray(4 * n) as unknown as [number, number, number, number];
    return { thread, first, last, length };
  });
}

/** The tuples of a table (src/context/kernel/tuples.ts), by number. */
function tuplesAt(buffer: ArrayBuffer, table: WebAssembly.Global) {
  const [size, list] = tableAt(buffer, table);
  const all = new Int32Array(buffer, list, 3 * size);
  const [first, second, third] = [new Int32Array(size), new Int32Array(size), new Int32Array(size)];
  for (let n = 0, at = 0; n < size; n++) {
    first[n] = all[at++]!;
    second[n] = all[at++]!;
    third[n] = all[at++]!;
  }
  return { first, second, third };
}

/** How many tuples it has, and where the list of them begins. */
function tableAt(buffer: ArrayBuffer, { value: table }: WebAssembly.Global): [size: number, list: number] {
  const [size, , , list] = new Uint32Array(buffer, table, 4) as unknown as [number, number, number, number];
  return [size, list];
}
