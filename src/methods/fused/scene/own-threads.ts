/** Threads that work for the program, and those that a runtime keeps for itself (to collect garbage, to compile). */
import { type Cells, type Scene, likeliestNodes } from './scene.js';

/**
 * Per thread: 1 if any of its calls up to the end of the window is known to be one of the program's functions'. Calls by whose name learning lost
 * stacks do not count: what little it knows of them is the program's, whoever makes them. O(rows + cells).
 */
export function ownThreads({ trace, endRow, decoder }: Scene, cells: Cells): Uint8Array {
  const { thread, call } = trace.columns;
  const lost = new Set((decoder.model.lost ?? []).map(([, after]) => /^\w*/.exec(after)![0]));
  const tells = trace.calls.map((name) => !lost.has(name));
  const nodeOf = likeliestNodes(cells);
  const own = new Uint8Array(trace.threads.length);
  for (let i = 0; i < endRow; i++) if (tells[call[i]!]! && nodeOf[cells.ofRow[i]!]! > 0) own[thread[i]!] = 1;
  return own;
}
