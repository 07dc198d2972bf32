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
  /**
   * With a function on the stack, further in than any of the program's own, that has no name because an interpreter runs it: the one that
   * issues the call may be missing.
   */
  interpreted: number;
  /** With other frames without a name on the stack, the outermost one left out: there an unwinder mostly gives up. */
  unnamed: number;
  /**
   * With a stack that breaks off in a function of the program's own, other than main: it stands outermost, where a thread's beginning should be.
   * Not told where there is none.
   */
  cut?: number;
}

/** O(calls + stacks). */
export function countStacks(runs: readonly LearningTrace[], own: OwnCode): StackCounts {
  const counts = { own: 0, runtime: 0, interpreted: 0, unnamed: 0 };
  let cutOff = 0;
  for (const { trace, nodes } of runs) {
    const { stacks: table } = trace;
    const { stack } = trace.columns;
    if (table === null || stack === null) continue;
    const roles = frameRoles(table, own);
    const hidden = hiddenFrames(table, roles);
    const unknown = Array.from(table.frameFunction, (f, i) =>
      isUnknown(table.functions[f]!, table.objects[table.frameObject[i]!]!),
    );
    const unnamed = new Uint8Array(table.prefix.length);
    const issuerless = new Uint8Array(table.prefix.length);
    const cut = new Uint8Array(table.prefix.length);
    const isOwn = (frame: number) => roles[frame] === 'own' && table.functions[table.frameFunction[frame]!] !== 'main';
    for (let s = 0; s < unnamed.length; s++) {
      const p = table.prefix[s]!;
      const before = p === NO_STACK ? 0 : hidden[p]!;
      if (hidden[s]! > before) issuerless[s] = 1;
      else if (p !== NO_STACK && roles[table.frame[s]!] !== 'own') issuerless[s] = issuerless[p]!;
      cut[s] = p === NO_STACK ? Number(isOwn(table.frame[s]!)) : cut[p]!;
      unnamed[s] = p === NO_STACK ? 0 : unnamed[p]! | Number(unknown[table.frame[s]!]!);
    }
    for (let i = 0; i < trace.length; i++) {
      const s = stack[i]!;
      if (s === NO_STACK) continue;
      if (nodes[s]! >= 0) counts.own++;
      else if (nodes[s] !== BROKEN) counts.runtime++;
      counts.interpreted += issuerless[s]!;
      if (unnamed[s] === 1) counts.unnamed++;
      cutOff += cut[s]!;
    }
  }
  return cutOff === 0 ? counts : { ...counts, cut: cutOff };
}
