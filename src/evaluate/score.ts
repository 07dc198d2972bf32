/**
 * Scores one answer against the truth of its case. Names are compared as `normaliseName` makes them; a rank is the worst
 * place of its tie; a function that was not reported has no rank (null, worse than any). Pure.
 */
import type { ExternalResource, Verdict } from '../result.js';
import { places } from '../methods/ranks.js';
import { normaliseName } from '../signatures/names.js';
import { type Truth, blames } from './case.js';

/** What learning says of a function, as far as scoring needs it. */
export interface LearnedPresence {
  /** Functions that were on a stack in learning, normalised, with the share of stacks they were on, 0..1. */
  readonly share: ReadonlyMap<string, number>;
}

/** What a method answered: names in falling order of score. */
export interface Answer {
  readonly verdict: Verdict;
  readonly externalResource: ExternalResource | null;
  readonly ranked: readonly {
    readonly name: string;
    readonly score: number;
    readonly confidence?: number | undefined;
  }[];
}

export interface Score {
  /** Best rank of a function in rootCauseFunctions. */
  readonly root: number | null;
  readonly related: number | null;
  readonly path: number | null;
  /** Suspects up to and including the related one / functionsInBinary; null when either is unknown. */
  readonly scope: number | null;
}

/** Functions on more than this share of the stacks in learning say nothing (the event loop, `main`): not in `path`. */
export const UBIQUITOUS = 0.2;

export function score(truth: Truth, learned: LearnedPresence, answer: Answer): Score {
  const rankOf = bestRanks(answer);
  const best = (names: Iterable<string>) => {
    let rank: number | null = null;
    for (const name of names) {
      const r = rankOf.get(name);
      if (r !== undefined && (rank === null || r < rank)) rank = r;
    }
    return rank;
  };
  const related = best(relatedFunctions(truth, learned));
  return {
    root: best(normalised(truth.rootCauseFunctions)),
    related,
    path: best(pathFunctions(truth, learned)),
    scope: related === null || truth.functionsInBinary == null ? null : related / truth.functionsInBinary,
  };
}

/**
 * rootCauseFunctions and observableFunctions; and, when no root-cause function was ever on a stack in learning, the
 * innermost of callPathFunctions that was.
 */
export function relatedFunctions(truth: Truth, learned: LearnedPresence): Set<string> {
  const root = normalised(truth.rootCauseFunctions);
  const names = new Set([...root, ...normalised(truth.observableFunctions)]);
  if (!root.some((name) => learned.share.has(name))) {
    const caller = normalised(truth.callPathFunctions).find((name) => learned.share.has(name));
    if (caller !== undefined) names.add(caller);
  }
  return names;
}

/** rootCauseFunctions, observableFunctions and the two innermost callPathFunctions, without the ubiquitous ones. */
export function pathFunctions(truth: Truth, learned: LearnedPresence): Set<string> {
  const names = [...truth.rootCauseFunctions, ...truth.observableFunctions, ...truth.callPathFunctions.slice(0, 2)];
  return new Set(normalised(names).filter((name) => (learned.share.get(name) ?? 0) <= UBIQUITOUS));
}

/** The rank of each name; of functions that share a name (of two objects, say), the best. */
function bestRanks(answer: Answer): Map<string, number> {
  const ranks = places(answer.ranked.map((r) => r.score));
  const best = new Map<string, number>();
  answer.ranked.forEach((r, i) => {
    const name = normaliseName(r.name);
    if (!best.has(name)) best.set(name, ranks[i]!.rank);
  });
  return best;
}

function normalised(names: readonly string[]): string[] {
  return names.map(normaliseName);
}

/** Whether the verdict is what the category asks for. */
export function verdictRight(truth: Truth, answer: Answer): boolean {
  return answer.verdict === (blames(truth.category) ? 'bug' : truth.category);
}

/** Whether the resource named is right; null where the truth does not name one. */
export function resourceRight(truth: Truth, answer: Answer): boolean | null {
  if (truth.category !== 'external' || truth.externalResource == null) return null;
  return answer.verdict === 'external' && answer.externalResource === truth.externalResource;
}
