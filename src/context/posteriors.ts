/** What rows decode to: rounded posteriors, those that are equal with one number. */
import type { Decoded } from './decoder.js';
import { SequenceNumbers } from './sequence-numbers.js';

/** A node with less than this is left out of what is decoded; weights are kept in fiftieths. */
const LEAST_WEIGHT = 0.01;
const FIFTIETHS = 50;

export class Posteriors {
  /** By number. */
  readonly decoded: Decoded[] = [];
  private readonly numbers = new SequenceNumbers();
  /** Nodes and their weights in fiftieths, in turn. */
  private pairs = new Int32Array(0);

  /** Number of the posterior that gives `nodes` these weights, not normalised. */
  number(nodes: Int32Array, weights: Float64Array): number {
    if (this.pairs.length < 2 * nodes.length) this.pairs = new Int32Array(2 * nodes.length);
    const { pairs } = this;
    let sum = 0;
    for (let j = 0; j < nodes.length; j++) sum += weights[j]!;
    let length = 0;
    for (let j = 0; j < nodes.length; j++) {
      const weight = weights[j]! / sum;
      if (!(weight >= LEAST_WEIGHT)) continue;
      insert(pairs, length, nodes[j]!, Math.max(1, Math.round(FIFTIETHS * weight)));
      length += 2;
    }
    const known = this.numbers.size;
    const number = this.numbers.intern(pairs, length);
    if (number === known) this.decoded.push(decodedOf(pairs.subarray(0, length)));
    return number;
  }
}

/** Keeps pairs of node and weight in falling order of weight, nodes of equal weight by number. */
function insert(pairs: Int32Array, length: number, node: number, weight: number): void {
  let at = length;
  for (; at > 0; at -= 2) {
    const [before, ofBefore] = [pairs[at - 2]!, pairs[at - 1]!];
    if (ofBefore > weight || (ofBefore === weight && before < node)) break;
    pairs[at] = before;
    pairs[at + 1] = ofBefore;
  }
  pairs[at] = node;
  pairs[at + 1] = weight;
}

function decodedOf(pairs: Int32Array): Decoded {
  const nodes = new Int32Array(pairs.length / 2).map((_, j) => pairs[2 * j]!);
  let all = 0;
  for (let j = 1; j < pairs.length; j += 2) all += pairs[j]!;
  return { nodes, weights: Float64Array.from(nodes, (_, j) => pairs[2 * j + 1]! / all) };
}
