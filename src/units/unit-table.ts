/** Execution units in columns over SharedArrayBuffer: a unit is a stretch of one thread's rows. */
import type { RowsByThread } from '../trace/table.js';

export interface UnitTable {
  readonly length: number;
  /** Index into `Trace.threads`. */
  readonly thread: Uint32Array;
  /** The unit's rows are `RowsByThread.order[from .. to)`. Never empty. */
  readonly from: Uint32Array;
  readonly to: Uint32Array;
}

/** Units by their first row, thread by thread, each thread's in order of time. */
export interface FoundUnits {
  readonly length: number;
  /** Row of its first call, and how many calls of its thread it holds. */
  readonly first: Uint32Array;
  readonly calls: Uint32Array;
}

/** Rows and moments that an analysis looks at. */
export interface Window {
  /** ns since the trace's first event. */
  readonly fromNs: number;
  readonly toNs: number;
}

/** A table for `length` units; the columns are to be filled. */
export function allocateUnits(length: number): UnitTable {
  const column = () => new Uint32Array(new SharedArrayBuffer(length * 4));
  return { length, thread: column(), from: column(), to: column() };
}

/** Where the rows of the units lie in `rows`. A unit nearly always begins where the one before ended. O(units, and rows outside of all). */
export function unitTable(units: FoundUnits, thread: Uint32Array, { order, offsets }: RowsByThread): UnitTable {
  const table = allocateUnits(units.length);
  let at = 0;
  for (let u = 0; u < units.length; u++) {
    const row = units.first[u]!;
    const own = thread[row]!;
    at = Math.max(at, offsets[own]!);
    while (order[at] !== row) at++;
    table.thread[u] = own;
    table.from[u] = at;
    table.to[u] = at += units.calls[u]!;
  }
  return table;
}

/** Joins tables made of successive ranges of threads. */
export function joinUnits(parts: readonly UnitTable[]): UnitTable {
  if (parts.length === 1) return parts[0]!;
  const joined = allocateUnits(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.thread.set(part.thread, at);
    joined.from.set(part.from, at);
    joined.to.set(part.to, at);
    at += part.length;
  }
  return joined;
}
