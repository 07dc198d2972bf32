/**
 * Units (segmentation.ts) and their features (features.ts) in one pass in the order of the rows. Threads of a busy server alternate
 * with every row, so going by thread reads every cache line of the columns once a thread; here a row is read once, and what is under
 * way in each thread is kept aside. In WebAssembly: src/units/kernel says why. It is given the columns in blocks, and what it finds is
 * taken from it whenever it has no more room.
 */
import { UNITS_MODULE } from './kernel/units-module.js';
import type { Trace } from '../trace/table.js';
import { type Frugal, workWithin } from '../lib/wasm-instance.js';
import { type FoldedAppearances, RANGE, foldedAppearances } from './appearance.js';
import type { FeatureTable } from './features.js';
import { type SegmentationOptions, type SleepsByThread, sleepsByThread } from './segmentation.js';
import { cells, nextFrom } from './time-cells.js';
import { UNIT, UnitList } from './unit-list.js';
import type { FoundUnits } from './unit-table.js';
import { BY_KIND, FUTEX, waitTable, waits } from './waits.js';

export interface UnitsWithFeatures {
  readonly units: FoundUnits;
  readonly features: FeatureTable;
  readonly appearances: FoldedAppearances;
  /** Rows up to the end of the window that `longerThan` asks for, in their order, and the row before each in its thread; -1: none. */
  readonly longRows: readonly { readonly row: number; readonly before: number }[];
  /** Per thread: its last row before the end of the window, -1 where it has none. */
  readonly lastRow: Int32Array;
}

export interface OnePassInput {
  readonly columns: Pick<Trace['columns'], 'start' | 'duration' | 'thread' | 'call' | 'kind' | 'variant'>;
  readonly length: number;
  readonly threads: number;
  /** Units of the threads [from, to) only. */
  readonly only?: { readonly from: number; readonly to: number };
  /** Number of call types. */
  readonly calls: number;
  /** Per call, from waits.ts. */
  readonly waitTable: Uint8Array;
  /** Moments at which threads gave up the CPU, by thread; null where no scheduler events were recorded. */
  readonly sleeps: SleepsByThread | null;
  /** Calls longer than `callNs`, and those that begin more than `gapNs` after the one before in their thread, are noted. */
  readonly longerThan?: { readonly callNs: number; readonly gapNs: number };
}

/** Sums by thread and call type that are no matter: 20 MB. Where there are more, threads that come and go share what they need. */
const MOST_SUMS = 1 << 20;

/** What src/units/kernel/units.ts exports. In capitals: addresses and sizes. */
interface Exports extends Frugal {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly BLOCK: WebAssembly.Global;
  readonly START: WebAssembly.Global;
  readonly DURATION: WebAssembly.Global;
  readonly THREAD: WebAssembly.Global;
  readonly CALL: WebAssembly.Global;
  readonly KIND: WebAssembly.Global;
  readonly VARIANT: WebAssembly.Global;
  readonly WAITS: WebAssembly.Global;
  readonly WAITS_BY_KIND: WebAssembly.Global;
  readonly WAITS_BY_VARIANT: WebAssembly.Global;
  readonly CELLS: WebAssembly.Global;
  readonly NEXT_FROM: WebAssembly.Global;
  readonly SLEEPS: WebAssembly.Global;
  readonly UNITS: WebAssembly.Global;
  readonly units: WebAssembly.Global;
  readonly ENTRIES: WebAssembly.Global;
  readonly entries: WebAssembly.Global;
  readonly OFFSETS: WebAssembly.Global;
  readonly RANGES: WebAssembly.Global;
  readonly vectors: WebAssembly.Global;
  readonly NOTES: WebAssembly.Global;
  readonly notes: WebAssembly.Global;
  layOut(threads: number, calls: number, gapNs: number, waitNs: number, toNs: number, share: boolean): void;
  setOnly(from: number, to: number): void;
  layOutSleeps(count: number): void;
  setSleeps(thread: number, from: number, to: number): void;
  setLast(thread: number, row: number): void;
  noteLonger(callNs: number, gapNs: number): void;
  notesTaken(): void;
  lastRow(thread: number): number;
  before(base: number, rows: number): void;
  begin(fromNs: number): void;
  cut(base: number, from: number, to: number): number;
  finish(from: number): number;
  taken(): void;
}

/** The units of a whole trace; can be posted to workers. */
export function onePassInput({ columns, length, threads, calls, switches }: Trace): OnePassInput {
  const { start, duration, thread, call, kind, variant } = columns;
  return {
    columns: { start, duration, thread, call, kind, variant },
    length,
    threads: threads.length,
    calls: calls.length,
    waitTable: waitTable(calls),
    sleeps: switches === null ? null : sleepsByThread(switches, threads.length),
  };
}

/** Bytes that should do: sums by thread and type, what is kept of a thread, switches, and a few thousand vectors. */
function memoryFor({ threads, calls, sleeps }: OnePassInput): number {
  return 4e6 + 24 * Math.min(threads * calls, MOST_SUMS) + 64 * threads + 8 * (sleeps?.time.length ?? 0);
}

/** Rows must be in order of time. O(rows + entries log types). */
export function unitsWithFeatures(input: OnePassInput, options: SegmentationOptions): UnitsWithFeatures {
  return workWithin<Exports, UnitsWithFeatures>(UNITS_MODULE, memoryFor(input), (wasm) =>
    unitsWith(wasm, input, options),
  );
}

function unitsWith(wasm: Exports, input: OnePassInput, options: SegmentationOptions): UnitsWithFeatures {
  const { length, threads, calls, only } = input;
  const { fromNs, toNs, gapNs, waitNs } = options;
  const { start } = input.columns;
  const shared = threads * calls > MOST_SUMS;
  wasm.layOut(threads, calls, gapNs, waitNs, toNs, shared);
  if (only !== undefined) wasm.setOnly(only.from, only.to);
  describe(input, wasm);
  if (shared) lastRows(input).forEach((row, t) => wasm.setLast(t, row));
  if (input.longerThan !== undefined) wasm.noteLonger(input.longerThan.callNs, input.longerThan.gapNs);
  if (input.sleeps !== null) handSleeps(input.sleeps, threads, wasm);

  const out = new UnitList(length);
  const longRows: { row: number; before: number }[] = [];
  const first = rowAt(start, length, fromNs);
  const end = Math.max(first, rowAt(start, length, toNs));
  const block = wasm.BLOCK.value;
  for (let base = 0; base < first; base += block) {
    const rows = Math.min(block, first - base);
    copyRows(input, base, rows, wasm);
    wasm.before(base, rows);
    takeNotes(longRows, wasm);
  }
  wasm.begin(fromNs);
  for (let base = first; base < end; base += block) {
    const rows = Math.min(block, end - base);
    copyRows(input, base, rows, wasm);
    for (let row = 0; (row = wasm.cut(base, row, rows)) < rows;) take(out, wasm);
    takeNotes(longRows, wasm);
  }
  for (let t = 0; (t = wasm.finish(t)) < threads;) take(out, wasm);
  take(out, wasm);

  const { units, offsets, ends, entries, vector } = out.byThread(threads);
  const { buffer } = wasm.memory;
  const vectors = wasm.vectors.value;
  const offsetsOfVectors = new Uint32Array(buffer, wasm.OFFSETS.value, vectors + 1);
  const ranges = new Uint32Array(buffer, wasm.RANGES.value, RANGE * offsetsOfVectors[vectors]!);
  return {
    units,
    features: { length: units.length, calls, offsets, ends, entries },
    appearances: foldedAppearances(vectors, offsetsOfVectors, ranges, vector, calls),
    longRows,
    lastRow: Int32Array.from({ length: threads }, (_, t) => wasm.lastRow(t)),
  };
}

/** The first row that begins at `ns` or later. */
function rowAt(start: Float64Array, length: number, ns: number): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (start[middle]! < ns) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Tells which calls wait, and the cells of times. */
function describe({ waitTable: natures }: OnePassInput, wasm: Exports): void {
  const { buffer } = wasm.memory;
  new Uint8Array(buffer, wasm.WAITS.value, natures.length).set(natures);
  const byKind = new Uint8Array(buffer, wasm.WAITS_BY_KIND.value, 256);
  const byVariant = new Uint8Array(buffer, wasm.WAITS_BY_VARIANT.value, 256);
  for (let code = 0; code < 256; code++) {
    byKind[code] = waits(BY_KIND, code, 0) ? 1 : 0;
    byVariant[code] = waits(FUTEX, 0, code) ? 1 : 0;
  }
  new Uint16Array(buffer, wasm.CELLS.value, cells.length).set(cells);
  new Uint32Array(buffer, wasm.NEXT_FROM.value, nextFrom.length).set(nextFrom);
}

function handSleeps({ time, offsets }: SleepsByThread, threads: number, wasm: Exports): void {
  wasm.layOutSleeps(time.length);
  new Float64Array(wasm.memory.buffer, wasm.SLEEPS.value, time.length).set(time);
  for (let t = 0; t < threads; t++) wasm.setSleeps(t, offsets[t]!, offsets[t + 1]!);
}

function lastRows({ columns: { thread }, length, threads }: OnePassInput): Int32Array {
  const last = new Int32Array(threads);
  for (let i = 0; i < length; i++) last[thread[i]!] = i;
  return last;
}

function copyRows({ columns }: OnePassInput, base: number, rows: number, wasm: Exports): void {
  const { buffer } = wasm.memory;
  const end = base + rows;
  new Float64Array(buffer, wasm.START.value, rows).set(columns.start.subarray(base, end));
  new Float64Array(buffer, wasm.DURATION.value, rows).set(columns.duration.subarray(base, end));
  new Uint32Array(buffer, wasm.THREAD.value, rows).set(columns.thread.subarray(base, end));
  new Uint16Array(buffer, wasm.CALL.value, rows).set(columns.call.subarray(base, end));
  new Uint8Array(buffer, wasm.KIND.value, rows).set(columns.kind.subarray(base, end));
  new Uint8Array(buffer, wasm.VARIANT.value, rows).set(columns.variant.subarray(base, end));
}

/** Takes the units found so far. */
function take(out: UnitList, wasm: Exports): void {
  const { buffer } = wasm.memory;
  const words = (address: WebAssembly.Global, count: number) => new Uint32Array(buffer, address.value, count);
  out.push(words(wasm.UNITS, UNIT * wasm.units.value), words(wasm.ENTRIES, 2 * wasm.entries.value));
  wasm.taken();
}

function takeNotes(to: { row: number; before: number }[], wasm: Exports): void {
  if (wasm.notes.value === 0) return;
  const notes = new Int32Array(wasm.memory.buffer, wasm.NOTES.value, 2 * wasm.notes.value);
  for (let n = 0; n < notes.length; n += 2) to.push({ row: notes[n]!, before: notes[n + 1]! });
  wasm.notesTaken();
}
