/**
 * Decoding with history: a hidden Markov model over the nodes of the calling-context tree. What a thread did before and did next speaks for
 * where a call was issued, beyond its direct neighbours, which the ladder knows. Here is what was learned: how one node follows another, and what a
 * call says of its node; forward-backward.ts goes along the threads.
 *
 *   T(n|m) = (C(m,n) + K(m) B(n|m)) / (C(m) + K(m)), K(m) = 1 + distinct successors of m (Witten and Bell, 1991)
 *   B(n|m) = sum over m's ancestors a_d, m itself first, of 2^-(d+1) N(n) / S(a_d) where n is at or below a_d; the root gets the rest
 *   e(n) = (0.98 ladder(n) + 0.02 call alone(n)) / (N(n) / N)^1/2
 *
 * C: learned successions of nodes in a thread; N(n): learned calls of a node; S(a): of the subtree of a. Neighbours are in the ladder and
 * in T: each counts half (T^1/2 and N^1/2).
 */
import type { ContextModel } from '../signatures/context-model.js';
import { type Decoded, FIRST_COUNT } from './decoder.js';
import { CALL, grainsOf, parseSymbol } from './symbols.js';

/** How much the call's name alone has to say: nothing that the program ever did there is impossible. */
const ALONE = 0.02;
/** Nodes by the call's name alone: the most frequent ones. */
const MOST_NODES = 40;
/** Neighbours are evidence twice, in the ladder and in the succession. */
const HALF = 0.5;
/** A node counts at least this share of the calls: learning is a sample. */
const LEAST_SHARE = 1e-5;

/** Weights of nodes, not normalised. */
export interface Vector {
  readonly nodes: Int32Array;
  readonly weights: Float64Array;
}

/** The learned successions, made ready for look-ups. */
export class History {
  private readonly parent: Int32Array;
  private readonly depth: Int32Array;
  /** Per node: learned calls. */
  private readonly calls: Float64Array;
  /** Per node: (N(n) / N)^1/2. */
  private readonly rootOfShare: Float64Array;
  /** Per node, of what is at or below it: B(n|m) / N(n) for m the node itself. */
  private readonly backOff: Float64Array;
  /** Successors of node m and their counts: [ends[m - 1], ends[m]). */
  private readonly ends: Int32Array;
  private readonly next: Int32Array;
  private readonly counts: Float64Array;
  /** Per depth: 2^-depth. */
  private readonly halved: Float64Array;
  /** Contexts of the model by the name of their call. */
  private readonly contextsOf = new Map<string, ContextModel['contexts'][number][]>();
  private readonly likely = new Map<string, Vector>();
  /** Per node, 0 between two uses. */
  private readonly scratch: Float64Array;
  /** Per node at or above m, while its steps are taken: B(n|m) / N(n) of those below it; else -1. */
  private readonly above: Float64Array;

  constructor({ nodes, contexts, symbols, successors }: ContextModel) {
    const size = nodes.length;
    this.parent = Int32Array.from(nodes, ([parent]) => parent);
    this.depth = new Int32Array(size);
    for (let n = 1; n < size; n++) this.depth[n] = this.depth[this.parent[n]!]! + 1;
    this.halved = new Float64Array(this.depth.reduce((most, d) => Math.max(most, d), 0) + 2).map((_, d) => 2 ** -d);
    this.calls = new Float64Array(size);
    const names = symbols.map((text) => grainsOf(parseSymbol(text))[CALL]!);
    for (const row of contexts) {
      const name = names[row[2]!]!;
      const ofCall = this.contextsOf.get(name);
      if (ofCall === undefined) this.contextsOf.set(name, [row]);
      else ofCall.push(row);
      for (let j = FIRST_COUNT; j < row.length; j += 2) this.calls[row[j]!]! += row[j + 1]!;
    }
    const below = this.calls.slice();
    // Callers come before callees in the list.
    for (let n = size - 1; n > 0; n--) below[this.parent[n]!]! += below[n]!;
    this.rootOfShare = this.calls.map((n) => Math.max(LEAST_SHARE, n / below[0]!) ** HALF);
    this.backOff = new Float64Array(size);
    for (let n = 0; n < size; n++) this.backOff[n] = this.backOffAt(n, below);
    this.ends = new Int32Array(size);
    for (const [m] of successors) this.ends[m]!++;
    // First where each node's begin; filling them in moves that to where they end.
    for (let m = 0, at = 0; m < size; m++) [this.ends[m], at] = [at, at + this.ends[m]!];
    this.next = new Int32Array(successors.length);
    this.counts = new Float64Array(successors.length);
    for (const [m, n, count] of successors) {
      const at = this.ends[m]!++;
      this.next[at] = n;
      this.counts[at] = count;
    }
    this.scratch = new Float64Array(size);
    this.above = new Float64Array(size).fill(-1);
  }

  /** Evidence of one call for each node, by number: `ladder` is what it decodes to by itself and its neighbours. */
  emission(ladder: Decoded, call: string): Vector {
    const { scratch } = this;
    const likely = this.likelyOf(call);
    ladder.nodes.forEach((n, j) => (scratch[n] = (1 - ALONE) * ladder.weights[j]!));
    const both = likely.nodes.reduce((n, node) => n + (scratch[node]! > 0 ? 1 : 0), 0);
    // Most often the ladder gives some of the most frequent nodes.
    const nodes = both === ladder.nodes.length ? likely.nodes : union(likely.nodes, ladder.nodes);
    likely.nodes.forEach((n, j) => (scratch[n]! += ALONE * likely.weights[j]!));
    const weights = new Float64Array(nodes.length);
    nodes.forEach((n, j) => {
      weights[j] = scratch[n]! / this.rootOfShare[n]!;
      scratch[n] = 0;
    });
    return { nodes, weights };
  }

  /** A thread that is met in the middle of its life is anywhere. */
  start(n: number): number {
    return this.rootOfShare[n]!;
  }

  /** T(n|m)^1/2 of each m of `from`, a row each, and each n of `to`. O(nodes of the one x nodes of the other x depth). */
  steps(from: Int32Array, to: Int32Array): Float64Array {
    const { scratch: seen, above, calls } = this;
    const table = new Float64Array(from.length * to.length);
    for (let i = 0, at = 0; i < from.length; i++) {
      const m = from[i]!;
      const [first, end] = [m === 0 ? 0 : this.ends[m - 1]!, this.ends[m]!];
      let followed = 0;
      for (let k = first; k < end; k++) {
        seen[this.next[k]!] = this.counts[k]!;
        followed += this.counts[k]!;
      }
      const novelty = end - first + 1;
      for (let a = m; a >= 0; a = this.parent[a]!)
        above[a] = this.halved[this.depth[m]! - this.depth[a]!]! * this.backOff[a]!;
      for (let j = 0; j < to.length; j++, at++) {
        const n = to[j]!;
        // The lowest common ancestor: n is at or below it and all above it.
        let a = n;
        while (above[a]! < 0) a = this.parent[a]!;
        table[at] = ((seen[n]! + novelty * (above[a]! * calls[n]!)) / (followed + novelty)) ** HALF;
      }
      for (let k = first; k < end; k++) seen[this.next[k]!] = 0;
      for (let a = m; a >= 0; a = this.parent[a]!) above[a] = -1;
    }
    return table;
  }

  /** Those of its callers are there already. */
  private backOffAt(node: number, below: Float64Array): number {
    const parent = this.parent[node]!;
    if (below[node] === 0) return parent < 0 ? 0 : this.backOff[parent]! / 2;
    let sum = 0;
    for (let d = 0, a = node; a >= 0; d++, a = this.parent[a]!) {
      const more = this.halved[a === 0 ? d : d + 1]! / below[a]!;
      // Terms fall by half at least: of callers more than some fifty steps away no digit is left, however deep the stack is.
      if (sum + more === sum) break;
      sum += more;
    }
    return sum;
  }

  /** The most frequent nodes of a call, by number, with their shares of its calls. */
  private likelyOf(call: string): Vector {
    let likely = this.likely.get(call);
    if (likely === undefined) {
      const counts = new Map<number, number>();
      for (const row of this.contextsOf.get(call) ?? [])
        for (let j = FIRST_COUNT; j < row.length; j += 2) counts.set(row[j]!, (counts.get(row[j]!) ?? 0) + row[j + 1]!);
      let sum = 0;
      for (const count of counts.values()) sum += count;
      const frequent = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, MOST_NODES);
      const nodes = Int32Array.from(frequent, ([n]) => n).sort();
      likely = { nodes, weights: Float64Array.from(nodes, (n) => counts.get(n)! / sum) };
      this.likely.set(call, likely);
    }
    return likely;
  }
}

/** Nodes of one or both, by number. */
function union(a: Int32Array, b: Int32Array): Int32Array {
  return Int32Array.from(new Set([...a, ...b])).sort();
}
