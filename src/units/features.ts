/**
 * Features of execution units (step 2 of the method): which types of call occur (appearance), how often (frequency) and how
 * long they take on average (time). A unit holds few of the trace's call types, so its three vectors are kept sparse: one
 * entry a type that occurs, in rising order of type. Units with equal lists of types have aligned entries.
 */
import type { RowsByThread, Trace } from '../trace/table.js';
import { sortSmall } from './sort-small.js';
import type { UnitTable } from './unit-table.js';

export interface FeatureTable {
  /** Number of units. */
  readonly length: number;
  /** Number of call types in the trace. */
  readonly calls: number;
  /** Entries of unit u: [offsets[u], ends[u]); they need not follow those of the unit before. */
  readonly offsets: Uint32Array;
  readonly ends: Uint32Array;
  /** Call type: index into `Trace.calls`. */
  readonly call: Uint16Array;
  readonly count: Uint32Array;
  /** Mean duration of the type in the unit, ns; 0 where the trace has no durations. */
  readonly mean: Float32Array;
}

export interface FeatureInput {
  readonly columns: Pick<Trace['columns'], 'start' | 'duration' | 'call'>;
  readonly rows: Pick<RowsByThread, 'order'>;
  /** Number of call types in the trace. */
  readonly calls: number;
}

function allocate(length: number, entries: number, calls: number): FeatureTable {
  const shared = (bytes: number) => new SharedArrayBuffer(bytes);
  const offsets = new Uint32Array(shared((length + 1) * 4));
  return {
    length,
    calls,
    offsets,
    ends: offsets.subarray(1),
    call: new Uint16Array(shared(entries * 2)),
    count: new Uint32Array(shared(entries * 4)),
    mean: new Float32Array(shared(entries * 4)),
  };
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
  const offsets = new Uint32Array(unitTo - unitFrom + 1);
  let capacity = Math.max(64, 4 * (unitTo - unitFrom));
  let out = allocate(0, capacity, input.calls);
  let entries = 0;
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
    if (entries + distinct > capacity) {
      capacity = 2 * (entries + distinct);
      out = copyEntries(out, allocate(0, capacity, input.calls), entries);
    }
    for (let i = 0; i < distinct; i++) {
      const type = types[i]!;
      out.call[entries] = type;
      out.count[entries] = count[type]!;
      out.mean[entries++] = total[type]! / count[type]!;
      count[type] = total[type] = 0;
    }
    offsets[u - unitFrom + 1] = entries;
  }
  const table = copyEntries(out, allocate(unitTo - unitFrom, entries, input.calls), entries);
  table.offsets.set(offsets);
  return table;
}

function copyEntries(from: FeatureTable, to: FeatureTable, entries: number, at = 0): FeatureTable {
  to.call.set(from.call.subarray(0, entries), at);
  to.count.set(from.count.subarray(0, entries), at);
  to.mean.set(from.mean.subarray(0, entries), at);
  return to;
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
    copyEntries(part, joined, sizes[i]!, entry);
    for (let u = 1; u <= part.length; u++) joined.offsets[unit + u] = entry + part.offsets[u]!;
    unit += part.length;
    entry += sizes[i]!;
  });
  return joined;
}
