/** Episodes of each function, mined from its invocations. */
import { ContiguousMiner } from '../episodes/contiguous.js';
import { type MinedEpisodes, type MiningOptions, mineClosedEpisodes } from '../episodes/mine.js';
import type { Parameters } from '../parameters.js';
import { countContiguous } from './contiguous-occurrences.js';
import type { Episode } from './database.js';
import { type DistinctSequences, distinctSequences } from './distinct-sequences.js';
import type { Invocations } from './invocations.js';
import { countOccurrences } from './occurrences.js';

/** Episodes of one function: their calls and their support. */
interface Mined {
  readonly episodes: readonly Uint32Array[];
  readonly support: ArrayLike<number>;
}

/**
 * Distinct invocations are mined instead of all when they have so many times fewer calls: the least support falls with them, and a
 * call then costs more.
 */
const FEWER = 8;

/** Episodes of each function, the best first. */
export function mineFunctions(found: Invocations, functionCount: number, parameters: Parameters): Episode[][] {
  const miner = new ContiguousMiner();
  const mined: Mined[] = [];
  const shared = new Map<string, number>();
  for (let f = 0; f < functionCount; f++) {
    // A function that only wraps another one has the same invocations, and so the same episodes.
    const key = rangesKey(found, f);
    const same = shared.get(key);
    if (same !== undefined && sameRanges(found, same, f)) mined.push(mined[same]!);
    else mined.push(mineFunction(found, f, parameters, miner));
    if (same === undefined) shared.set(key, f);
  }

  // Each distinct episode is counted once over all of learning.
  const index = new Map<string, number>();
  const distinct: Uint32Array[] = [];
  const numbers = mined.map((m) =>
    m.episodes.map((calls) => {
      const text = calls.join(' ');
      let number = index.get(text);
      if (number === undefined) index.set(text, (number = distinct.push(calls) - 1));
      return number;
    }),
  );
  const { episodeGap, episodeRun, signatureEpisodes } = parameters;
  const everywhere = countOccurrences(found.symbols, found.threadOffsets, distinct, episodeGap, episodeRun);
  return mined.map((m, f) => {
    const episodes = numbers[f]!.map((number, e): Episode => {
      const support = m.support[e]!;
      // Occurrences are chosen anew over the whole thread; where they overlap, the choice may come out smaller there.
      const share = Math.min(1, support / Math.max(1, everywhere[number]!));
      const specificity = Number(share.toPrecision(4));
      return { calls: [...distinct[number]!], support, specificity };
    });
    return episodes.sort(byWorth).slice(0, signatureEpisodes);
  });
}

function mineFunction(found: Invocations, f: number, parameters: Parameters, miner: ContiguousMiner): Mined {
  const { symbols, starts, ends } = found;
  const [from, to] = [found.functionOffsets[f]!, found.functionOffsets[f + 1]!];
  let length = 0;
  for (let i = from; i < to; i++) length += ends[i]! - starts[i]!;
  const options = {
    minSupport: Math.max(1, parameters.signatureSupport, Math.ceil(parameters.signatureShare * length)),
    maxLength: parameters.episodeLength,
    maxGap: parameters.episodeGap,
    maxRun: parameters.episodeRun,
  };
  const distinct = options.maxGap === 0 ? distinctSequences(symbols, starts, ends, from, to) : null;
  if (distinct !== null && distinct.length * FEWER < length) return mineDistinct(found, distinct, options, miner);
  const all = Array.from({ length: to - from }, (_, i) => from + i);
  const joined = join(found, all);
  const mined = mineClosedEpisodes(joined.symbols, joined.offsets, options, miner);
  return listed(
    mined.length > 0 ? mined : mineClosedEpisodes(joined.symbols, joined.offsets, { ...options, minSupport: 1 }, miner),
  );
}

/**
 * The same from distinct invocations and how often each occurs. Which episodes are closed does not depend on that: an extension is
 * as frequent exactly when it is so in each invocation. And one that is frequent occurs in distinct ones at least as often as the
 * least support divided by the number of the most common one.
 */
function mineDistinct(
  found: Invocations,
  { first, weights }: DistinctSequences,
  options: MiningOptions,
  miner: ContiguousMiner,
): Mined {
  const { symbols, offsets } = join(found, first);
  const most = weights.reduce((a, b) => Math.max(a, b));
  const ofSupport = (minSupport: number): Mined => {
    const inDistinct = { ...options, minSupport: minSupport / most };
    const { episodes } = listed(mineClosedEpisodes(symbols, offsets, inDistinct, miner));
    const support = countContiguous(symbols, offsets, episodes, options.maxRun ?? 0, weights);
    const kept = episodes.map((_, e) => e).filter((e) => support[e]! >= minSupport);
    return { episodes: kept.map((e) => episodes[e]!), support: kept.map((e) => support[e]!) };
  };
  const mined = ofSupport(options.minSupport);
  return mined.episodes.length > 0 ? mined : ofSupport(1);
}

/** Calls of the invocations with these numbers, one after the other. */
function join(found: Invocations, numbers: readonly number[]): { symbols: Uint16Array; offsets: Uint32Array } {
  const offsets = new Uint32Array(numbers.length + 1);
  numbers.forEach((i, k) => (offsets[k + 1] = offsets[k]! + found.ends[i]! - found.starts[i]!));
  const symbols = new Uint16Array(offsets[numbers.length]!);
  numbers.forEach((i, k) => symbols.set(found.symbols.subarray(found.starts[i], found.ends[i]), offsets[k]));
  return { symbols, offsets };
}

function listed({ length, symbols, offsets, support }: MinedEpisodes): Mined {
  const episodes = Array.from({ length }, (_, e) => symbols.subarray(offsets[e]!, offsets[e + 1]!));
  return { episodes, support };
}

/** Support x specificity; then longer, rarer-to-coincide episodes; then by their calls, for a file that does not depend on chance. */
function byWorth(a: Episode, b: Episode): number {
  const worth = b.support * b.specificity - a.support * a.specificity;
  if (worth !== 0 || a.calls.length !== b.calls.length) return worth || b.calls.length - a.calls.length;
  const i = a.calls.findIndex((call, k) => call !== b.calls[k]);
  return i < 0 ? 0 : a.calls[i]! - b.calls[i]!;
}

function rangesKey(found: Invocations, f: number): string {
  let hash = 0;
  const [from, to] = [found.functionOffsets[f]!, found.functionOffsets[f + 1]!];
  for (let i = from; i < to; i++) {
    hash = Math.imul(hash ^ found.starts[i]!, 0x9e3779b1);
    hash = Math.imul(hash ^ found.ends[i]!, 0x85ebca6b);
  }
  return `${to - from}:${hash}`;
}

function sameRanges(found: Invocations, a: number, b: number): boolean {
  const [fromA, fromB] = [found.functionOffsets[a]!, found.functionOffsets[b]!];
  for (let i = found.functionOffsets[a + 1]! - fromA - 1; i >= 0; i--) {
    if (found.starts[fromA + i] !== found.starts[fromB + i] || found.ends[fromA + i] !== found.ends[fromB + i])
      return false;
  }
  return true;
}
