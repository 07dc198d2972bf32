/** The callers through which a function was mostly reached in the learning runs. */
import type { SignatureDatabase } from './database.js';

/** Where a row of `ContextModel.contexts` begins to list nodes and their numbers of calls. */
const FIRST_NODE = 6;

/**
 * Per function of the database: names of its callers, innermost first, along the node of the calling-context tree in and
 * below which most calls were issued. Empty for a function that the tree does not hold. O(model).
 */
export function usualCallPaths({ functions, model }: SignatureDatabase): string[][] {
  const calls = new Float64Array(model.nodes.length);
  for (const row of model.contexts) {
    for (let i = FIRST_NODE; i + 1 < row.length; i += 2) calls[row[i]!]! += row[i + 1]!;
  }
  // Callers come before callees in the list.
  for (let n = model.nodes.length - 1; n > 0; n--) calls[model.nodes[n]![0]]! += calls[n]!;
  const best = new Int32Array(functions.length).fill(-1);
  for (let n = 1; n < model.nodes.length; n++) {
    const f = model.nodes[n]![1];
    if (best[f]! < 0 || calls[n]! > calls[best[f]!]!) best[f] = n;
  }
  return Array.from(best, (node) => {
    const path: string[] = [];
    for (let n = node < 0 ? 0 : model.nodes[node]![0]; n > 0; n = model.nodes[n]![0]) {
      path.push(functions[model.nodes[n]![1]]!.name);
    }
    return path;
  });
}
