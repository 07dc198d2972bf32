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
