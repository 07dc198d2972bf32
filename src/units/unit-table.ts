/** Execution units in columns over SharedArrayBuffer: a unit is a stretch of one thread's rows. */
export interface UnitTable {
  readonly length: number;
  /** Index into `Trace.threads`. */
  readonly thread: Uint32Array;
  /** The unit's rows are `RowsByThread.order[from .. to)`. Never empty. */
  readonly from: Uint32Array;
  readonly to: Uint32Array;
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

/** Joins tables made of successive ranges of threads. */
export function joinUnits(parts: readonly UnitTable[]): UnitTable {
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
