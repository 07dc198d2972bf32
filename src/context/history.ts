/**
 * Decoding with history: a hidden Markov model over the nodes of the calling-context tree. What a thread did before and did next speaks for
 * where a call was issued, beyond its direct neighbours, which the ladder knows. Forward-backward (Rabiner, 1989) along each thread:
 *
 *   T(n|m) = (C(m,n) + K(m) B(n|m)) / (C(m) + K(m)), K(m) = 1 + distinct successors of m (Witten and Bell, 1991)
 *   B(n|m) = sum over m's ancestors a_d, m itself first, of 2^-(d+1) N(n) / S(a_d) where n is at or below a_d; the root gets the rest
 *   e(n) = (0.98 ladder(n) + 0.02 call alone(n)) / (N(n) / N)^1/2
 *
 * C: learned successions of nodes in a thread; N(n): learned calls of a node; S(a): of the subtree of a. Neighbours are in the ladder and
 * in T: each counts half (T^1/2 and N^1/2). A repeated cycle is one observation, or 10^5 turns of the same weak evidence
 * would overrule everything: only two turns go through the recursion, the others copy their posterior.
 *
 * Traces repeat themselves, so vectors are rounded and numbered, and a step is a look-up of (vector, cell): O(rows), and for each distinct
 * pair O(nodes of the one x nodes of the other).
 */
import type { ContextModel } from '../signatures/context-model.js';
import { type Decoded, FIRST_COUNT } from './decoder.js';
import { CYCLE, Cycles } from './cycles.js';
import { PairNumbers } from './pair-numbers.js';
import { CALL, grainsOf, parseSymbol } from './symbols.js';
import { TupleNumbers } from './tuple-numbers.js';

/** How much the call's name alone has to say: nothing that the program ever did there is impossible. */
const ALONE = 0.02;
/** Nodes by the call's name alone: the most frequent ones. */
const MOST_NODES = 40;
/** Neighbours are evidence twice, in the ladder and in the succession. */
const HALF = 0.5;
/** A node counts at least this share of the calls: learning is a sample. */
const LEAST_SHARE = 1e-5;
/** Vectors are kept in steps of a tenth, down to this part of their largest entry. */
const STEP = Math.log(1.1);
const LEAST = 1e-4;
/** A node with less than this is left out of what is decoded; weights are kept in fiftieths. */
const LEAST_WEIGHT = 0.01;
const FIFTIETHS = 50;

/** Weights of nodes, not normalised. */
interface Vector {
  readonly nodes: Int32Array;
  readonly weights: Float64Array;
}

/** The learned successions, made ready for look-ups. */
export class History {
  private readonly parent: Int32Array;
  private readonly depth: Int32Array;
  /** Per node: learned calls; and of its subtree. */
  private readonly calls: Float64Array;
  private readonly below: Float64Array;
  private readonly total: number;
  private readonly successors = new Map<number, number>();
  private readonly followed: Float64Array;
  private readonly distinct: Float64Array;
  private readonly known = new Map<number, number>();
  private readonly alone = new Map<string, Map<number, number>>();
  private readonly frequent = new Map<string, readonly (readonly [number, number])[]>();

  constructor({ nodes, contexts, symbols, successors }: ContextModel) {
    const size = nodes.length;
    this.parent = Int32Array.from(nodes, ([parent]) => parent);
    this.depth = new Int32Array(size);
    for (let n = 1; n < size; n++) this.depth[n] = this.depth[this.parent[n]!]! + 1;
    this.calls = new Float64Array(size);
    const names = symbols.map((text) => grainsOf(parseSymbol(text))[CALL]!);
    for (const row of contexts) {
      const name = names[row[2]!]!;
      const nodesOf = this.alone.get(name) ?? new Map<number, number>();
      this.alone.set(name, nodesOf);
      for (let j = FIRST_COUNT; j < row.length; j += 2) {
        this.calls[row[j]!]! += row[j + 1]!;
        nodesOf.set(row[j]!, (nodesOf.get(row[j]!) ?? 0) + row[j + 1]!);
      }
    }
    this.below = this.calls.slice();
    // Callers come before callees in the list.
    for (let n = size - 1; n > 0; n--) this.below[this.parent[n]!]! += this.below[n]!;
    this.total = this.below[0]!;
    this.followed = new Float64Array(size);
    this.distinct = new Float64Array(size);
    for (const [m, n, count] of successors) {
      this.successors.set(m * size + n, count);
      this.followed[m]! += count;
      this.distinct[m]!++;
    }
  }

  /** Evidence of one call for each node: `ladder` is what it decodes to by itself and its neighbours. */
  emission(ladder: Decoded, call: string): Vector {
    const weights = new Map<number, number>();
    ladder.nodes.forEach((n, j) => weights.set(n, (1 - ALONE) * ladder.weights[j]!));
    for (const [n, share] of this.nodesOf(call)) weights.set(n, (weights.get(n) ?? 0) + ALONE * share);
    const nodes = Int32Array.from(weights.keys()).sort();
    return { nodes, weights: Float64Array.from(nodes, (n) => weights.get(n)! / this.share(n) ** HALF) };
  }

  /** The most frequent nodes of a call, with their shares of its calls. */
  private nodesOf(call: string): readonly (readonly [node: number, share: number])[] {
    let nodes = this.frequent.get(call);
    if (nodes === undefined) {
      const counts = [...(this.alone.get(call) ?? [])].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
      const sum = counts.reduce((all, [, count]) => all + count, 0);
      nodes = counts.slice(0, MOST_NODES).map(([n, count]) => [n, count / sum] as const);
      this.frequent.set(call, nodes);
    }
    return nodes;
  }

  /** A thread that is met in the middle of its life is anywhere. */
  start(n: number): number {
    return this.share(n) ** HALF;
  }

  private share(n: number): number {
    return Math.max(LEAST_SHARE, this.calls[n]! / this.total);
  }

  /** T(n|m)^1/2. */
  step(m: number, n: number): number {
    const key = m * this.parent.length + n;
    let value = this.known.get(key);
    if (value === undefined) {
      const novelty = this.distinct[m]! + 1;
      const seen = this.successors.get(key) ?? 0;
      value = ((seen + novelty * this.backOff(m, n)) / (this.followed[m]! + novelty)) ** HALF;
      this.known.set(key, value);
    }
    return value;
  }

  private backOff(m: number, n: number): number {
    let [a, b] = [m, n];
    // The lowest common ancestor: n is at or below it and all above it.
    while (a !== b) {
      if (this.depth[a]! >= this.depth[b]!) a = this.parent[a]!;
      else b = this.parent[b]!;
    }
    let sum = 0;
    for (let d = this.depth[m]! - this.depth[a]!; ; d++, a = this.parent[a]!) {
      const weight = a === 0 ? 2 ** -d : 2 ** -(d + 1);
      if (this.below[a]! > 0) sum += weight / this.below[a]!;
      if (a === 0) return sum * this.calls[n]!;
    }
  }
}

/** Rows and what they decode to. */
export interface DecodedRows {
  /** Per row: its number in `cells`; -1 where the row's cell has no emission. */
  readonly of: Int32Array;
  /** Pairs of a cell and of what it decodes to there, an index into `decoded`. */
  readonly cells: TupleNumbers;
  readonly decoded: Decoded[];
}

/**
 * @param cellOf per row: its cell, an index into `emissions`
 * @param emissions per cell; null: nothing is known of such calls, they tell nothing of their neighbours
 */
export function decodeRows(
  history: History,
  { length, threads, thread }: { length: number; threads: number; thread: Int32Array | Uint32Array | Uint16Array },
  cellOf: Int32Array,
  emissions: readonly (Vector | null)[],
): DecodedRows {
  const steps = new Steps(history, emissions);
  const of = new Int32Array(length).fill(-1);
  const cycles = new Cycles(threads);
  const last = new Int32Array(threads).fill(-1);
  // Forward: `of` is the number of the forward vector, or below -1 a row that copies the one its period before.
  for (let i = 0; i < length; i++) {
    const cell = cellOf[i]!;
    if (emissions[cell] === null) continue;
    const t = thread[i]!;
    const period = cycles.add(t, cell);
    of[i] = period > 0 ? -1 - period : (last[t] = steps.forward(last[t]!, cell));
  }
  // Backward: the posteriors of the rows that were looked at.
  last.fill(-1);
  for (let i = length - 1; i >= 0; i--) {
    if (of[i]! < 0) continue;
    const t = thread[i]!;
    const after = (last[t] = steps.backward(last[t]!, cellOf[i]!));
    of[i] = steps.posterior(of[i]!, after);
  }
  // And of those that repeat them.
  const ring = new Int32Array(threads * CYCLE);
  const count = new Int32Array(threads);
  for (let i = 0; i < length; i++) {
    if (of[i] === -1) continue;
    const t = thread[i]!;
    const at = count[t]!++;
    if (of[i]! < -1) of[i] = ring[t * CYCLE + ((at + 1 + of[i]!) & (CYCLE - 1))]!;
    ring[t * CYCLE + (at & (CYCLE - 1))] = of[i]!;
  }
  return { of, cells: steps.found, decoded: steps.decoded };
}

/** Vectors by number, and the steps between them, each done once. */
class Steps {
  readonly decoded: Decoded[] = [];
  readonly found = new TupleNumbers();
  private readonly vectors: Float64Array[] = [];
  private readonly cells: number[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly forwards = new PairNumbers();
  private readonly backwards = new PairNumbers();
  private readonly posteriors = new PairNumbers();
  private readonly decodedNumbers = new Map<string, number>();

  constructor(
    private readonly history: History,
    private readonly emissions: readonly (Vector | null)[],
  ) {}

  /** Number of the forward vector of a row of `cell` after the one numbered `before`; -1: the thread's first. */
  forward(before: number, cell: number): number {
    const known = this.forwards.get(before + 1, cell);
    return known >= 0 ? known : this.forwards.set(before + 1, cell, this.makeForward(before, cell));
  }

  private makeForward(before: number, cell: number): number {
    const { nodes, weights } = this.emissions[cell]!;
    const values = Float64Array.from(nodes, (n, j) => {
      if (before < 0) return weights[j]! * this.history.start(n);
      const from = this.emissions[this.cells[before]!]!.nodes;
      const vector = this.vectors[before]!;
      let sum = 0;
      for (let i = 0; i < from.length; i++) if (vector[i]! > 0) sum += vector[i]! * this.history.step(from[i]!, n);
      return sum * weights[j]!;
    });
    return this.number(cell, values);
  }

  /** Number of the backward vector of a row of `cell` before the one whose number is `after`; -1: the thread's last. */
  backward(after: number, cell: number): number {
    const known = this.backwards.get(after + 1, cell);
    return known >= 0 ? known : this.backwards.set(after + 1, cell, this.makeBackward(after, cell));
  }

  private makeBackward(after: number, cell: number): number {
    const { nodes } = this.emissions[cell]!;
    if (after < 0) return this.number(cell, new Float64Array(nodes.length).fill(1));
    const to = this.emissions[this.cells[after]!]!;
    const vector = this.vectors[after]!;
    return this.number(
      cell,
      Float64Array.from(nodes, (m) => {
        let sum = 0;
        for (let j = 0; j < vector.length; j++)
          if (vector[j]! > 0) sum += vector[j]! * to.weights[j]! * this.history.step(m, to.nodes[j]!);
        return sum;
      }),
    );
  }

  /** Number in `found` of a row with these vectors. */
  posterior(forward: number, backward: number): number {
    const known = this.posteriors.get(forward, backward);
    return known >= 0 ? known : this.posteriors.set(forward, backward, this.makePosterior(forward, backward));
  }

  private makePosterior(forward: number, backward: number): number {
    const { nodes } = this.emissions[this.cells[forward]!]!;
    const [a, b] = [this.vectors[forward]!, this.vectors[backward]!];
    const product = a.map((x, j) => x * b[j]!);
    const sum = product.reduce((all, x) => all + x, 0);
    const found = Array.from(nodes, (node, j) => ({ node, weight: product[j]! / sum }))
      .filter(({ weight }) => weight >= LEAST_WEIGHT)
      .map(({ node, weight }) => ({ node, weight: Math.max(1, Math.round(FIFTIETHS * weight)) }))
      .sort((x, y) => y.weight - x.weight || x.node - y.node);
    const key = found.map(({ node, weight }) => `${node} ${weight}`).join();
    let number = this.decodedNumbers.get(key);
    if (number === undefined) {
      const all = found.reduce((total, { weight }) => total + weight, 0);
      const decoded = {
        nodes: Int32Array.from(found, ({ node }) => node),
        weights: Float64Array.from(found, ({ weight }) => weight / all),
      };
      this.decodedNumbers.set(key, (number = this.decoded.push(decoded) - 1));
    }
    return this.found.intern(this.cells[forward]!, number);
  }

  private number(cell: number, values: Float64Array): number {
    const most = values.reduce((max, x) => Math.max(max, x), 0);
    // Where all evidence contradicts itself, nothing is known but the call.
    const rounded = most > 0 ? values.map((x) => steps(x / most)) : new Float64Array(values.length);
    const key = `${cell}:${rounded.join()}`;
    let number = this.numbers.get(key);
    if (number === undefined) {
      number = this.vectors.push(rounded.map((n) => (n === -Infinity ? 0 : Math.exp(n * STEP)))) - 1;
      this.cells.push(cell);
      this.numbers.set(key, number);
    }
    return number;
  }
}

/** Logarithm in steps; nothing where it is too little to count. */
function steps(x: number): number {
  return x < LEAST ? -Infinity : Math.round(Math.log(x) / STEP);
}
