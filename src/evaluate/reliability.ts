/**
 * Whether what is said to be 60 % sure is right 60 times of 100: what was said, in fifths, against how often it was right, and the
 * Brier score (G. W. Brier, 1950), the mean square of the difference. Pure.
 */
import { blames } from './case.js';
import type { CaseRow } from './evaluation.js';

export interface Fifth {
  /** Said with at least `from` and less than `to`, 1 in the last. */
  readonly from: number;
  readonly to: number;
  readonly of: number;
  readonly right: number;
  /** Mean of what was said; null where nothing was. */
  readonly said: number | null;
}

export interface Reliability {
  readonly of: number;
  readonly right: number;
  readonly brier: number;
  readonly fifths: readonly Fifth[];
}

/** Something said with a probability, 0..1, and whether it was so. */
export interface Said {
  readonly probability: number;
  readonly right: boolean;
}

/** Null where nothing was said, or never anything but 0: then no probability is meant. */
export function reliability(said: readonly Said[]): Reliability | null {
  if (said.every((s) => s.probability === 0)) return null;
  const fifths = Array.from({ length: 5 }, (_, k): Fifth => {
    const inside = said.filter((s) => fifthOf(s.probability) === k);
    return {
      from: k / 5,
      to: (k + 1) / 5,
      of: inside.length,
      right: inside.filter((s) => s.right).length,
      said: inside.length === 0 ? null : inside.reduce((sum, s) => sum + s.probability, 0) / inside.length,
    };
  });
  const square = (s: Said) => (s.probability - (s.right ? 1 : 0)) ** 2;
  return {
    of: said.length,
    right: said.filter((s) => s.right).length,
    brier: said.reduce((sum, s) => sum + square(s), 0) / said.length,
    fifths,
  };
}

const fifthOf = (probability: number) => Math.max(0, Math.min(4, Math.floor(probability * 5)));

export interface Reliabilities {
  /** `confidence` of the first suspect of each case with a guilty function; right: it is a related function. */
  readonly firstSuspects: Reliability | null;
  /** The same of the first ten. */
  readonly suspects: Reliability | null;
  /** The odds that the program is to blame, of incidents and healthy beginnings; right: a function is guilty. */
  readonly odds: Reliability | null;
}

export function reliabilitiesOf(rows: readonly CaseRow[]): Reliabilities {
  const shown = rows
    .filter((r) => blames(r.category))
    .map((r) => r.first.map((s, i): Said => ({ probability: s.confidence, right: r.relatedFirst.includes(i) })));
  const odds = rows.flatMap((r): Said[] => [
    ...(r.odds === null ? [] : [{ probability: r.odds, right: blames(r.category) }]),
    ...(r.healthyPrefixOdds === null ? [] : [{ probability: r.healthyPrefixOdds, right: false }]),
  ]);
  return {
    firstSuspects: reliability(shown.flatMap((s) => s.slice(0, 1))),
    suspects: reliability(shown.flat()),
    odds: reliability(odds),
  };
}
