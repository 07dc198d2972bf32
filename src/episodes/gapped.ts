/**
 * Frequent serial episodes with gaps: depth first over prefixes, each with the list of its occurrences. An occurrence list
 * holds, for every position at which the episode can end, the latest position at which it can then have begun. Both rise
 * along the list, so extending an episode by one call costs one walk over the list and at most `maxGap + 1` looks ahead an
 * entry (each position is looked at once), and the most non-overlapping occurrences are counted in that same walk by
 * taking each that begins after the last one taken ended (earliest end first, the optimal rule for disjoint intervals).
 * Most episodes are among the longest; the last calls of these are counted together and without lists (tails.ts).
 */
import { LONGEST_WINDOW, TailTable } from './tails.js';
import { type EpisodeTree, appendEpisode, emptyTree, keepFrequent } from './tree.js';
import { type Windows, numberWindows } from './windows.js';

/** Longest episode with gaps; lengths are kept in bytes. */
export const LONGEST_GAPPED_EPISODE = 255;

/** Tails of more calls no longer pay: their lists get long, and occurrence lists are short by then. */
const LONGEST_TAIL = 4;
/** Tails of so many calls pay however seldom windows repeat. */
const ALWAYS_WORTH = 2;
/** Below so many calls tails are not prepared. */
const SHORTEST_TEXT = 2000;

export interface GappedOptions {
  readonly minSupport: number;
  /** At most LONGEST_GAPPED_EPISODE. */
  readonly maxLength: number;
  readonly maxGap: number;
  readonly maxEpisodes: number;
  /** Shortest text for which tails are prepared, calls (tests choose 0). Episodes do not depend on it. */
  readonly shortestText?: number | undefined;
}

export interface GappedEpisodes {
  readonly tree: EpisodeTree;
  /** The minimum support that was applied in the end. */
  readonly minSupport: number;
}

/**
 * Mines `text` (symbols 1..alphabet; 0 separates, at least `maxGap + 1` in a row and at the end). Whenever more than
 * `maxEpisodes` are frequent, the minimum support is doubled. Time: docs/episodes.md.
 */
export function mineGapped(text: Uint32Array, alphabet: number, options: GappedOptions): GappedEpisodes {
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
  private tree = emptyTree(1024);
  private minSupport: number;
  /** Episodes of so many calls are extended by tails, or not at all. */
  private depth = 0;
  private tails: TailTable | null = null;
  /** The episodes that are tails, when all of them are frequent, and the occurrences that each was found to have. */
  private short: EpisodeTree | null = null;
  private shortOccurrences = new Int32Array(1024);
  /** Node of the episode being extended and of each of its prefixes. */
  private readonly path: Int32Array;
  private readonly levels: Extensions[] = [];
  /** Frequent calls in rising order, then calls that are not frequent and only fill gaps. */
  private readonly calls: Uint32Array;
  private readonly text: Int32Array;
  private readonly frequent: number;
  /** Per call, of the episode being extended: occurrences, support, end of the last occurrence that was counted. */
  private readonly occurrences: Int32Array;
  private readonly supports: Int32Array;
  private readonly lastEnd: Int32Array;
  /** Per call, where its next occurrence goes, and 1 when it is frequent. */
  private readonly cursor: Int32Array;
  private readonly step: Int32Array;

  constructor(
    text: Uint32Array,
    alphabet: number,
    private readonly options: GappedOptions,
  ) {
    this.minSupport = options.minSupport;
    this.path = new Int32Array(options.maxLength + 1);
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
    this.step = new Int32Array(width);
  }

  mine(): GappedEpisodes {
    const { maxLength, maxGap } = this.options;
    const prepared = this.tailLength();
    if (prepared !== null) {
      this.begin(prepared.longest);
      this.tails = new TailTable(this.text, this.frequent, this.tree, prepared.longest, maxGap, prepared.windows);
      if (this.minSupport === this.options.minSupport) this.short = this.tree;
      this.tree = emptyTree(2 * this.tree.count + 1024);
      this.begin(maxLength - prepared.longest);
    } else this.begin(maxLength);
    const { tree, calls } = this;
    for (let node = 0; node < tree.count; node++) tree.symbol[node] = calls[tree.symbol[node]!]!;
    return { tree, minSupport: this.minSupport };
  }

  /**
   * How long tails should be: where windows seldom repeat, the lists of long ones cost more than they save. Null where
   * tails are not worth their preparation at all.
   */
  private tailLength(): { longest: number; windows: Windows } | null {
    const { maxLength, maxGap, shortestText = SHORTEST_TEXT } = this.options;
    if (this.text.length < shortestText) return null;
    let longest = Math.min(LONGEST_TAIL, maxLength >> 1, Math.floor(LONGEST_WINDOW / (maxGap + 1)));
    for (; longest > 0; longest--) {
      const limit = longest <= ALWAYS_WORTH ? Infinity : this.text.length / 3;
      const windows = numberWindows(this.text, this.frequent, longest * (maxGap + 1), limit);
      if (windows !== null) return { longest, windows };
    }
    return null;
  }

  /** Adds all frequent episodes of at most `depth` calls to the tree, and their tails when these are known. */
  private begin(depth: number): void {
    this.depth = depth;
    const { text, cursor, step } = this;
    const singles = this.level(0);
    for (let i = 0; i < text.length; i++) {
      this.occurrences[text[i]!]!++;
      this.supports[text[i]!]!++;
    }
    this.list(singles);
    this.place(singles);
    for (let i = 0; i < text.length && singles.count > 0; i++) {
      const c = text[i]!;
      singles.ends[cursor[c]!] = singles.starts[cursor[c]!] = i;
      cursor[c]! += step[c]!;
    }
    this.grow(0, this.short === null ? -1 : 0);
  }

  /**
   * Adds the extensions in `levels[depth]` to the tree and extends each of them. `tail`: the episode that they extend as
   * a tail, -1 when its extensions are not known as tails.
   */
  private grow(depth: number, tail: number): void {
    const { tails } = this;
    const level = this.levels[depth]!;
    for (let child = 0; child < level.count; child++) {
      const symbol = level.symbols[child]!;
      if (!this.add(depth, symbol, level.supports[child]!)) continue;
      const [from, to] = [level.from[child]!, level.from[child + 1]!];
      if (tails === null) this.noteOccurrences(this.path[depth]!, to - from);
      if (depth + 1 === this.depth) {
        if (tails === null) continue;
        tails.count(level.ends, level.starts, from, to);
        this.append(tails, 0, depth + 1);
        tails.clear();
        continue;
      }
      const deeper = this.level(depth + 1);
      const last = depth + 2 === this.depth && tails === null;
      const known = tail >= 0 ? tails!.child(tail, symbol) : -1;
      if (known >= 0) this.recall(deeper, known);
      else {
        this.count(level, from, to);
        this.list(deeper);
      }
      if (deeper.count === 0) continue;
      if (!last) {
        this.place(deeper);
        this.move(level, from, to, deeper);
      }
      this.grow(depth + 1, known);
    }
  }

  /** Adds the frequent extensions of `tail`, in the order in which growing would have found them. */
  private append(tails: TailTable, tail: number, depth: number): void {
    const behind = tails.behind[tail]!;
    for (let t = tail + 1; t < behind; t = tails.behind[t]!) {
      const support = tails.support(t);
      if (support >= this.minSupport && this.add(depth, tails.symbol[t]!, support)) this.append(tails, t, depth + 1);
    }
  }

  /**
   * Adds the episode that extends `path[depth - 1]` by a call. False, and nothing is added, when it is not frequent;
   * that can come about between counting it and now, for the minimum support is raised here.
   */
  private add(depth: number, symbol: number, support: number): boolean {
    const { tree, path } = this;
    while (support >= this.minSupport && tree.count >= this.options.maxEpisodes) {
      this.minSupport *= 2;
      keepFrequent(tree, this.minSupport, path);
    }
    if (support < this.minSupport) return false;
    const parent = depth === 0 ? -1 : path[depth - 1]!;
    if (parent >= 0 && support === tree.support[parent]) tree.open[parent] = 1;
    path[depth] = appendEpisode(tree, parent, symbol, support, depth + 1);
    return true;
  }

  /** Goes over all that can follow the occurrences [from, to) in `level` and counts the support of each call. */
  private count({ ends, starts }: Extensions, from: number, to: number): void {
    const { text, occurrences, supports, lastEnd } = this;
    const reach = this.options.maxGap + 1;
    for (let o = from; o < to; o++) {
      const end = ends[o]!;
      const start = starts[o]!;
      // The text ends in `reach` separators, so nothing lies behind it. What follows the next end is the next one's.
      const limit = o + 1 < to && ends[o + 1]! < end + reach ? ends[o + 1]! : end + reach;
      for (let q = end + 1; q <= limit; q++) {
        const c = text[q]!;
        const last = lastEnd[c]!;
        // -1 when the occurrence begins after the last one that was counted. A branch would be guessed wrong too often.
        const taken = (last - start) >> 31;
        occurrences[c]!++;
        supports[c]! -= taken;
        lastEnd[c] = last ^ ((last ^ q) & taken);
      }
    }
  }

  private noteOccurrences(node: number, occurrences: number): void {
    if (node >= this.shortOccurrences.length) {
      const larger = new Int32Array(2 * node);
      larger.set(this.shortOccurrences);
      this.shortOccurrences = larger;
    }
    this.shortOccurrences[node] = occurrences;
  }

  /** What `count` and `list` found when the extensions of this tail were first looked for. */
  private recall(level: Extensions, tail: number): void {
    const { short, shortOccurrences, tails, minSupport } = this;
    const { behind, symbol } = tails!;
    level.count = 0;
    let listed = 0;
    for (let t = tail + 1; t < behind[tail]!; t = behind[t]!) {
      if (short!.support[t - 1]! < minSupport) continue;
      level.symbols[level.count] = symbol[t]!;
      level.supports[level.count] = short!.support[t - 1]!;
      level.from[level.count++] = listed;
      listed += shortOccurrences[t - 1]!;
    }
    level.from[level.count] = listed;
  }

  /** Writes down which calls were frequent and how many occurrences they have in `level`, and clears the counters. */
  private list(level: Extensions): void {
    const { occurrences, supports, lastEnd, frequent, minSupport } = this;
    level.count = 0;
    let listed = 0;
    for (let c = 1; c <= frequent; c++) {
      if (supports[c]! < minSupport) continue;
      level.symbols[level.count] = c;
      level.supports[level.count] = supports[c]!;
      level.from[level.count++] = listed;
      listed += occurrences[c]!;
    }
    level.from[level.count] = listed;
    occurrences.fill(0);
    supports.fill(0);
    lastEnd.fill(-1);
  }

  /** Makes room for the occurrences of the extensions in `level`. */
  private place(level: Extensions): void {
    const { cursor, step } = this;
    const listed = level.from[level.count]!;
    // What is not frequent goes, one over the other, behind all that is.
    cursor.fill(listed);
    step.fill(0);
    for (let i = 0; i < level.count; i++) {
      cursor[level.symbols[i]!] = level.from[i]!;
      step[level.symbols[i]!] = 1;
    }
    if (level.ends.length > listed) return;
    level.ends = new Int32Array(2 * listed + 1);
    level.starts = new Int32Array(2 * listed + 1);
  }

  /** Walks as `count` did and moves the occurrences of the extensions to where `list` wants them. */
  private move({ ends, starts }: Extensions, from: number, to: number, deeper: Extensions): void {
    const { text, cursor, step } = this;
    const { ends: toEnds, starts: toStarts } = deeper;
    const reach = this.options.maxGap + 1;
    for (let o = from; o < to; o++) {
      const end = ends[o]!;
      const start = starts[o]!;
      const limit = o + 1 < to && ends[o + 1]! < end + reach ? ends[o + 1]! : end + reach;
      for (let q = end + 1; q <= limit; q++) {
        const c = text[q]!;
        const at = cursor[c]!;
        toEnds[at] = q;
        toStarts[at] = start;
        cursor[c] = at + step[c]!;
      }
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
