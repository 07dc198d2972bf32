/**
 * The closed ones among the frequent episodes with gaps: those that no longer frequent episode with the same support
 * contains. "Contains" obeys the same gap limit as occurrence does (the shorter one occurs in the longer one), see
 * docs/episodes.md. Support does not fall monotonically under insertion in the middle, so looking at extensions by one
 * call is not enough: episodes of equal support are compared with each other, after cheap filters.
 */
import type { EpisodeTree } from './tree.js';

/** Nodes of the closed episodes of `tree`, in its order. */
export function closedNodes(tree: EpisodeTree, alphabet: number, maxGap: number): number[] {
  markOpenBySuffix(tree, alphabet);
  const symbols = spell(tree);
  const groups = bySupport(tree);
  const mask = new Uint32Array(tree.count);
  for (let node = 0; node < tree.count; node++) {
    const parent = tree.parent[node]!;
    mask[node] = (parent >= 0 ? mask[parent]! : 0) | (1 << (tree.symbol[node]! & 31));
  }
  const closed: number[] = [];
  for (const group of groups) {
    group.sort((a, b) => tree.length[b]! - tree.length[a]!);
    for (const node of group) {
      if (tree.open[node] === 1) continue;
      const length = tree.length[node]!;
      for (const longer of group) {
        if (tree.length[longer]! <= length) break;
        if ((mask[node]! & ~mask[longer]!) !== 0) continue;
        if (contains(symbols.text, symbols.at[longer]!, tree.length[longer]!, symbols.at[node]!, length, maxGap)) {
          tree.open[node] = 1;
          break;
        }
      }
    }
  }
  for (let node = 0; node < tree.count; node++) if (tree.open[node] === 0) closed.push(node);
  return closed;
}

/**
 * An episode whose extension by one call at the front has the same support is not closed. The node of an episode
 * without its first call is the child, by its last call, of its parent's; it is frequent because the episode is.
 */
function markOpenBySuffix(tree: EpisodeTree, alphabet: number): void {
  const { parent, symbol, support, open, count } = tree;
  let size = 16;
  while (size < 2 * count) size *= 2;
  const slots = new Int32Array(size).fill(-1);
  const find = (p: number, c: number): number => {
    let slot = (Math.imul(p + 1, 0x9e3779b1) ^ Math.imul(c, 0x85ebca6b)) >>> 0;
    slot = (slot ^ (slot >>> 15)) & (size - 1);
    while (slots[slot]! >= 0 && (parent[slots[slot]!] !== p || symbol[slots[slot]!] !== c))
      slot = (slot + 1) & (size - 1);
    return slot;
  };
  for (let node = 0; node < count; node++) slots[find(parent[node]!, symbol[node]!)] = node;
  const suffix = new Int32Array(count);
  const root = new Int32Array(alphabet + 1).fill(-1);
  for (let node = 0; node < count; node++) if (parent[node]! < 0) root[symbol[node]!] = node;
  // A prefix comes before its extensions, so its suffix is known.
  for (let node = 0; node < count; node++) {
    const p = parent[node]!;
    suffix[node] = p < 0 ? -1 : suffix[p]! < 0 ? root[symbol[node]!]! : slots[find(suffix[p]!, symbol[node]!)]!;
    if (suffix[node]! >= 0 && support[suffix[node]!] === support[node]) open[suffix[node]!] = 1;
  }
}

/** The calls of every node, one after the other. */
function spell(tree: EpisodeTree): { text: Uint32Array; at: Uint32Array } {
  const at = new Uint32Array(tree.count + 1);
  for (let node = 0; node < tree.count; node++) at[node + 1] = at[node]! + tree.length[node]!;
  const text = new Uint32Array(at[tree.count]!);
  for (let node = 0; node < tree.count; node++) {
    const length = tree.length[node]!;
    const to = at[node]!;
    if (length > 1) text.copyWithin(to, at[tree.parent[node]!]!, at[tree.parent[node]!]! + length - 1);
    text[to + length - 1] = tree.symbol[node]!;
  }
  return { text, at };
}

function bySupport(tree: EpisodeTree): number[][] {
  const groups = new Map<number, number[]>();
  for (let node = 0; node < tree.count; node++) {
    const group = groups.get(tree.support[node]!);
    if (group) group.push(node);
    else groups.set(tree.support[node]!, [node]);
  }
  return [...groups.values()];
}

/**
 * Whether the episode text[at, at + length) occurs in the episode text[longerAt, longerAt + longerLength) with at most
 * `maxGap` calls left out between two successive ones. Keeps the set of positions at which each prefix can end; with gap
 * limits the leftmost match alone would not do.
 */
export function contains(
  text: ArrayLike<number>,
  longerAt: number,
  longerLength: number,
  at: number,
  length: number,
  maxGap: number,
): boolean {
  if (longerLength > 31) return containsLong(text, longerAt, longerLength, at, length, maxGap);
  let ends = 0;
  for (let p = 0; p < longerLength; p++) if (text[longerAt + p] === text[at]) ends |= 1 << p;
  for (let k = 1; k < length && ends !== 0; k++) {
    let reach = 0;
    for (let g = 1; g <= maxGap + 1 && g < longerLength; g++) reach |= ends << g;
    let next = 0;
    for (let p = k; p < longerLength; p++) if ((reach >>> p) & 1 && text[longerAt + p] === text[at + k]) next |= 1 << p;
    ends = next;
  }
  return ends !== 0;
}

function containsLong(
  text: ArrayLike<number>,
  longerAt: number,
  longerLength: number,
  at: number,
  length: number,
  maxGap: number,
): boolean {
  let ends: number[] = [];
  for (let p = 0; p < longerLength; p++) if (text[longerAt + p] === text[at]) ends.push(p);
  for (let k = 1; k < length && ends.length > 0; k++) {
    const next: number[] = [];
    for (let p = k; p < longerLength; p++) {
      if (text[longerAt + p] === text[at + k] && ends.some((e) => e < p && p <= e + maxGap + 1)) next.push(p);
    }
    ends = next;
  }
  return ends.length > 0;
}
