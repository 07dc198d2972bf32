/**
 * Frequent serial episodes with gaps: depth first over prefixes, each with the list of its occurrences. An occurrence list
 * holds, for every position at which the episode can end, the latest position at which it can then have begun. Both rise
 * along the list, so extending an episode by one call costs one walk over the list and at most `maxGap + 1` looks ahead an
 * entry (each position is looked at once), and the most non-overlapping occurrences are counted in that same walk by
 * taking each that begins after the last one taken ended (earliest end first, the optimal rule for disjoint intervals).
 */
import { type EpisodeTree, appendEpisode, emptyTree } from './tree.js';

/** Longest episode with gaps; lengths are kept in bytes. */
export const LONGEST_GAPPED_EPISODE = 255;

export interface GappedOptions {
  readonly minSupport: number;
  /** At most LONGEST_GAPPED_EPISODE. */
  readonly maxLength: number;
  readonly maxGap: number;
  readonly maxEpisodes: number;
}

/**
 * Mines `text` (symbols 1..alphabet; 0 separates, at least `maxGap + 1` in a row and at the end). Returns null when more
 * than `maxEpisodes` are frequent. Time: the sum over frequent episodes of min(text, (maxGap + 1) x occurrences).
 */
export function mineGapped(text: Uint32Array, alphabet: number, options: GappedOptions): EpisodeTree | null {
  return new GappedMiner(text, alphabet, options).mine();
}

/** Extensions of one episode by a call: those that are frequent, with their occurrences. */
interface Extensions {
  count: number;
  readonly symbols: Int32Array;
  readonly supports: Int32Array;
  /** Extension i occurs at `ends[from[i] .. from[i + 1])`, having begun at `starts`. */
  readonly from: Int32Array;
  ends: Int32Array;
  starts: Int32Array;
}

class GappedMiner {
  private readonly tree = emptyTree(1024);
  private readonly levels: Extensions[] = [];
  /** Frequent calls in rising order, then calls that are not frequent and only fill gaps. */
  private readonly calls: Uint32Array;
  private readonly text: Int32Array;
  private readonly frequent: number;
  /** Per call, of the episode being extended: occurrences, support, end of the last occurrence that was counted. */
  private readonly occurrences: Int32Array;
  private readonly supports: Int32Array;
  private readonly lastEnd: Int32Array;
  private readonly cursor: Int32Array;
  /** What one walk saw: position, its call, latest start. */
  private readonly seenAt: Int32Array;
  private readonly seenCall: Int32Array;
  private readonly seenStart: Int32Array;

  constructor(
    text: Uint32Array,
    alphabet: number,
    private readonly options: GappedOptions,
  ) {
    const count = new Uint32Array(alphabet + 1);
    for (let i = 0; i < text.length; i++) count[text[i]!]!++;
    const calls: number[] = [0];
    for (let c = 1; c <= alphabet; c++) if (count[c]! >= options.minSupport) calls.push(c);
    this.frequent = calls.length - 1;
    this.calls = Uint32Array.from(calls);
    const number = new Uint32Array(alphabet + 1).fill(this.frequent + 1);
    number.set([0]);
    calls.forEach((c, i) => (number[c] = i));
    // Signed, like all arrays here: comparing signed with unsigned numbers is done in floating point.
    this.text = new Int32Array(text.length);
    for (let i = 0; i < text.length; i++) this.text[i] = number[text[i]!]!;
    const width = this.frequent + 2;
    this.occurrences = new Int32Array(width);
    this.supports = new Int32Array(width);
    this.lastEnd = new Int32Array(width).fill(-1);
    this.cursor = new Int32Array(width);
    this.seenAt = new Int32Array(text.length);
    this.seenCall = new Int32Array(text.length);
    this.seenStart = new Int32Array(text.length);
  }

  mine(): EpisodeTree | null {
    const singles = this.level(0);
    for (let i = 0; i < this.text.length; i++) {
      this.seenAt[i] = this.seenStart[i] = i;
      const c = (this.seenCall[i] = this.text[i]!);
      this.occurrences[c]!++;
      this.supports[c]!++;
    }
    this.list(singles, this.text.length, this.options.maxLength === 1);
    return this.grow(-1, 0) ? this.tree : null;
  }

  /** Adds the extensions in `levels[depth]` to the tree and extends each of them. False when there are too many. */
  private grow(parent: number, depth: number): boolean {
    const { tree, calls } = this;
    const { maxLength, maxEpisodes } = this.options;
    const level = this.levels[depth]!;
    for (let child = 0; child < level.count; child++) {
      if (tree.count >= maxEpisodes) return false;
      const support = level.supports[child]!;
      if (parent >= 0 && support === tree.support[parent]) tree.open[parent] = 1;
      const node = appendEpisode(tree, parent, calls[level.symbols[child]!]!, support, depth + 1);
      if (depth + 1 === maxLength) continue;
      const deeper = this.level(depth + 1);
      const last = depth + 2 === maxLength;
      const seen = last
        ? this.count(level.ends, level.starts, level.from[child]!, level.from[child + 1]!)
        : this.walk(level.ends, level.starts, level.from[child]!, level.from[child + 1]!);
      this.list(deeper, seen, last);
      if (deeper.count > 0 && !this.grow(node, depth + 1)) return false;
    }
    return true;
  }

  /** Goes over all that can follow the occurrences [from, to), counts the support of each call and notes what it saw. */
  private walk(ends: Int32Array, starts: Int32Array, from: number, to: number): number {
    const { text, occurrences, supports, lastEnd, seenAt, seenCall, seenStart } = this;
    const reach = this.options.maxGap + 1;
    let seen = 0;
    for (let o = from; o < to; o++) {
      const end = ends[o]!;
      const start = starts[o]!;
      // The text ends in `reach` separators, so nothing lies behind it. What follows the next end is the next one's.
      const limit = o + 1 < to && ends[o + 1]! < end + reach ? ends[o + 1]! : end + reach;
      for (let q = end + 1; q <= limit; q++) {
        const c = text[q]!;
        seenAt[seen] = q;
        seenCall[seen] = c;
        seenStart[seen++] = start;
        occurrences[c]!++;
        if (start > lastEnd[c]!) {
          supports[c]!++;
          lastEnd[c] = q;
        }
      }
    }
    return seen;
  }

  /** Like `walk` for the longest episodes, of which only the support is wanted. */
  private count(ends: Int32Array, starts: Int32Array, from: number, to: number): number {
    const { text, supports, lastEnd } = this;
    const reach = this.options.maxGap + 1;
    for (let o = from; o < to; o++) {
      const end = ends[o]!;
      const start = starts[o]!;
      const limit = o + 1 < to && ends[o + 1]! < end + reach ? ends[o + 1]! : end + reach;
      for (let q = end + 1; q <= limit; q++) {
        const c = text[q]!;
        if (start > lastEnd[c]!) {
          supports[c]!++;
          lastEnd[c] = q;
        }
      }
    }
    return 0;
  }

  /** Moves the frequent calls of a walk, with their occurrences, to `level` and clears the counters. */
  private list(level: Extensions, seen: number, last: boolean): void {
    const { occurrences, supports, lastEnd, cursor, seenAt, seenCall, seenStart, frequent } = this;
    const { minSupport } = this.options;
    level.count = 0;
    let listed = 0;
    for (let c = 1; c <= frequent; c++) {
      cursor[c] = -1;
      if (supports[c]! < minSupport) continue;
      level.symbols[level.count] = c;
      level.supports[level.count] = supports[c]!;
      level.from[level.count++] = listed;
      cursor[c] = listed;
      listed += occurrences[c]!;
    }
    cursor[0] = cursor[frequent + 1] = -1;
    level.from[level.count] = listed;
    occurrences.fill(0);
    supports.fill(0);
    lastEnd.fill(-1);
    if (last || level.count === 0) return;
    if (level.ends.length < listed) {
      level.ends = new Int32Array(2 * listed);
      level.starts = new Int32Array(2 * listed);
    }
    const { ends, starts } = level;
    for (let i = 0; i < seen; i++) {
      const c = seenCall[i]!;
      const at = cursor[c]!;
      if (at < 0) continue;
      ends[at] = seenAt[i]!;
      starts[at] = seenStart[i]!;
      cursor[c] = at + 1;
    }
  }

  private level(depth: number): Extensions {
    const width = this.frequent + 1;
    return (this.levels[depth] ??= {
      count: 0,
      symbols: new Int32Array(width),
      supports: new Int32Array(width),
      from: new Int32Array(width + 1),
      ends: new Int32Array(0),
      starts: new Int32Array(0),
    });
  }
}
