/**
 * Matching (step 6 of the method): how often each signature episode occurs in an abnormal unit, told from the unit's
 * closed frequent episodes alone. A frequent episode is contained in a closed one of the same support, so its support
 * is the largest among the closed episodes that contain it; nothing needs to be counted again.
 */
import type { MinedEpisodes } from './mine.js';
import type { SignatureTrie } from './signature-trie.js';

/** Memory for one unit after another: support per distinct signature episode, and which are not 0. */
export class MatchCounter {
  readonly counts: Uint32Array;
  readonly touched: number[] = [];

  constructor(private readonly trie: SignatureTrie) {
    this.counts = new Uint32Array(trie.episodes);
  }

  clear(): void {
    for (const e of this.touched) this.counts[e] = 0;
    this.touched.length = 0;
  }

  /** Adds what the episodes of one unit tell. `maxGap` is that of mining. */
  add(mined: MinedEpisodes, maxGap: number): void {
    for (let e = 0; e < mined.length; e++) {
      const from = mined.offsets[e]!;
      const to = mined.offsets[e + 1]!;
      for (let p = from; p < to; p++) this.descend(0, mined.symbols, p, to, maxGap, mined.support[e]!);
    }
  }

  /** Follows the tree from `node` with the call at position p and all that may come after it. */
  private descend(node: number, symbols: Uint32Array, p: number, to: number, maxGap: number, support: number): void {
    const next = childOf(this.trie, node, symbols[p]!);
    if (next < 0) return;
    const episode = this.trie.episode[next]!;
    if (episode >= 0 && support > this.counts[episode]!) {
      if (this.counts[episode] === 0) this.touched.push(episode);
      this.counts[episode] = support;
    }
    for (let q = p + 1; q < to && q <= p + 1 + maxGap; q++) this.descend(next, symbols, q, to, maxGap, support);
  }
}

/** The child of `node` by `call`, -1 when there is none. Binary search. */
function childOf({ edges, call, child }: SignatureTrie, node: number, wanted: number): number {
  let from = edges[node]!;
  let to = edges[node + 1]!;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (call[middle]! < wanted) from = middle + 1;
    else to = middle;
  }
  return from < edges[node + 1]! && call[from] === wanted ? child[from]! : -1;
}
