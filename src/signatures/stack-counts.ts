/** What the stacks of learning are worth: how many calls have the program's own functions on theirs, and what is missing. */
import { NO_STACK, type StackTable } from '../trace/stacks.js';
import { rowsByThread, type Trace } from '../trace/table.js';
import type { LearningTrace } from './context-model.js';
import type { OwnCode } from './own-code.js';
import { BROKEN, NO_OWN, type OwnTree, frameRoles, hiddenFrames, isUnknown } from './own-tree.js';

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
  /** Without a stack that tells anything, between calls with the same invocation of an own function on theirs, which they count for. Not told where there is none. */
  between?: number;
  /** In which library most of the others' stacks break off, with how many calls, and the functions that issue most of them. Not told where none does. */
  breaks?: { readonly object: string; readonly calls: number; readonly functions: readonly string[] };
}

/** So many functions are named. */
const NAMED = 3;

/** O(calls + stacks). */
export function countStacks(runs: readonly LearningTrace[], own: OwnCode, tree: OwnTree): StackCounts {
  const counts = { own: 0, runtime: 0, interpreted: 0, unnamed: 0 };
  let cutOff = 0;
  let between = 0;
  const broken = new BrokenStacks();
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
      if (nodes[s] === BROKEN) broken.add(table, s);
    }
    between += callsBetween(trace, nodes, tree);
  }
  const breaks = broken.most();
  return {
    ...counts,
    ...(cutOff === 0 ? {} : { cut: cutOff }),
    ...(between === 0 ? {} : { between }),
    ...(breaks === null ? {} : { breaks }),
  };
}

/** Calls whose stack tells nothing, where those before and after them in the thread have an own function in common, in one invocation. */
function callsBetween(trace: Trace, nodes: Int32Array, tree: OwnTree): number {
  const stack = trace.columns.stack!;
  const { order, offsets } = rowsByThread(trace);
  let count = 0;
  for (let t = 0; t < trace.threads.length; t++) {
    let before = NO_OWN;
    let waiting = 0;
    for (let i = offsets[t]!; i < offsets[t + 1]!; i++) {
      const s = stack[order[i]!]!;
      const node = s === NO_STACK ? BROKEN : nodes[s]!;
      if (node === BROKEN) {
        waiting++;
        continue;
      }
      if (waiting > 0 && before >= 0 && node >= 0 && tree.outermostOf(before) === tree.outermostOf(node))
        count += waiting;
      waiting = 0;
      before = node;
    }
  }
  return count;
}

/** Where stacks break off: the file of the last frame that has one, and the function that issues the call. */
class BrokenStacks {
  private readonly objects = new Map<string, Map<string, number>>();

  add(table: StackTable, stack: number): void {
    let object = '';
    let issuer = '';
    for (let s = stack; s !== NO_STACK; s = table.prefix[s]!) {
      const frame = table.frame[s]!;
      const path = table.objects[table.frameObject[frame]!]!;
      if (!path.startsWith('/')) continue;
      object = path;
      if (issuer === '') issuer = table.functions[table.frameFunction[frame]!]!;
    }
    if (object === '') return;
    const functions = this.objects.get(object) ?? new Map<string, number>();
    this.objects.set(object, functions);
    functions.set(issuer, (functions.get(issuer) ?? 0) + 1);
  }

  most(): StackCounts['breaks'] | null {
    const files = [...this.objects].map(([object, functions]) => {
      const byCalls = [...functions].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
      const calls = byCalls.reduce((sum, [, n]) => sum + n, 0);
      return { object, calls, functions: byCalls.slice(0, NAMED).map(([name]) => name) };
    });
    return files.sort((a, b) => b.calls - a.calls || (a.object < b.object ? -1 : 1))[0] ?? null;
  }
}
