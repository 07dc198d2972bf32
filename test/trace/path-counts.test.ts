import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PathCounts } from '../../src/trace/path-counts.js';

it('knows what is on the path to a node, in whatever order nodes come', () => {
  const tree = fc.array(fc.record({ parent: fc.nat(), key: fc.nat(4) }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(tree, fc.array(fc.integer({ min: -1, max: 39 })), (nodes, visits) => {
      const parent = nodes.map(({ parent: p }, i) => (p % (i + 1)) - 1);
      const depth = parent.map(() => 0);
      parent.forEach((p, i) => (depth[i] = p < 0 ? 0 : depth[p]! + 1));
      const counts = new PathCounts(parent, depth, (i) => nodes[i]!.key);
      for (const visit of visits) {
        const node = Math.min(visit, nodes.length - 1);
        counts.moveTo(node);
        const onPath = new Set<number>();
        for (let n = node; n >= 0; n = parent[n]!) onPath.add(nodes[n]!.key);
        for (let key = 0; key < 5; key++) expect(counts.has(key)).toBe(onPath.has(key));
      }
    }),
  );
});
