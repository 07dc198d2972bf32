/**
 * The ranking of the paper's method: functions in the order of how often the episodes of their signatures occur in the
 * abnormal units. The exact formula is not published; `matchRank` chooses one.
 */
import type { EpisodeOwners } from '../../episodes/signature-trie.js';

/** One distinct signature episode over all abnormal units. */
export interface EpisodeTotal {
  /** Sum of its supports. */
  occurrences: number;
  /** Units it occurs in. */
  units: number;
}

/** What one occurrence of an episode is worth to a function that has it; the position is the value of `matchRank`. */
const WORTH: readonly ((total: EpisodeTotal, specificity: number) => number)[] = [
  // Occurrences: every function with the episode gets all of them.
  ({ occurrences }) => occurrences,
  // Occurrences that are the function's own, as far as learning tells.
  ({ occurrences }, specificity) => occurrences * specificity,
  // Units, so that one endless loop does not outweigh a thousand units.
  ({ units }) => units,
  // Both.
  ({ units }, specificity) => units * specificity,
];

export interface FunctionScore {
  /** Index into `SignatureDatabase.functions`. */
  readonly function: number;
  readonly score: number;
  /** Its matched episodes, the most telling first. */
  readonly episodes: readonly number[];
}

/**
 * Scores of the functions that have at least one episode in the abnormal units, highest first; equal scores (ties) in
 * order of the function's index. A function's score is the sum over its matched episodes of what they are worth.
 */
export function scoreFunctions(
  totals: readonly EpisodeTotal[],
  owners: EpisodeOwners,
  functions: number,
  formula: number,
): FunctionScore[] {
  const worth = WORTH[formula] ?? WORTH[0]!;
  const scores = new Float64Array(functions);
  const matched: { episode: number; worth: number }[][] = Array.from({ length: functions }, () => []);
  totals.forEach((total, episode) => {
    if (total.units === 0) return;
    for (let o = owners.offsets[episode]!; o < owners.offsets[episode + 1]!; o++) {
      const w = worth(total, owners.specificity[o]!);
      if (w === 0) continue;
      scores[owners.function[o]!]! += w;
      matched[owners.function[o]!]!.push({ episode, worth: w });
    }
  });
  return matched
    .map((list, f) => ({
      function: f,
      score: scores[f]!,
      // Of equally telling episodes the longer one says more.
      episodes: list
        .sort(
          (a, b) =>
            b.worth - a.worth ||
            owners.calls[b.episode]!.length - owners.calls[a.episode]!.length ||
            a.episode - b.episode,
        )
        .map((e) => e.episode),
    }))
    .filter((f) => f.score > 0)
    .sort((a, b) => b.score - a.score || a.function - b.function);
}
