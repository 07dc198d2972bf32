/**
 * Frequent serial episodes with gaps: depth first over prefixes, each with the list of its occurrences. An occurrence list
 * holds, for every position at which the episode can end, the latest position at which it can then have begun. Both rise
 * along the list, so extending an episode by one call costs one walk over the list and at most `maxGap + 1` looks ahead an
 * entry (each position is looked at once), and the most non-overlapping occurrences are counted in that same walk by
 * taking each that begins after the last one taken ended (earliest end first, the optimal rule for disjoint intervals).
 */
import { SEPARATOR } from './text.js';

/** The frequent episodes of a text as a prefix tree, in the order in which they were found (a prefix before its extensions). */
export interface EpisodeTree {
  count: number;
  /** Node of the episode without its last call, -1 for single calls. */
  parent: Int32Array;
  /** Last call, in the text's numbering. */
  symbol: Uint32Array;
  support: Uint32Array;
  length: Uint8Array;
  /** 1: an extension by one call at the end has the same support. */
  open: Uint8Array;
}

/** Longest episode with gaps; lengths are kept in bytes. */
export const LONGEST_GAPPED_EPISODE = 255;

interface Level {
  /** Occurrences of the children of the episode being extended, child after child. */
  ends: Uint32Array;
  starts: Uint32Array;
  /** Calls that extend it frequently, their supports and where their occurrences begin. */
  symbols: number[];
  supports: number[];
  from: number[];
}

/**
 * Mines `text` (0 separates, at least `maxGap + 1` in a row). Returns null when more than `maxEpisodes` are frequent.
 * Time: the sum over frequent episodes of min(text, (maxGap + 1) x occurrences).
 */
export function mineGapped(
  text: Uint32Array,
  alphabet: number,
  minSupport: number,
  maxLength: number,
  maxGap: number,
  maxEpisodes: number,
): EpisodeTree | null {
  const tree = emptyTree(1024);
  const occurrences = new Uint32Array(alphabet + 2);
  const supports = new Uint32Array(alphabet + 2);
  const lastEnd = new Int32Array(alphabet + 2).fill(-1);
  const cursor = new Uint32Array(alphabet + 2);
  const levels: Level[] = [];

  /** Counts the extensions of the episode with these occurrences and lists those of the frequent ones in `level`. */
  function extend(ends: Uint32Array, starts: Uint32Array, from: number, to: number, level: Level, leaves: boolean) {
    const touched: number[] = [];
    for (let o = from; o < to; o++) {
      const end = ends[o]!;
      const start = starts[o]!;
      const next = o + 1 < to ? ends[o + 1]! : text.length - 1;
      const limit = Math.min(end + 1 + maxGap, next);
      for (let q = end + 1; q <= limit; q++) {
        const c = text[q]!;
        if (c === SEPARATOR) break;
        if (occurrences[c]!++ === 0) touched.push(c);
        if (start > lastEnd[c]!) {
          supports[c]!++;
          lastEnd[c] = q;
        }
      }
    }
    touched.sort((a, b) => a - b);
    let listed = 0;
    level.symbols.length = level.supports.length = level.from.length = 0;
    for (const c of touched) {
      cursor[c] = NOT_LISTED;
      if (supports[c]! >= minSupport) {
        level.symbols.push(c);
        level.supports.push(supports[c]!);
        level.from.push(listed);
        cursor[c] = listed;
        listed += occurrences[c]!;
      }
      occurrences[c] = supports[c] = 0;
      lastEnd[c] = -1;
    }
    level.from.push(listed);
    if (leaves || listed === 0) return;
    if (level.ends.length < listed) {
      level.ends = new Uint32Array(2 * listed);
      level.starts = new Uint32Array(2 * listed);
    }
    for (let o = from; o < to; o++) {
      const end = ends[o]!;
      const start = starts[o]!;
      const next = o + 1 < to ? ends[o + 1]! : text.length - 1;
      const limit = Math.min(end + 1 + maxGap, next);
      for (let q = end + 1; q <= limit; q++) {
        const c = text[q]!;
        if (c === SEPARATOR) break;
        const at = cursor[c]!;
        if (at === NOT_LISTED) continue;
        level.ends[at] = q;
        level.starts[at] = start;
        cursor[c] = at + 1;
      }
    }
  }

  function grow(parent: number, depth: number): boolean {
    const level = levels[depth]!;
    for (let child = 0; child < level.symbols.length; child++) {
      if (tree.count >= maxEpisodes) return false;
      const support = level.supports[child]!;
      if (parent >= 0 && support === tree.support[parent]) tree.open[parent] = 1;
      const node = append(tree, parent, level.symbols[child]!, support, depth + 1);
      if (depth + 1 >= maxLength) continue;
      const deeper = (levels[depth + 1] ??= emptyLevel());
      extend(level.ends, level.starts, level.from[child]!, level.from[child + 1]!, deeper, depth + 2 >= maxLength);
      if (deeper.symbols.length > 0 && !grow(node, depth + 1)) return false;
    }
    return true;
  }

  levels[0] = singleCalls(text, alphabet, minSupport);
  return grow(-1, 0) ? tree : null;
}

const NOT_LISTED = 0xffffffff;

function singleCalls(text: Uint32Array, alphabet: number, minSupport: number): Level {
  const level = emptyLevel();
  const count = new Uint32Array(alphabet + 1);
  for (let i = 0; i < text.length; i++) count[text[i]!]!++;
  const cursor = new Uint32Array(alphabet + 1).fill(NOT_LISTED);
  let listed = 0;
  for (let c = 1; c <= alphabet; c++) {
    if (count[c]! < minSupport) continue;
    level.symbols.push(c);
    level.supports.push(count[c]!);
    level.from.push(listed);
    cursor[c] = listed;
    listed += count[c]!;
  }
  level.from.push(listed);
  level.ends = new Uint32Array(listed);
  for (let i = 0; i < text.length; i++) {
    const at = cursor[text[i]!]!;
    if (text[i] === SEPARATOR || at === NOT_LISTED) continue;
    level.ends[at] = i;
    cursor[text[i]!] = at + 1;
  }
  level.starts = level.ends.slice();
  return level;
}

function emptyLevel(): Level {
  return { ends: new Uint32Array(0), starts: new Uint32Array(0), symbols: [], supports: [], from: [] };
}

function emptyTree(capacity: number): EpisodeTree {
  return {
    count: 0,
    parent: new Int32Array(capacity),
    symbol: new Uint32Array(capacity),
    support: new Uint32Array(capacity),
    length: new Uint8Array(capacity),
    open: new Uint8Array(capacity),
  };
}

function append(tree: EpisodeTree, parent: number, symbol: number, support: number, length: number): number {
  if (tree.count === tree.parent.length) {
    const larger = emptyTree(2 * tree.count);
    larger.parent.set(tree.parent);
    larger.symbol.set(tree.symbol);
    larger.support.set(tree.support);
    larger.length.set(tree.length);
    larger.open.set(tree.open);
    Object.assign(tree, { ...larger, count: tree.count });
  }
  const node = tree.count++;
  tree.parent[node] = parent;
  tree.symbol[node] = symbol;
  tree.support[node] = support;
  tree.length[node] = length;
  return node;
}
