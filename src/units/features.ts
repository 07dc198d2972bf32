/**
 * Features of execution units (step 2 of the method): which types of call occur (appearance), how often (frequency) and how
 * long they take on average (time). A unit holds few of the trace's call types, so its three vectors are kept sparse: one
 * entry a type that occurs, in rising order of type. Units with equal lists of types have aligned entries. A call that was still
 * running at the end of the window counts with the time until then; one without a duration adds no time.
 *
 * An entry is two words side by side, as the units of a cluster lie far apart in memory and each column more would be another
 * miss of the cache a unit: first the call type (index into `Trace.calls`), and from bit 16 on the cell of its mean duration
 * (time-cells.ts; 0 where the trace has no durations); then the count.
 */
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

/** Joins the features of successive ranges of units, over SharedArrayBuffer. One alone is copied there, too. */
export function joinFeatures(parts: readonly FeatureTable[]): FeatureTable {
  const shared = (words: number) => new Uint32Array(new SharedArrayBuffer(words * 4));
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const [offsets, ends] = [shared(length), shared(length)];
  const entries = shared(parts.reduce((sum, part) => sum + part.entries.length, 0));
  let unit = 0;
  let words = 0;
  for (const part of parts) {
    entries.set(part.entries, words);
    for (let u = 0; u < part.length; u++) {
      offsets[unit + u] = words / 2 + part.offsets[u]!;
      ends[unit + u] = words / 2 + part.ends[u]!;
    }
    unit += part.length;
    words += part.entries.length;
  }
  return { length, calls: parts[0]?.calls ?? 0, offsets, ends, entries };
}
