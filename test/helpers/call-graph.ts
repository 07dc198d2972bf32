import type { CallGraph } from '../../src/binary/call-graph.js';

/** A call graph from `a>b b>c c>recv@`: callers and callees; what ends in @ is of a library. */
export function graphFrom(text: string): CallGraph {
  const edges = text
    .trim()
    .split(/\s+/)
    .map((e) => e.split('>') as [string, string]);
  const sorted = (names: Iterable<string>) => [...new Set(names)].sort();
  const names = sorted(edges.flat().filter((n) => !n.endsWith('@')));
  const imports = sorted(edges.flatMap(([, b]) => (b.endsWith('@') ? [b.slice(0, -1)] : [])));
  const side = (of: readonly string[], mark: string): [Uint32Array, Uint32Array] => {
    const lists = names.map((n) =>
      edges
        .filter(([a, b]) => a === n && b.endsWith('@') === (mark === '@'))
        .map(([, b]) => of.indexOf(mark === '@' ? b.slice(0, -1) : b))
        .sort((a, b) => a - b),
    );
    const offsets = [0];
    for (const list of lists) offsets.push(offsets.at(-1)! + list.length);
    return [Uint32Array.from(offsets), Uint32Array.from(lists.flat())];
  };
  const [offsets, callees] = side(names, '');
  const [importOffsets, importCallees] = side(imports, '@');
  return { names, offsets, callees, imports, importOffsets, importCallees };
}
