/**
 * What a window's work is, told so that it can be held against that of another trace: kinds of execution units, how often each began and
 * how long each took over time, and the episodes that are frequent. Bounded, whatever the trace's size. Plain data; times in seconds.
 */

export interface Work {
  /** Seconds since the trace's first event: the window. */
  readonly from: number;
  readonly to: number;
  /** Equal cells of the window; lists by cell have so many entries. */
  readonly cells: number;
  /** By the set of calls that they are made of; those with most units first. */
  readonly kinds: readonly WorkKind[];
  /** Units of kinds that are left out. */
  readonly moreUnits: number;
  readonly episodes: FrequentEpisodes;
}

/** Execution units that issue the same calls, each at least once. */
export interface WorkKind {
  readonly calls: readonly string[];
  /** By cell: units that begin in it. */
  readonly units: readonly number[];
  /** By cell: calls that these issue. */
  readonly issued: readonly number[];
  /** By cell: seconds that these take, from the first call to the end of the last; null where the trace has no durations. */
  readonly seconds: readonly number[] | null;
}

export interface FrequentEpisodes {
  /** Seconds of the window that were looked at. */
  readonly seconds: number;
  /** What occurs more often than this is listed, or is part of what is listed. */
  readonly floor: number;
  /** Calls in the longest that was looked for. */
  readonly longest: number;
  /** Closed frequent episodes, one call right after the other in a thread; those with most occurrences first. */
  readonly found: readonly CountedEpisode[];
}

export interface CountedEpisode {
  readonly calls: readonly string[];
  readonly count: number;
}
