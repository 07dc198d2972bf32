/** Places of a recording where events are missing, as the recorder lost them. */

/** As the recording's own clock has it, seconds. */
export interface RecordedGap {
  readonly cpu: number;
  /** Of the last event of that processor before it; -Infinity where that is not told. */
  readonly from: number;
  /** Of the first event of that processor behind it. */
  readonly to: number;
}

/** In the trace: ns since its first event, [fromNs, toNs). */
export interface Gap {
  readonly cpu: number;
  readonly fromNs: number;
  readonly toNs: number;
}

/**
 * Whether events may be missing between two moments in a row of one thread: a gap of the processor on which it was at the second one lies
 * between them. Gaps by their ends. O(log gaps + gaps meanwhile).
 */
export function isTorn(gaps: readonly Gap[], fromNs: number, toNs: number, cpu: number): boolean {
  let [low, high] = [0, gaps.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (gaps[middle]!.toNs > fromNs) high = middle;
    else low = middle + 1;
  }
  for (; low < gaps.length && gaps[low]!.toNs <= toNs; low++) {
    const gap = gaps[low]!;
    if (gap.fromNs >= fromNs - ROUNDING_NS && gap.cpu === cpu) return true;
  }
  return false;
}

/** Seconds since 1970 are known to 240 ns: a gap must have ended when the event behind it happens. */
const ROUNDING_NS = 1000;

/** @param originSeconds what the builder's times count from, `zeroNs` where the trace begins in them */
export function placeGaps(gaps: readonly RecordedGap[], originSeconds: number, zeroNs: number): Gap[] {
  const ns = (seconds: number) => Math.round((seconds - originSeconds) * 1e9) - zeroNs;
  return gaps
    .map(({ cpu, from, to }) => ({ cpu, fromNs: Math.max(0, ns(from)), toNs: ns(to) - ROUNDING_NS }))
    .filter(({ fromNs, toNs }) => toNs > fromNs)
    .sort((a, b) => a.toNs - b.toNs);
}
