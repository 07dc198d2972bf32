/**
 * Closed frequent serial episodes with gaps: src/episodes/kernel, compiled to WebAssembly with SIMD, mines them; here is what
 * passes between the two. An episode costs less than a call of a function there and back, so everything is done there: the
 * search, the check of closedness, and laying out what was found in columns.
 */
import { MINER_MODULE } from './kernel/miner-module.js';
import { wasmInstance } from '../lib/wasm-instance.js';
import type { EpisodeText } from './text.js';

/** Longest episode with gaps; lengths are kept in bytes. */
export const LONGEST_GAPPED_EPISODE = 255;

/** Below so many calls tails are not prepared. */
const SHORTEST_TEXT = 2000;
/** Numbers there are of 32 bits; of episodes there is no room for more. */
const MOST = 2 ** 31 - 1;
const MOST_EPISODES = 2 ** 26;
/** A miner whose memory has grown larger than this, bytes, is not kept for the next text. */
const MOST_KEPT = 2 ** 27;

export interface GappedOptions {
  readonly minSupport: number;
  /** At most LONGEST_GAPPED_EPISODE. */
  readonly maxLength: number;
  readonly maxGap: number;
  readonly maxEpisodes: number;
  /** Shortest text for which tails are prepared, calls (tests choose 0). Episodes do not depend on it. */
  readonly shortestText?: number | undefined;
  /** Also the episodes that are not closed (for tests). */
  readonly all?: boolean | undefined;
}

export interface GappedEpisodes {
  /** Number of episodes. */
  readonly length: number;
  /** Episode i is `symbols[offsets[i] .. offsets[i + 1])`. */
  readonly offsets: Uint32Array;
  readonly symbols: Uint32Array;
  /** Non-overlapping occurrences of each. */
  readonly support: Uint32Array;
  /** The minimum support that was applied in the end. */
  readonly minSupport: number;
}

/** What src/episodes/kernel/miner.ts exports; where something is, is told in bytes. */
interface Miner {
  readonly memory: { readonly buffer: ArrayBuffer };
  prepare(positions: number, alphabet: number): number;
  symbolsAt(): number;
  mine(
    ...options: [
      alphabet: number,
      support: number,
      longest: number,
      maxGap: number,
      maxEpisodes: number,
      shortestText: number,
      all: boolean,
    ]
  ): number;
  supportApplied(): number;
  offsetsAt(): number;
  supportsAt(): number;
  callsAt(): number;
  callsOf(): number;
}

let kept: Miner | null = null;

/**
 * Mines a text with at least `maxGap + 1` separators in a row, also at the end. Whenever more than `maxEpisodes` are
 * frequent, the minimum support is doubled. Time: docs/episodes.md.
 */
export function mineGapped({ text, alphabet }: EpisodeText, options: GappedOptions): GappedEpisodes {
  const { minSupport, maxLength, maxGap, maxEpisodes, shortestText = SHORTEST_TEXT, all = false } = options;
  const calls = alphabet.length - 1;
  // What fails halfway is not used again.
  const miner = kept ?? wasmInstance<Miner>(MINER_MODULE);
  kept = null;
  const textAt = miner.prepare(text.length, calls);
  words(miner, textAt, text.length).set(text);
  words(miner, miner.symbolsAt(), alphabet.length).set(alphabet);
  const count = miner.mine(
    ...[calls, Math.min(minSupport, MOST), maxLength, maxGap, Math.min(maxEpisodes, MOST_EPISODES)],
    ...[Math.min(shortestText, MOST), all],
  );
  const found = {
    length: count,
    offsets: words(miner, miner.offsetsAt(), count + 1).slice(),
    symbols: words(miner, miner.callsAt(), miner.callsOf()).slice(),
    support: words(miner, miner.supportsAt(), count).slice(),
    minSupport: Math.max(minSupport, miner.supportApplied()),
  };
  if (miner.memory.buffer.byteLength <= MOST_KEPT) kept = miner;
  return found;
}

/** `count` words of a miner's memory; valid until it grows. */
function words(miner: Miner, at: number, count: number): Uint32Array {
  return new Uint32Array(miner.memory.buffer, at, count);
}
