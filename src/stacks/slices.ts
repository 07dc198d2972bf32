/** Calls over time, each under its likeliest stack: what timelines are drawn of. Plain data, by columns. */

export interface ThreadSlices {
  readonly pid: number;
  readonly tid: number;
  readonly name: string;
  /** Per call: begin and end, seconds since the trace's first event; they follow each other and do not overlap. */
  readonly begin: readonly number[];
  readonly end: readonly number[];
  /** Per call: index into `stacks`, and into `calls`. */
  readonly stack: readonly number[];
  readonly call: readonly number[];
  /** Per call: probability of its stack, 0..1. */
  readonly certainty: readonly number[];
}

export interface CallSlices {
  readonly source: 'recorded' | 'decoded' | 'none';
  readonly onset: number;
  /** The part of the window that is there: where there are too many calls for a timeline, those around the onset. */
  readonly from: number;
  readonly to: number;
  readonly stacks: readonly (readonly string[])[];
  readonly calls: readonly string[];
  readonly threads: readonly ThreadSlices[];
}
