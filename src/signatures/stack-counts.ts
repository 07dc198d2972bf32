/** What the stacks of learning are worth: how many calls have the program's own functions on theirs, and what is missing. */
import { NO_STACK } from '../trace/stacks.js';
import type { LearningTrace } from './context-model.js';
import type { OwnCode } from './own-code.js';
import { BROKEN, frameRoles, hiddenFrames, isUnknown } from './own-tree.js';

/** Numbers of calls. */
export interface StackCounts {
  /** With a function of the program's own on the stack. */
  own: number;
  /** With a whole stack and none of them on it: made by a library or runtime for itself (a scheduler that looks for work, a collector). */
  runtime: number;
  /** With functions on the stack that have no name because an interpreter runs them. */
  interpreted: number;
  /** With other frames without a name on the stack, the outermost one left out: there an unwinder mostly gives up. */
  unnamed: number;
}

/** O(calls + stacks). */
export function countStacks(runs: readonly LearningTrace[], own: OwnCode): StackCounts {
  const counts: StackCounts = { own: 0, runtime: 0, interpreted: 0, unnamed: 0 };
  for (const { trace, nodes } of runs) {
    const { stacks: table } = trace;
    const { stack } = trace.columns;
    if (table === null || stack === null) continue;
    const hidden = hiddenFrames(table, frameRoles(table, own));
    const unknown = Array.from(table.frameFunction, (f, i) =>
      isUnknown(table.functions[f]!, table.objects[table.frameObject[i]!]!),
    );
    const unnamed = new Uint8Array(table.prefix.length);
    for (let s = 0; s < unnamed.length; s++) {
      const p = table.prefix[s]!;
      unnamed[s] = p === NO_STACK ? 0 : unnamed[p]! | Number(unknown[table.frame[s]!]!);
    }
    for (let i = 0; i < trace.length; i++) {
      const s = stack[i]!;
      if (s === NO_STACK) continue;
      if (nodes[s]! >= 0) counts.own++;
      else if (nodes[s] !== BROKEN) counts.runtime++;
      if (hidden[s] !== 0) counts.interpreted++;
      if (unnamed[s] === 1) counts.unnamed++;
    }
  }
  return counts;
}
