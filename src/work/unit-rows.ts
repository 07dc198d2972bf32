/** Execution units one by one, by columns: what tools for tables are given. Plain data; times in seconds since the trace's first event. */

export interface UnitRows {
  /** Per unit, thread by thread, each thread's in order of time. */
  readonly tid: readonly number[];
  readonly pid: readonly number[];
  readonly begin: readonly number[];
  /** From its first call to the end of its last; null where the trace has no durations. */
  readonly seconds: readonly number[] | null;
  /** Calls that it issues. */
  readonly calls: readonly number[];
  /** Index into `kinds`. */
  readonly kind: readonly number[];
  /** Bits: 1 unlike its kind by how often it issues calls, 2 by how long these take, 4 of a kind that is abnormal as it has few units. */
  readonly abnormal: readonly number[];
  /** Calls that more than half of the units of a kind issue. */
  readonly kinds: readonly string[];
  /** Units without abnormality that are left out, evenly over the window: there are too many. */
  readonly left: number;
}
