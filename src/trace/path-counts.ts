/**
 * What is on a path of a tree of stacks, from its root to a node, for one node after the other: a step costs what changes between the
 * two paths. Nodes come as stacks are read, each after its caller, so all steps together cost what the stacks hold, and
 * not the square of their depth.
 */
export class PathCounts {
  private readonly counts: number[] = [];
  private at = -1;

  /**
   * @param parent per node its caller's, negative at the root; `depth`: callers above it, so 0 at the root
   * @param keyOf what is counted of a node, a small number
   */
  constructor(
    private readonly parent: ArrayLike<number>,
    private readonly depth: ArrayLike<number>,
    private readonly keyOf: (node: number) => number,
  ) {}

  /** The path is now the one that ends at `node`; negative: it is empty. */
  moveTo(node: number): void {
    let from = Math.max(-1, this.at);
    let to = Math.max(-1, node);
    while (from !== to) {
      const [above, below] = [this.depthOf(from), this.depthOf(to)];
      if (above >= below) {
        this.counts[this.keyOf(from)]!--;
        from = Math.max(-1, this.parent[from]!);
      }
      if (below >= above) {
        const key = this.keyOf(to);
        this.counts[key] = (this.counts[key] ?? 0) + 1;
        to = Math.max(-1, this.parent[to]!);
      }
    }
    this.at = node;
  }

  has(key: number): boolean {
    return (this.counts[key] ?? 0) > 0;
  }

  private depthOf(node: number): number {
    return node < 0 ? -1 : this.depth[node]!;
  }
}
