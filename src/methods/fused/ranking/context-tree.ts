/** The learned calling-context tree, as ranking looks at it. */
import { FIRST_COUNT } from '../../../context/decoder.js';
import type { ContextModel } from '../../../signatures/context-model.js';

export class ContextTree {
  readonly functionOf: Int32Array;
  /** Per node: its caller's; -1 of the root. */
  readonly parents: Int32Array;
  readonly children: number[][];
  readonly callers: Set<number>[];
  /** Per function: depth of its deepest node. */
  readonly depth: Float64Array;
  /** Per node: odd weight. */
  readonly weight: Float64Array;
  private readonly functionsAbove: (readonly number[] | undefined)[];
  private readonly edges: (readonly number[] | undefined)[];

  constructor(
    private readonly model: ContextModel,
    readonly functions: number,
  ) {
    const { nodes } = model;
    this.functionOf = Int32Array.from(nodes, ([, f]) => f);
    this.parents = Int32Array.from(nodes, ([parent]) => parent);
    this.children = nodes.map(() => []);
    this.callers = Array.from({ length: functions }, () => new Set<number>());
    this.depth = new Float64Array(functions);
    this.weight = new Float64Array(nodes.length);
    this.functionsAbove = new Array<undefined>(nodes.length);
    this.edges = new Array<undefined>(nodes.length);
    const level = new Int32Array(nodes.length);
    nodes.forEach(([parent, f], n) => {
      if (n === 0) return;
      level[n] = level[parent]! + 1;
      this.children[parent]!.push(n);
      this.callers[f]!.add(this.functionOf[parent]!);
      this.depth[f] = Math.max(this.depth[f]!, level[n]!);
    });
  }

  get nodes(): number {
    return this.functionOf.length;
  }

  /** Functions of a node and its callers, each once. */
  above(node: number): readonly number[] {
    return (this.functionsAbove[node] ??= (() => {
      const found = new Set<number>();
      for (let n = node; n > 0; n = this.model.nodes[n]![0]) found.add(this.functionOf[n]!);
      return [...found];
    })());
  }

  /** Calls of one function by another on the way to a node, each once: caller x functions + callee. */
  edgesAbove(node: number): readonly number[] {
    return (this.edges[node] ??= this.edgesOf(node));
  }

  private edgesOf(node: number): readonly number[] {
    const found = new Set<number>();
    for (let n = node; n > 0; n = this.model.nodes[n]![0]) {
      const caller = this.model.nodes[n]![0];
      if (caller > 0 && this.functionOf[caller] !== this.functionOf[n])
        found.add(this.functionOf[caller]! * this.functions + this.functionOf[n]!);
    }
    return [...found];
  }

  /** Per function: share of the learned calls that were issued under it. */
  learnedShares(): Float64Array {
    return (this.learned ??= this.countLearned());
  }

  private learned: Float64Array | undefined;
  private countLearned(): Float64Array {
    const shares = new Float64Array(this.depth.length);
    let total = 0;
    this.learnedCalls().forEach((calls, node) => {
      total += calls;
      if (calls > 0) for (const f of this.above(node)) shares[f]! += calls;
    });
    return total === 0 ? shares : shares.map((n) => n / total);
  }

  /** Per node: its part (0..1) of the learned calls that were issued under its caller's callees. */
  sharesOfCallers(): Float64Array {
    return (this.ofCallers ??= this.divideByCallers());
  }

  private ofCallers: Float64Array | undefined;
  private divideByCallers(): Float64Array {
    const below = this.learnedCalls();
    const own = below.slice();
    // Callers come before callees in the list.
    for (let n = below.length - 1; n > 0; n--) below[this.parents[n]!]! += below[n]!;
    return below.map((calls, n) => {
      const caller = this.parents[n]!;
      return calls === 0 || caller < 0 ? 0 : calls / (below[caller]! - own[caller]!);
    });
  }

  /** Per node: learned calls that it issued itself. */
  private learnedCalls(): Float64Array {
    const calls = new Float64Array(this.nodes);
    for (const row of this.model.contexts)
      for (let j = FIRST_COUNT; j < row.length; j += 2) calls[row[j]!]! += row[j + 1]!;
    return calls;
  }

  /** Steps of learning, from node to node, with the microseconds that they took in all. */
  learnedSteps(): { readonly from: number; readonly to: number; readonly us: number }[] {
    return this.model.successors.flatMap(([from, to, , us]) => (us === undefined ? [] : [{ from, to, us }]));
  }

  /** Callers of a function, innermost first, along its node with most odd weight in and below it. */
  pathAbove(f: number): number[] {
    const below = this.weightBelow();
    let best = -1;
    for (let n = 1; n < below.length; n++)
      if (this.functionOf[n] === f && (best < 0 || below[n]! > below[best]!)) best = n;
    const path: number[] = [];
    for (let n = best < 0 ? 0 : this.model.nodes[best]![0]; n > 0; n = this.model.nodes[n]![0])
      path.push(this.functionOf[n]!);
    return path;
  }

  private summed: Float64Array | undefined;
  private weightBelow(): Float64Array {
    if (this.summed !== undefined) return this.summed;
    const sum = this.weight.slice();
    // Callers come before callees in the list.
    for (let n = sum.length - 1; n > 0; n--) sum[this.model.nodes[n]![0]]! += sum[n]!;
    return (this.summed = sum);
  }
}
