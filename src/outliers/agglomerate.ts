/**
 * Agglomerative clustering with a cut, by nearest-neighbour chains (Murtagh 1983): O(n²) time, one triangular matrix.
 *
 * Points carry weights (how many equal ones they stand for). Average linkage keeps the SUM of the distances between all
 * pairs of two clusters; sums add when clusters merge, so with whole-number distances nothing is ever rounded and the
 * outcome does not depend on the order of additions. Both linkages are reducible: merging two clusters never brings
 * the result closer to a third than the nearer of the two was. So a cluster whose nearest neighbour is beyond the cut
 * stays alone for ever and is finished at once.
 */
export type Linkage = 'average' | 'complete';

/**
 * Clusters `weights.length` points. `distances` holds the pairs (i, j), i < j, at `pairIndex(i, j)` and is used up as
 * working memory. Returns a cluster number for each point; clusters are numbered in order of their first point. Clusters
 * are merged while their distance is at most `cut`. Among equally near neighbours the lowest is taken (equal distances
 * make hierarchies ambiguous; this makes ours a function of the input).
 */
export function agglomerate(
  distances: Float64Array,
  weights: ArrayLike<number>,
  linkage: Linkage,
  cut: number,
): Uint32Array {
  const n = weights.length;
  const average = linkage === 'average';
  const weight = Float64Array.from(weights);
  if (average) {
    for (let j = 1, at = 0; j < n; j++) for (let i = 0; i < j; i++, at++) distances[at]! *= weight[i]! * weight[j]!;
  }
  /** Union-find parent; the lowest point of a cluster stands for it. */
  const parent = Uint32Array.from({ length: n }, (_, i) => i);
  const active = Uint32Array.from({ length: n }, (_, i) => i);
  let living = n;
  const remove = (point: number) => {
    let at = 0;
    while (active[at] !== point) at++;
    active.copyWithin(at, at + 1, living--);
  };
  const chain: number[] = [];
  while (living > 1) {
    if (chain.length === 0) chain.push(active[0]!);
    const tip = chain[chain.length - 1]!;
    const before = chain.length > 1 ? chain[chain.length - 2]! : -1;
    let nearest = -1;
    let least = Infinity;
    for (let a = 0; a < living; a++) {
      const other = active[a]!;
      if (other === tip) continue;
      const sum = distances[pairIndex(tip, other)]!;
      const d = average ? sum / (weight[tip]! * weight[other]!) : sum;
      // The chain's own link wins a tie: otherwise equal distances could lead round in circles.
      if (d < least || (d === least && other === before)) {
        least = d;
        nearest = other;
      }
    }
    if (!(least <= cut)) {
      remove(tip);
      chain.pop();
    } else if (nearest === before) {
      chain.length -= 2;
      const kept = Math.min(tip, nearest);
      const gone = Math.max(tip, nearest);
      remove(gone);
      for (let a = 0; a < living; a++) {
        const other = active[a]!;
        if (other === kept) continue;
        const at = pairIndex(kept, other);
        const from = distances[pairIndex(gone, other)]!;
        if (average) distances[at]! += from;
        else if (from > distances[at]!) distances[at] = from;
      }
      weight[kept]! += weight[gone]!;
      parent[gone] = kept;
    } else {
      chain.push(nearest);
    }
  }
  return numbered(parent);
}

/** Position of the pair in a matrix without diagonal, row by row of its lower triangle. */
export function pairIndex(i: number, j: number): number {
  return i < j ? (j * (j - 1)) / 2 + i : (i * (i - 1)) / 2 + j;
}

function numbered(parent: Uint32Array): Uint32Array {
  const labels = new Uint32Array(parent.length);
  let clusters = 0;
  // A parent is always lower than its child.
  for (let i = 0; i < parent.length; i++) labels[i] = parent[i] === i ? clusters++ : labels[parent[i]!]!;
  return labels;
}
