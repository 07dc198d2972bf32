/**
 * Features of execution units (step 2 of the method): which types of call occur (appearance), how often (frequency) and how
 * long they take on average (time). A unit holds few of the trace's call types, so its three vectors are kept sparse: one
 * entry a type that occurs, in rising order of type. Units with equal lists of types have aligned entries.
 *
 * An entry is two words side by side, as the units of a cluster lie far apart in memory and each column more would be another
 * miss of the cache a unit: first the call type (index into `Trace.calls`), and from bit 16 on the cell of its mean duration
 * (time-cells.ts; 0 where the trace has no durations); then the count.
 */
import type { RowsByThread, Trace } from '../trace/table.js';
import { sortSmall } from './sort-small.js';
import { timeCell } from './time-cells.js';
import type { UnitTable } from './unit-table.js';

export interface FeatureTable {
  /** Number of units. */
  readonly length: number;
  /** Number of call types in the trace. */
  readonly calls: number;
  /** Entries of unit u: [offsets[u], ends[u]); they need not follow those of the unit before. */
  readonly offsets: Uint32Array;
  readonly ends: Uint32Array;
  /** Two words an entry. */
  readonly entries: Uint32Array;
}

/** First word of an entry: the type, which occurred `count` times, in `total` ns. */
export function firstWord(type: number, count: number, total: number): number {
  return type | (timeCell(total / count) << 16);
}

export const typeOf = (first: number): number => first & 0xffff;
export const timeOf = (first: number): number => first >>> 16;

export interface FeatureInput {
  readonly columns: Pick<Trace['columns'], 'start' | 'duration' | 'call'>;
  readonly rows: Pick<RowsByThread, 'order'>;
  /** Number of call types in the trace. */
  readonly calls: number;
}

function allocate(length: number, entries: number, calls: number): FeatureTable {
  const shared = (words: number) => new Uint32Array(new SharedArrayBuffer(words * 4));
  const offsets = shared(length + 1);
  return { length, calls, offsets, ends: offsets.subarray(1), entries: shared(2 * entries) };
}

/**
 * Features of the units [unitFrom, unitTo). A call that was still running at `toNs` (the end of the window) counts with
 * the time until then. O(rows of the units + entries log types).
 */
export function extractFeatures(
  input: FeatureInput,
  units: UnitTable,
  unitFrom: number,
  unitTo: number,
  toNs: number,
): FeatureTable {
  const { start, duration, call } = input.columns;
  const { order } = input.rows;
  const count = new Uint32Array(input.calls);
  const total = new Float64Array(input.calls);
  const types = new Uint16Array(input.calls);
  // There are no more entries than rows. Memory that is never touched costs nothing, and copying what was written does.
  let rows = 0;
  for (let u = unitFrom; u < unitTo; u++) rows += units.to[u]! - units.from[u]!;
  const { offsets, ends, entries } = allocate(unitTo - unitFrom, rows, input.calls);
  let word = 0;
  for (let u = unitFrom; u < unitTo; u++) {
    let distinct = 0;
    for (let p = units.from[u]!, end = units.to[u]!; p < end; p++) {
      const row = order[p]!;
      const type = call[row]!;
      if (count[type]!++ === 0) types[distinct++] = type;
      let took = duration[row]!;
      if (start[row]! + took > toNs) took = toNs - start[row]!;
      // NaN, where durations were not recorded, adds nothing.
      if (took > 0) total[type]! += took;
    }
    sortSmall(types, 0, distinct);
    for (let i = 0; i < distinct; i++) {
      const type = types[i]!;
      entries[word++] = firstWord(type, count[type]!, total[type]!);
      entries[word++] = count[type]!;
      count[type] = total[type] = 0;
    }
    ends[u - unitFrom] = word / 2;
  }
  return { length: unitTo - unitFrom, calls: input.calls, offsets, ends, entries: entries.subarray(0, word) };
}

/** Joins the features of successive ranges of units of a trace with `calls` call types. */
export function joinFeatures(parts: readonly FeatureTable[], calls: number): FeatureTable {
  if (parts.length === 1) return parts[0]!;
  const sizes = parts.map((part) => part.offsets[part.length]!);
  const joined = allocate(
    parts.reduce((sum, part) => sum + part.length, 0),
    sizes.reduce((sum, size) => sum + size, 0),
    calls,
  );
  let unit = 0;
  let entry = 0;
  parts.forEach((part, i) => {
    joined.entries.set(part.entries, 2 * entry);
    for (let u = 1; u <= part.length; u++) joined.offsets[unit + u] = entry + part.offsets[u]!;
    unit += part.length;
    entry += sizes[i]!;
  });
  return joined;
}
