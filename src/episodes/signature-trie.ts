/**
 * The episodes of all signatures as one prefix tree over the calls of a trace, so that every signature episode inside an
 * episode of a unit is found in one walk. Columns only: it is posted to workers as it is.
 */
import type { SignatureDatabase } from '../signatures/database.js';

export interface SignatureTrie {
  /** Edges of node n: [edges[n], edges[n + 1]), by rising call. Node 0 is the root. */
  readonly edges: Uint32Array;
  /** Index into `Trace.calls`. */
  readonly call: Uint32Array;
  readonly child: Uint32Array;
  /** Per node: the distinct episode that ends here, -1 when none does. */
  readonly episode: Int32Array;
  /** Number of distinct episodes. */
  readonly episodes: number;
}

export interface EpisodeOwners {
  /** Functions that have distinct episode e in their signature: [offsets[e], offsets[e + 1]). */
  readonly offsets: Uint32Array;
  /** Index into `SignatureDatabase.functions`. */
  readonly function: Uint32Array;
  /** Share of the episode's learned occurrences that lie in the function. */
  readonly specificity: Float64Array;
  /** Learned support in the function. */
  readonly support: Float64Array;
  /** Calls of each distinct episode, by name. */
  readonly calls: readonly (readonly string[])[];
}

interface Node {
  readonly children: Map<number, Node>;
  episode: number;
}

/**
 * Builds the tree for a trace with these `calls`. Episodes with a call that the trace never made cannot occur in it and
 * are left out; so are those of more than `maxLength` calls.
 */
export function signatureTrie(
  signatures: SignatureDatabase,
  calls: readonly string[],
  maxLength: number,
): { trie: SignatureTrie; owners: EpisodeOwners } {
  const callIndex = new Map(calls.map((name, i) => [name, i]));
  const translate = signatures.calls.map((name) => callIndex.get(name) ?? -1);
  const root: Node = { children: new Map(), episode: -1 };
  let nodes = 1;
  const owned: { function: number; specificity: number; support: number }[][] = [];
  const names: string[][] = [];
  signatures.functions.forEach((learned, f) => {
    for (const { calls: episode, specificity, support } of learned.episodes) {
      if (episode.length > maxLength || episode.some((c) => translate[c]! < 0)) continue;
      let node = root;
      for (const c of episode) {
        let next = node.children.get(translate[c]!);
        if (!next) {
          node.children.set(translate[c]!, (next = { children: new Map(), episode: -1 }));
          nodes++;
        }
        node = next;
      }
      if (node.episode < 0) {
        node.episode = owned.push([]) - 1;
        names.push(episode.map((c) => signatures.calls[c]!));
      }
      owned[node.episode]!.push({ function: f, specificity, support });
    }
  });
  return { trie: flatten(root, nodes, owned.length), owners: flattenOwners(owned, names) };
}

function flatten(root: Node, nodes: number, episodes: number): SignatureTrie {
  const edges = new Uint32Array(new SharedArrayBuffer((nodes + 1) * 4));
  const call = new Uint32Array(new SharedArrayBuffer((nodes - 1) * 4));
  const child = new Uint32Array(new SharedArrayBuffer((nodes - 1) * 4));
  const episode = new Int32Array(new SharedArrayBuffer(nodes * 4));
  // Breadth first: a node's number is its place in the queue.
  const queue = [root];
  let edge = 0;
  for (let n = 0; n < queue.length; n++) {
    const node = queue[n]!;
    edges[n] = edge;
    episode[n] = node.episode;
    for (const c of [...node.children.keys()].sort((a, b) => a - b)) {
      call[edge] = c;
      child[edge++] = queue.push(node.children.get(c)!) - 1;
    }
  }
  edges[nodes] = edge;
  return { edges, call, child, episode, episodes };
}

function flattenOwners(
  owned: readonly (readonly { function: number; specificity: number; support: number }[])[],
  calls: readonly (readonly string[])[],
): EpisodeOwners {
  const flat = owned.flat();
  const offsets = new Uint32Array(owned.length + 1);
  owned.forEach((list, e) => (offsets[e + 1] = offsets[e]! + list.length));
  return {
    offsets,
    function: Uint32Array.from(flat, (o) => o.function),
    specificity: Float64Array.from(flat, (o) => o.specificity),
    support: Float64Array.from(flat, (o) => o.support),
    calls,
  };
}
