/** Frequent episodes as a prefix tree in columns. */

/** Nodes are in the order in which they were found: an episode comes before its extensions. */
export interface EpisodeTree {
  count: number;
  /** Node of the episode without its last call, -1 for single calls. */
  parent: Int32Array;
  /** Last call, in the text's numbering. */
  symbol: Uint32Array;
  support: Uint32Array;
  length: Uint8Array;
  /** 1: known not to be closed. */
  open: Uint8Array;
}

export function emptyTree(capacity: number): EpisodeTree {
  return {
    count: 0,
    parent: new Int32Array(capacity),
    symbol: new Uint32Array(capacity),
    support: new Uint32Array(capacity),
    length: new Uint8Array(capacity),
    open: new Uint8Array(capacity),
  };
}

/** Adds an episode and returns its node. */
export function appendEpisode(
  tree: EpisodeTree,
  parent: number,
  symbol: number,
  support: number,
  length: number,
): number {
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

/**
 * Drops the episodes of less than `minSupport`; with one go its extensions, which are not more frequent. Nodes in `path`
 * are renumbered, -1 where they were dropped.
 */
export function keepFrequent(tree: EpisodeTree, minSupport: number, path: Int32Array): void {
  const { parent, symbol, support, length, open } = tree;
  const renumbered = new Int32Array(tree.count).fill(-1);
  let kept = 0;
  for (let node = 0; node < tree.count; node++) {
    if (support[node]! < minSupport) continue;
    const p = parent[node]!;
    parent[kept] = p < 0 ? -1 : renumbered[p]!;
    symbol[kept] = symbol[node]!;
    support[kept] = support[node]!;
    length[kept] = length[node]!;
    open[kept] = open[node]!;
    renumbered[node] = kept++;
  }
  open.fill(0, kept, tree.count);
  tree.count = kept;
  for (let i = 0; i < path.length; i++) path[i] = renumbered[path[i]!] ?? -1;
}

/** Behind each node's extensions: those of node are (node, ends[node]). */
export function subtreeEnds({ count, parent }: EpisodeTree): Int32Array {
  const ends = new Int32Array(count);
  for (let node = count - 1; node >= 0; node--) {
    ends[node] = Math.max(ends[node]!, node + 1);
    const p = parent[node]!;
    if (p >= 0) ends[p] = Math.max(ends[p]!, ends[node]!);
  }
  return ends;
}

/** The calls of every episode: those of node are text[at[node] .. at[node + 1]). */
export function spell({ count, parent, symbol, length }: EpisodeTree): { text: Uint32Array; at: Uint32Array } {
  const at = new Uint32Array(count + 1);
  for (let node = 0; node < count; node++) at[node + 1] = at[node]! + length[node]!;
  const text = new Uint32Array(at[count]!);
  for (let node = 0; node < count; node++) {
    let to = at[node]!;
    for (let from = at[parent[node]!] ?? 0, last = at[node + 1]! - 1; to < last;) text[to++] = text[from++]!;
    text[to] = symbol[node]!;
  }
  return { text, at };
}
