/**
 * Honest ranks: functions that the evidence cannot tell apart share a tie, and every member of a tie is at its worst
 * place ("modified competition ranking"): two functions that share the first place are both second.
 */

/** Scores closer than this share are equal: sums of the same terms in another order differ by less. */
export const TIE_TOLERANCE = 1e-9;

export interface Place {
  /** Worst place of the tie, from 1. */
  readonly rank: number;
  /** Half-open range of positions that share the rank. */
  readonly tieFrom: number;
  readonly tieTo: number;
}

/**
 * Places of scores given in falling order. A score belongs to the tie of the first score that it equals, so a long
 * slope of nearly equal scores is not one tie.
 */
export function places(scores: readonly number[]): Place[] {
  const out: Place[] = [];
  for (let from = 0; from < scores.length;) {
    let to = from + 1;
    while (to < scores.length && equal(scores[from]!, scores[to]!)) to++;
    for (let i = from; i < to; i++) out.push({ rank: to, tieFrom: from, tieTo: to });
    from = to;
  }
  return out;
}

function equal(a: number, b: number): boolean {
  return a === b || Math.abs(a - b) <= TIE_TOLERANCE * Math.max(Math.abs(a), Math.abs(b));
}
