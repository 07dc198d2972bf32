/**
 * The closed ones among the frequent episodes with gaps: those that no longer frequent episode with the same support
 * contains. "Contains" obeys the same gap limit as occurrence does (the shorter one occurs in the longer one), see
 * docs/episodes.md. Support does not fall monotonically under insertion in the middle, so looking at extensions by one
 * call is not enough: episodes of equal support are compared with each other, after cheap filters.
 */
import { type EpisodeTree, spell, subtreeEnds } from './tree.js';

/**
 * Nodes of the closed episodes of `tree`, in its order. The tree is in preorder, siblings by one order of the symbols,
 * which are at most `alphabet`.
 */
export function closedNodes(tree: EpisodeTree, alphabet: number, maxGap: number): Uint32Array {
  markOpenBySuffix(tree);
  markOpenByInsertion(tree, alphabet, maxGap);
  const closed = new Uint32Array(tree.count);
  let count = 0;
  for (let node = 0; node < tree.count; node++) if (tree.open[node] === 0) closed[count++] = node;
  return closed.subarray(0, count);
}

/**
 * An episode whose extension by one call at the front has the same support is not closed. The node of an episode
 * without its first call is the child, by its last call, of its parent's; it is frequent because the episode is.
 */
function markOpenBySuffix(tree: EpisodeTree): void {
  const { symbol, support, open, count } = tree;
  const ends = subtreeEnds(tree);
  const suffix = new Int32Array(count);
  const children = (node: number, from: number, to: number, own: number): void => {
    // Siblings are in the same order on both sides, and each of these is on the other one.
    for (let child = from, other = own; child < to; child = ends[child]!) {
      while (symbol[other] !== symbol[child]) other = ends[other]!;
      suffix[child] = node < 0 ? -1 : other;
    }
  };
  children(-1, 0, count, 0);
  for (let node = 0; node < count; node++) {
    const s = suffix[node]!;
    if (s >= 0 && support[s] === support[node]) open[s] = 1;
    children(node, node + 1, ends[node]!, s + 1);
  }
}

/** Marks the episodes that one of the same support contains in another way than by calls added at one end. */
function markOpenByInsertion(tree: EpisodeTree, alphabet: number, maxGap: number): void {
  const { open, length, support } = tree;
  const { text, at } = spell(tree);
  const containment = new Containment(text, maxGap, alphabet);
  const order = bySupport(tree);
  const counts = inOrder(callCounts(tree), order);
  const pairs = inOrder(callPairs(tree, text, at), order);
  for (let from = 0, to = 0; from < order.length; from = to) {
    while (to < order.length && support[order[to]!] === support[order[from]!]) to++;
    // Those that are longer than the one looked at are order[from, longer).
    let longer = from;
    for (let i = from; i < to; i++) {
      const node = order[i]!;
      while (length[order[longer]!]! > length[node]!) longer++;
      if (open[node] === 1) continue;
      const pair = pairs[i]!;
      const count = counts[i]!;
      for (let j = from; j < longer; j++) {
        // One branch for both filters: it is nearly always taken.
        if (((pair & ~pairs[j]!) | ((((counts[j]! | GUARDS) - count) & GUARDS) ^ GUARDS)) !== 0) continue;
        const other = order[j]!;
        if (!containment.holds(at[other]!, length[other]!, at[node]!, length[node]!)) continue;
        open[node] = 1;
        break;
      }
    }
  }
}

/** Nodes by support, within one the longest first: two counting sorts. */
function bySupport({ count, support, length }: EpisodeTree): Uint32Array {
  const nodes = new Uint32Array(count);
  const keys = new Uint32Array(count);
  for (let node = 0; node < count; node++) {
    nodes[node] = node;
    keys[node] = 255 - length[node]!;
  }
  return countingSort(countingSort(nodes, keys), support);
}

function countingSort(nodes: Uint32Array, keys: Uint32Array): Uint32Array {
  let largest = 0;
  for (let i = 0; i < nodes.length; i++) largest = Math.max(largest, keys[nodes[i]!]!);
  const next = new Uint32Array(largest + 2);
  for (let i = 0; i < nodes.length; i++) next[keys[nodes[i]!]! + 1]!++;
  for (let k = 1; k < next.length; k++) next[k]! += next[k - 1]!;
  const out = new Uint32Array(nodes.length);
  for (let i = 0; i < nodes.length; i++) out[next[keys[nodes[i]!]!]!++] = nodes[i]!;
  return out;
}

function inOrder(values: Int32Array, order: Uint32Array): Int32Array {
  const out = new Int32Array(order.length);
  for (let i = 0; i < order.length; i++) out[i] = values[order[i]!]!;
  return out;
}

const GUARDS = 0x88888888 | 0;

/**
 * How often each episode has which calls, as eight numbers of up to 7 in a word, the fourth bit of each left free: what an
 * episode contains has no larger number anywhere, which one subtraction tells. Calls share numbers by their low bits.
 */
function callCounts({ count, parent, symbol }: EpisodeTree): Int32Array {
  const counts = new Int32Array(count);
  for (let node = 0; node < count; node++) {
    const before = parent[node]! < 0 ? 0 : counts[parent[node]!]!;
    const slot = (symbol[node]! & 7) * 4;
    counts[node] = ((before >>> slot) & 7) === 7 ? before : before + (1 << slot);
  }
  return counts;
}

/** Which calls each episode has somewhere before which others, as a set of 32: a part has no pair that the whole has not. */
function callPairs({ count, parent, symbol }: EpisodeTree, text: Uint32Array, at: Uint32Array): Int32Array {
  const pairs = new Int32Array(count);
  for (let node = 0; node < count; node++) {
    const c = symbol[node]!;
    let set = parent[node]! < 0 ? 0 : pairs[parent[node]!]!;
    for (let k = at[node]!; k < at[node + 1]! - 1; k++) set |= 1 << ((text[k]! * 5 + c) & 31);
    pairs[node] = set;
  }
  return pairs;
}

/**
 * Whether an episode occurs in another, at most `maxGap` calls left out between two successive ones. Keeps the set of
 * positions at which each prefix can end; with gap limits the leftmost match alone would not do.
 */
class Containment {
  /** Per call, its positions in the longer episode. */
  private readonly positions: Int32Array;

  constructor(
    private readonly text: Uint32Array,
    private readonly maxGap: number,
    alphabet: number,
  ) {
    this.positions = new Int32Array(alphabet + 1);
  }

  /** Whether text[at, at + length) occurs in text[longerAt, longerAt + longerLength). */
  holds(longerAt: number, longerLength: number, at: number, length: number): boolean {
    if (longerLength > 31) return this.holdsLong(longerAt, longerLength, at, length);
    const { text, positions, maxGap } = this;
    for (let p = 0; p < longerLength; p++) positions[text[longerAt + p]!]! |= 1 << p;
    let ends = positions[text[at]!]!;
    for (let k = 1; k < length && ends !== 0; k++) {
      let reach = ends << 1;
      for (let g = 2; g <= maxGap + 1 && g < longerLength; g++) reach |= ends << g;
      ends = reach & positions[text[at + k]!]!;
    }
    for (let p = 0; p < longerLength; p++) positions[text[longerAt + p]!] = 0;
    return ends !== 0;
  }

  private holdsLong(longerAt: number, longerLength: number, at: number, length: number): boolean {
    const { text, maxGap } = this;
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
}
