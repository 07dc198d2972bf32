/**
 * Counts given episodes without gaps: from every call on, one walk down the prefix tree of the episodes. A step costs a look-up,
 * and most walks end after a few; nothing is kept of an occurrence but where the last one counted ended.
 */
import { TupleNumbers } from '../context/tuple-numbers.js';
import { SEPARATOR, joinSequences } from '../episodes/text.js';

const ROOT = 0;

/**
 * Non-overlapping occurrences of each of `episodes` in the sequences `symbols[offsets[i] .. offsets[i + 1])`, runs folded to
 * `maxRun` (0 = not); those in sequence i count `weights[i]` times.
 */
export function countContiguous(
  symbols: ArrayLike<number>,
  offsets: ArrayLike<number>,
  episodes: readonly ArrayLike<number>[],
  maxRun: number,
  weights?: ArrayLike<number>,
): Uint32Array {
  const { text, alphabet } = joinSequences(symbols, offsets, 1, maxRun);
  const dense = new Map<number, number>();
  for (let a = 1; a < alphabet.length; a++) dense.set(alphabet[a]!, a);
  const tree = new EpisodeTree(alphabet.length);
  const nodes = episodes.map((episode) => tree.insert(Array.from(episode, (symbol) => dense.get(symbol) ?? SEPARATOR)));
  const counts = tree.count(text, weights);
  return Uint32Array.from(nodes, (node) => counts[node]!);
}

/** Entries of a table of all steps, at most: 16 MB. */
const LARGEST_TABLE = 1 << 22;

class EpisodeTree {
  /** The node of a pair (node, symbol) is its number here plus one: the root is no pair's. */
  private readonly pairs = new TupleNumbers();

  constructor(private readonly width: number) {}

  /** Node of the episode; the root for one with a symbol that the text does not have. */
  insert(symbols: readonly number[]): number {
    if (symbols.includes(SEPARATOR)) return ROOT;
    return symbols.reduce((node, symbol) => this.pairs.intern(node, symbol) + 1, ROOT);
  }

  /**
   * Occurrences of each node's path. Positions come in rising order, so taking each that begins after the last one taken ended
   * gives the most.
   */
  count(text: Uint32Array, weights?: ArrayLike<number>): Float64Array {
    const { pairs, width } = this;
    const table = this.steps();
    const counts = new Float64Array(pairs.size + 1);
    const endOfLast = new Int32Array(pairs.size + 1);
    let sequence = 0;
    for (let i = 0; i < text.length; i++) {
      if (text[i] === SEPARATOR) {
        sequence++;
        continue;
      }
      const weight = weights === undefined ? 1 : weights[sequence]!;
      let node = ROOT;
      for (let p = i; ; p++) {
        node = table === null ? pairs.find(node, text[p]!) + 1 : table[node * width + text[p]!]!;
        // The separator leads nowhere, and the text ends in one.
        if (node === ROOT) break;
        if (endOfLast[node]! > i) continue;
        counts[node]! += weight;
        endOfLast[node] = p + 1;
      }
    }
    return counts;
  }

  /** The next node for each node and symbol, where such a table is small. */
  private steps(): Int32Array | null {
    const { pairs, width } = this;
    const size = (pairs.size + 1) * width;
    if (size > LARGEST_TABLE) return null;
    const table = new Int32Array(size);
    for (let pair = 0; pair < pairs.size; pair++) table[pairs.first[pair]! * width + pairs.second[pair]!] = pair + 1;
    return table;
  }
}
