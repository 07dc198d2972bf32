/**
 * Calls and time of a window by stack, before the onset against after it: what flame graphs are drawn of. Stacks are decoded where the
 * trace has none: an estimate whose certainty goes with each stack (docs/exports.md says how far to trust it). Plain data.
 */

/** What lies on a stack in one part of the window. Expected values where stacks are decoded, so not whole numbers. */
export interface StackWeights {
  readonly calls: number;
  /** Seconds inside its calls. */
  readonly callTime: number;
  /** Seconds of its threads between the return of the call before and its calls: computing, or waiting for a processor. */
  readonly gapTime: number;
}

/** The calls of one kind that are issued on one stack. */
export interface WeighedStack {
  /** Functions of the program, outermost first. Empty: none of them is on the stack; or UNKNOWN_FUNCTION alone. */
  readonly stack: readonly string[];
  /** The call: name, kind of descriptor, variant (`recvfrom:tcp`, `futex#wait`). */
  readonly call: string;
  readonly before: StackWeights;
  readonly after: StackWeights;
  /** 0..1: probability, over its calls, that they were issued on this very stack. 1 where stacks were recorded. */
  readonly certainty: number;
}

export interface StackProfile {
  /** Where stacks come from: the trace itself; decoded from the calls with signatures; 'none': there are only calls. */
  readonly source: 'recorded' | 'decoded' | 'none';
  /** Seconds since the trace's first event: the begin of the window, the moment that parts it, its end. */
  readonly from: number;
  readonly onset: number;
  readonly to: number;
  /** In falling order of thread time. */
  readonly stacks: readonly WeighedStack[];
}

/** Stands for the stack of a call of which learning saw nothing alike. */
export const UNKNOWN_FUNCTION = '(unknown)';

export type Weight = keyof StackWeights;

/** Frames of a flame graph, outermost first: functions, then the call. */
export function framesOf({ stack, call }: WeighedStack): string[] {
  return [...stack, call];
}
