/**
 * The window over time, as much of it as a page can show: bounded, whatever the trace's size. Made only for reports that ask
 * for it (`Reporter.needs`), and part of the result document then. Plain JSON; times in seconds since the trace's first event.
 */
import type { Cluster } from '../result.js';

/** Equal cells that the window is cut into. */
export const CELLS = 240;
/** Threads that have a strip of their own; the others are summed. */
export const THREADS = 64;

export interface Timeline {
  readonly from: number;
  readonly to: number;
  /** Number of cells; every list below that is by cell has so many entries. */
  readonly cells: number;
  /** The moment that parts before from after; null where nothing changed. */
  readonly splitAt: number | null;
  /** By what calls are for (call-groups.ts); groups without a call in the window are left out. */
  readonly groups: readonly CallGroupSeries[];
  /** By cell: seconds that the window's threads spent between calls, all together; null where the trace has no durations. */
  readonly between: readonly number[] | null;
  /** By cell: execution units that begin in it, and abnormal ones among them. */
  readonly units: readonly number[];
  readonly abnormalUnits: readonly number[];
  /** Threads that the suspects' evidence names first, then those with most calls. */
  readonly threads: readonly ThreadStrip[];
  /** All other threads together; null when there are none. */
  readonly others: { readonly threads: number; readonly calls: readonly number[] } | null;
  /** Calls (symbols) whose rate or time changed most, those that the evidence names first. */
  readonly calls: readonly CallTotals[];
  /** How many more kinds of calls there are. */
  readonly moreCalls: number;
  readonly clusters: readonly ClusterSummary[];
  readonly moreClusters: number;
  /** What the evidence speaks of, as it happened. */
  readonly excerpts: readonly Excerpt[];
}

export interface CallGroupSeries {
  readonly group: string;
  /** By cell: calls that begin in it. */
  readonly calls: readonly number[];
  /** By cell: seconds inside of such calls, of all threads; null where the trace has no durations. */
  readonly seconds: readonly number[] | null;
}

export interface ThreadStrip {
  readonly tid: number;
  readonly pid: number;
  readonly name: string;
  /** When it lived, cut to the window. */
  readonly from: number;
  readonly to: number;
  readonly calls: readonly number[];
  /** By cell: per cent of the cell that it was inside of calls; null where the trace has no durations. */
  readonly inCalls: readonly number[] | null;
  /** It was inside of a call at the end that never returned: the call's symbol. */
  readonly stuckIn: string | null;
}

export interface CallTotals {
  readonly call: string;
  readonly before: Sums;
  readonly after: Sums;
  /** Calls of the window that never returned. */
  readonly unfinished: number;
}

export interface Sums {
  readonly calls: number;
  /** Null where the trace has no durations. */
  readonly seconds: number | null;
}

/** Units that do the same kind of work. */
export interface ClusterSummary extends Cluster {
  /** Median seconds from a unit's first call to the end of its last, of the normal ones and of the abnormal ones. */
  readonly normalSeconds: number | null;
  readonly abnormalSeconds: number | null;
  /** Why the abnormal ones are: how many by each. */
  readonly odd: { readonly frequency: number; readonly time: number };
  /** One abnormal unit and one normal one. */
  readonly examples: readonly (Excerpt & { readonly abnormal: boolean })[];
}

/** Successive calls of one thread. */
export interface Excerpt {
  readonly tid: number;
  readonly at: number;
  readonly steps: readonly Step[];
  /** Calls left out after the last step. */
  readonly more: number;
}

/** Equal calls in a row. */
export interface Step {
  readonly call: string;
  readonly count: number;
  /** When the first of them began. */
  readonly at: number;
  /** In all of them together; null where the trace has no durations. */
  readonly seconds: number | null;
  readonly unfinished: boolean;
}
