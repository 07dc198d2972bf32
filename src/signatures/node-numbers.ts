/** Numbers of the calling-context tree's nodes in a context model. */
import { BROKEN, type OwnTree } from './own-tree.js';

/** Numbers of nodes that were on a stack of a call, callers before callees. */
export class NodeNumbers {
  readonly list: [number, number][] = [[-1, -1]];
  private readonly numbers = new Map<number, number>();

  constructor(
    private readonly tree: OwnTree,
    private readonly functionOf: ArrayLike<number>,
  ) {}

  number(node: number): number {
    // Stacks may be deeper than calls of a function by itself can be.
    const unnumbered: number[] = [];
    let at = node;
    for (; at >= 0 && !this.numbers.has(at); at = this.tree.parent[at]!) unnumbered.push(at);
    let n = at < 0 ? 0 : this.numbers.get(at)!;
    for (const below of unnumbered.reverse()) {
      const fn = this.functionOf[this.tree.functionOf[below]!]!;
      if (fn >= 0) n = this.list.push([n, fn]) - 1;
      this.numbers.set(below, n);
    }
    return n;
  }

  /** Number of a node that a call was issued under; BROKEN for a stack that tells nothing, or that no call had. */
  known(node: number): number {
    if (node === BROKEN) return BROKEN;
    return node < 0 ? 0 : (this.numbers.get(node) ?? BROKEN);
  }

  /** The outermost own function's node above a number that `number` gave; 0 for 0. */
  entry(number: number): number {
    let n = number;
    while (n > 0 && this.list[n]![0] > 0) n = this.list[n]![0];
    return n;
  }
}
