/**
 * Episodes that are frequent in one window, and that are no part of anything frequent in the other. What is not listed of a window occurs
 * no more often there than its `floor` says, so an episode is new, or gone, only where it is far more frequent than that. Pure.
 */
import type { FrequentEpisodes } from './work.js';

export interface ComparedEpisodes {
  readonly fresh: readonly LoneEpisode[];
  readonly gone: readonly LoneEpisode[];
}

/** An episode of one window alone. */
export interface LoneEpisode {
  /** The shortest part of it that the other window does not have. */
  readonly core: readonly string[];
  /** What mostly surrounds it. */
  readonly calls: readonly string[];
  /** Of the core, in the window that has it. */
  readonly count: number;
  readonly perSecond: number;
  /** In the other one, a second, at most. */
  readonly otherAtMost: number;
}

/** It must come so many times as often as the other window would hide. */
const FACTOR = 3;
export function comparedEpisodes(before: FrequentEpisodes, after: FrequentEpisodes): ComparedEpisodes {
  return { fresh: alone(after, before), gone: alone(before, after) };
}

/** Its surroundings are what is there in so many of its occurrences. */
const MOSTLY = 0.8;
const TOLD = 12;

function alone(own: FrequentEpisodes, other: FrequentEpisodes): LoneEpisode[] {
  if (!(own.seconds > 0 && other.seconds > 0)) return [];
  const known = new Set(other.found.flatMap(({ calls }) => partsOf(calls)));
  const otherAtMost = other.floor / other.seconds;
  const strange = own.found.filter(
    ({ calls, count }) => count / own.seconds > FACTOR * otherAtMost && !known.has(keyOf(calls)),
  );
  // Whatever holds a strange part is strange itself, so it is the shortest parts that say what is new; each by what surrounds it.
  const cores = new Map<string, LoneEpisode>();
  for (const { calls, count } of strange) {
    const core = shortestStrange(calls, known);
    const key = keyOf(core);
    const most = Math.max(count, cores.get(key)?.count ?? 0);
    const longest = [calls, cores.get(key)?.calls ?? calls];
    const kept = count >= MOSTLY * most && calls.length > longest[1]!.length ? longest[0]! : longest[1]!;
    cores.set(key, { core, calls: kept, count: most, perSecond: most / own.seconds, otherAtMost });
  }
  return [...cores.values()].sort((a, b) => b.count - a.count).slice(0, TOLD);
}

function shortestStrange(calls: readonly string[], known: ReadonlySet<string>): readonly string[] {
  for (let length = 1; length < calls.length; length++)
    for (let from = 0; from + length <= calls.length; from++) {
      const part = calls.slice(from, from + length);
      if (!known.has(keyOf(part))) return part;
    }
  return calls;
}

/** All stretches of a sequence. */
function partsOf(calls: readonly string[]): string[] {
  return calls.flatMap((_, from) => calls.slice(from).map((__, k) => keyOf(calls.slice(from, from + k + 1))));
}

const keyOf = (calls: readonly string[]) => calls.join(' ');
