/**
 * From odd cells to guilty functions. Each call, odd or not, was issued under some function f with the probability that decoding
 * gives. What speaks against f is that odd calls are issued under it (coverage) and others are not (lift), as in
 * spectrum-based fault localisation (Abreu et al., 2007), but with probabilities for tests and weights for failures:
 *
 *   score(f) = sum over detectors of strength x coverage(f) x ln(coverage(f) / usual(f)) / (1 + fanIn x log2(callers(f)))
 *
 * usual(f) is the larger of f's shares of the calls in learning and of the calls in the window that are not odd.
 */
import type { Finding } from '../finding.js';
import type { Cells } from '../scene/scene.js';
import type { Parameters } from '../../../parameters.js';
import { ContextTree } from './context-tree.js';

/** Of functions that the evidence does not tell apart the inner ones come first: 1 % a level. */
const INNER = 0.01;

export interface Blamed {
  /** Index into `SignatureDatabase.functions`. */
  readonly fn: number;
  readonly score: number;
  /** Per finding: share of its odd weight under the function. */
  readonly coverage: readonly number[];
  readonly usual: number;
  /** Its callers, innermost first, on the learned path with most odd weight. */
  readonly callPath: readonly number[];
}

/** Functions with a positive score, worst first. O(cells x nodes a cell x depth). */
export function blame(
  tree: ContextTree,
  cells: Cells,
  calm: ArrayLike<number>,
  findings: readonly Finding[],
  parameters: Parameters,
): Blamed[] {
  const { functions } = tree;
  const usual = tree.learnedShares();
  const here = new Float64Array(functions);
  let calmCalls = 0;
  for (let cell = 0; cell < cells.size; cell++) {
    if (calm[cell] === 0) continue;
    calmCalls += calm[cell]!;
    const { nodes, weights } = cells.decode(cell);
    nodes.forEach((node, i) => tree.above(node).forEach((f) => (here[f]! += calm[cell]! * weights[i]!)));
  }
  const shares = tree.sharesOfCallers();
  const coverage = findings.map((finding) => {
    const under = new Float64Array(functions);
    let total = 0;
    for (const { cell, weight, on } of finding.marks) {
      const { nodes, weights } = cells.decode(cell);
      if (on === 'context') total += weight;
      nodes.forEach((node, i) => {
        const w = weight * weights[i]!;
        if (on === 'context') tree.above(node).forEach((f) => (under[f]! += w));
        else if (node > 0)
          for (const child of tree.children[node]!) under[tree.functionOf[child]!]! += w * shares[child]!;
        if (on === 'context') tree.weight[node]! += w * finding.strength;
      });
    }
    return total === 0 ? under : under.map((w) => w / total);
  });
  const blamed: Blamed[] = [];
  for (let f = 0; f < functions; f++) {
    const share = Math.max(usual[f]!, calmCalls === 0 ? 0 : here[f]! / calmCalls, parameters.rareShare);
    let score = 0;
    findings.forEach(({ strength }, d) => {
      const c = coverage[d]![f]!;
      if (c > share) score += strength * c * Math.log(c / share);
    });
    if (score <= 0) continue;
    score *= (1 + INNER * tree.depth[f]!) / (1 + parameters.fanIn * Math.log2(Math.max(1, tree.callers[f]!.size)));
    blamed.push({ fn: f, score, coverage: coverage.map((c) => c[f]!), usual: share, callPath: tree.pathAbove(f) });
  }
  return blamed.sort((a, b) => b.score - a.score || a.fn - b.fn);
}
