/** Threads that work for the program, and those that a runtime keeps for itself (to collect garbage, to compile). */
import { inBlocks } from '../../../lib/in-blocks.js';
import { callsWithLostStacks } from './known-share.js';
import { type Cells, type Scene, likeliestNodes } from './scene.js';

/**
 * Per thread: 1 if any of its calls up to the end of the window is known to be one of the program's functions', those of which learning lost
 * stacks aside. O(rows + cells).
 */
export function ownThreads({ trace, endRow, decoder }: Scene, cells: Cells): Uint8Array {
  const { thread, call } = trace.columns;
  const lost = callsWithLostStacks(decoder.model, trace);
  const nodeOf = likeliestNodes(cells);
  const own = new Uint8Array(trace.threads.length);
  inBlocks(0, endRow, (first, end) => {
    for (let i = first; i < end; i++) if (lost[call[i]!] === 0 && nodeOf[cells.ofRow[i]!]! > 0) own[thread[i]!] = 1;
  });
  return own;
}
