/** Closed frequent episodes of sequences of calls. What support, gap and closed mean exactly: docs/episodes.md. */
import { ContiguousMiner } from './contiguous.js';
import { LONGEST_GAPPED_EPISODE, mineGapped } from './gapped.js';
import { joinSequences } from './text.js';

export interface MiningOptions {
  /** Fewest non-overlapping occurrences, summed over the sequences; at least 1. */
  readonly minSupport: number;
  /** Calls in the longest episode; at least 1. */
  readonly maxLength: number;
  /** Most other calls between two successive calls of an episode; 0 = contiguous. */
  readonly maxGap: number;
  /** Runs of more equal calls are folded into this many before mining; 0 (default) = never. */
  readonly maxRun?: number;
  /** With gaps: when more episodes than this are frequent, the support is doubled. Default 200,000. */
  readonly maxEpisodes?: number;
}

export interface MinedEpisodes {
  /** Number of episodes. */
  readonly length: number;
  /** Episode i is `symbols[offsets[i] .. offsets[i + 1])`. */
  readonly offsets: Uint32Array;
  readonly symbols: Uint32Array;
  /** Non-overlapping occurrences of each. */
  readonly support: Uint32Array;
  /** The minimum support that was applied in the end (see `maxEpisodes`). */
  readonly minSupport: number;
}

const MAX_EPISODES = 200_000;

/**
 * Mines the sequences `symbols[offsets[i] .. offsets[i + 1])`; no episode crosses from one into the next. The order of the
 * episodes depends on the input alone. Give `miner` when mining many small inputs: it keeps its memory.
 */
export function mineClosedEpisodes(
  symbols: ArrayLike<number>,
  offsets: ArrayLike<number>,
  options: MiningOptions,
  miner: ContiguousMiner = new ContiguousMiner(),
): MinedEpisodes {
  const maxGap = Math.max(0, Math.floor(options.maxGap));
  const minSupport = Math.max(1, Math.ceil(options.minSupport));
  const maxLength = Math.max(1, Math.floor(options.maxLength));
  const joined = joinSequences(symbols, offsets, maxGap + 1, options.maxRun);
  if (maxGap === 0) {
    const { text, alphabet } = joined;
    const found = miner.mine(text, alphabet.length - 1, minSupport, maxLength);
    const out = allocate(found.length, found.count, minSupport);
    for (let e = 0; e < found.count; e++) {
      const at = out.offsets[e]!;
      for (let k = 0; k < found.length[e]!; k++) out.symbols[at + k] = alphabet[text[found.position[e]! + k]!]!;
      out.support[e] = found.support[e]!;
    }
    return out;
  }
  const longest = Math.min(maxLength, LONGEST_GAPPED_EPISODE);
  const maxEpisodes = Math.max(1, options.maxEpisodes ?? MAX_EPISODES);
  return mineGapped(joined, { minSupport, maxLength: longest, maxGap, maxEpisodes });
}

function allocate(lengths: ArrayLike<number>, count: number, minSupport: number): MinedEpisodes {
  const offsets = new Uint32Array(count + 1);
  for (let e = 0; e < count; e++) offsets[e + 1] = offsets[e]! + lengths[e]!;
  return {
    length: count,
    offsets,
    symbols: new Uint32Array(offsets[count]!),
    support: new Uint32Array(count),
    minSupport,
  };
}
