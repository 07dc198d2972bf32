/**
 * Counts given episodes in sequences of calls: the most non-overlapping occurrences of each, as in mining. Episodes that
 * begin alike are counted together, as paths of a prefix tree: an episode's occurrence list is its prefix's, extended
 * by one call. Without gaps there is a simpler way (contiguous-occurrences.ts).
 */
import { joinSequences } from '../episodes/text.js';
import { countContiguous } from './contiguous-occurrences.js';

interface TreeNode {
  /** Next call -> node. */
  readonly children: Map<number, TreeNode>;
  /** Episodes that end here. */
  readonly episodes: number[];
}

/** Where an episode can end, and the latest place where it then begins; both rising. */
interface Occurrences {
  readonly ends: Uint32Array;
  readonly starts: Uint32Array;
}

/**
 * Non-overlapping occurrences of each of `episodes` in the sequences `symbols[offsets[i] .. offsets[i + 1])`, with at most
 * `maxGap` other calls between two successive ones and runs folded to `maxRun` (0 = not).
 */
export function countOccurrences(
  symbols: ArrayLike<number>,
  offsets: ArrayLike<number>,
  episodes: readonly ArrayLike<number>[],
  maxGap: number,
  maxRun = 0,
): Uint32Array {
  if (maxGap === 0) return countContiguous(symbols, offsets, episodes, maxRun);
  const { text, alphabet } = joinSequences(symbols, offsets, maxGap + 1, maxRun);
  const dense = new Map<number, number>();
  for (let a = 1; a < alphabet.length; a++) dense.set(alphabet[a]!, a);
  const counts = new Uint32Array(episodes.length);
  const root: TreeNode = { children: new Map(), episodes: [] };
  episodes.forEach((episode, index) => insert(root, episode, index, dense));

  const visit = (node: TreeNode, found: Occurrences): void => {
    if (node.episodes.length > 0) {
      const count = nonOverlapping(found);
      for (const e of node.episodes) counts[e] = count;
    }
    for (const [symbol, child] of node.children) visit(child, extend(text, found, symbol, maxGap));
  };
  const first = positions(text, alphabet.length);
  for (const [symbol, child] of root.children) {
    const at = first(symbol);
    visit(child, { ends: at, starts: at });
  }
  return counts;
}

function insert(root: TreeNode, episode: ArrayLike<number>, index: number, dense: ReadonlyMap<number, number>): void {
  let node = root;
  for (let k = 0; k < episode.length; k++) {
    const symbol = dense.get(episode[k]!);
    if (symbol === undefined) return; // a call that never occurs: the count stays 0
    let child = node.children.get(symbol);
    if (child === undefined) node.children.set(symbol, (child = { children: new Map(), episodes: [] }));
    node = child;
  }
  node.episodes.push(index);
}

/** Positions of each symbol, by counting sort. */
function positions(text: Uint32Array, alphabet: number): (symbol: number) => Uint32Array {
  const offsets = new Uint32Array(alphabet + 1);
  for (let i = 0; i < text.length; i++) offsets[text[i]! + 1]!++;
  for (let a = 0; a < alphabet; a++) offsets[a + 1]! += offsets[a]!;
  const next = offsets.slice();
  const order = new Uint32Array(text.length);
  for (let i = 0; i < text.length; i++) order[next[text[i]!]!++] = i;
  return (symbol) => order.subarray(offsets[symbol]!, offsets[symbol + 1]!);
}

function extend(text: Uint32Array, { ends, starts }: Occurrences, symbol: number, maxGap: number): Occurrences {
  const newEnds = new Uint32Array(ends.length * (maxGap + 1));
  const newStarts = new Uint32Array(newEnds.length);
  let count = 0;
  for (let o = 0; o < ends.length; o++) {
    // Beyond the next occurrence's end that one serves better: it began later.
    let last = ends[o]! + maxGap + 1;
    if (o + 1 < ends.length && ends[o + 1]! < last) last = ends[o + 1]!;
    for (let p = ends[o]! + 1; p <= last; p++) {
      if (text[p] !== symbol) continue;
      newEnds[count] = p;
      newStarts[count++] = starts[o]!;
    }
  }
  return { ends: newEnds.slice(0, count), starts: newStarts.slice(0, count) };
}

/** Earliest end first: the optimal choice of disjoint intervals. */
function nonOverlapping({ ends, starts }: Occurrences): number {
  let count = 0;
  let lastEnd = -1;
  for (let o = 0; o < ends.length; o++) {
    if (starts[o]! <= lastEnd) continue;
    count++;
    lastEnd = ends[o]!;
  }
  return count;
}
