/**
 * Invocations of functions, as far as system calls show them. Within a thread, an invocation of f is a run of consecutive calls
 * during which f stays on the stack with the same chain of callers; it ends before the first call whose stack does not hold that
 * node of the own tree. Two calls of f from the same place with no other call in between look like one: from system calls
 * alone nobody can tell. A recursive function is counted at its outermost frame. A call without a usable stack ends
 * nothing: it belongs to the functions that are on the stack both before and after it.
 */
import { NO_STACK } from '../trace/stacks.js';
import { rowsByThread, type Trace } from '../trace/table.js';
import type { OwnCode } from './own-code.js';
import { BROKEN, type OwnTree } from './own-tree.js';

/** Calls of all learning threads, thread after thread, and the invocations as ranges of them. */
export interface Invocations {
  /** Per call: index into `calls`. */
  readonly symbols: Uint16Array;
  /** Calls of one thread of one trace: `symbols[threadOffsets[i] .. threadOffsets[i + 1])`. */
  readonly threadOffsets: Uint32Array;
  readonly calls: readonly string[];
  /** Per function of the tree, by `functionOffsets`: its invocations are [starts[i], ends[i]), in the order in which they ended. */
  readonly functionOffsets: Uint32Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** Per function of the tree: calls with it as the innermost own function. */
  readonly ownCalls: Uint32Array;
  /** Calls with a usable stack. */
  readonly withStack: number;
}

/**
 * Walks every thread of `traces` once. Cost: O(calls x change of depth from one call to the next). `tree` grows by
 * what it sees.
 */
export function findInvocations(traces: readonly Trace[], own: OwnCode, tree: OwnTree): Invocations {
  const calls = callsOf(traces);
  const callIndex = new Map(calls.map((name, i) => [name, i]));
  const symbols = new Uint16Array(traces.reduce((sum, t) => sum + t.length, 0));
  const threadOffsets: number[] = [0];
  const log = new InvocationLog();
  let ownCalls = new Uint32Array(0);
  let withStack = 0;
  let at = 0;
  for (const trace of traces) {
    if (trace.stacks === null || trace.columns.stack === null) continue;
    const { call, stack } = trace.columns;
    const nodes = tree.project(trace.stacks, own);
    ownCalls = grown(ownCalls, tree.functions.length);
    const symbolOf = trace.calls.map((name) => callIndex.get(name) ?? 0);
    const { order, offsets } = rowsByThread(trace);
    for (let t = 0; t < trace.threads.length; t++) {
      let current = -1;
      log.enter(tree, -1, at);
      let lastKnown = at;
      for (let i = offsets[t]!; i < offsets[t + 1]!; i++, at++) {
        const row = order[i]!;
        symbols[at] = symbolOf[call[row]!]!;
        const s = stack[row]!;
        const node = s === NO_STACK ? BROKEN : nodes[s]!;
        if (node === BROKEN) continue;
        if (node !== current) log.enter(tree, node, at, lastKnown);
        if (node >= 0) ownCalls[tree.functionOf[node]!]!++;
        current = node;
        withStack++;
        lastKnown = at + 1;
      }
      log.enter(tree, -1, at, lastKnown);
      threadOffsets.push(at);
    }
  }
  return {
    symbols: symbols.subarray(0, at),
    threadOffsets: Uint32Array.from(threadOffsets),
    calls,
    ...log.byFunction(tree.functions.length),
    ownCalls: grown(ownCalls, tree.functions.length),
    withStack,
  };
}

/** Names of the calls that occur, sorted: numbers do not depend on the order of the traces. */
function callsOf(traces: readonly Trace[]): string[] {
  const names = new Set<string>();
  for (const trace of traces) {
    const seen = new Uint8Array(trace.calls.length);
    for (let i = 0; i < trace.length; i++) seen[trace.columns.call[i]!] = 1;
    trace.calls.forEach((name, c) => seen[c] === 1 && names.add(name));
  }
  return [...names].sort();
}

/** The chain of own functions now on the stack, and the invocations that have ended. */
class InvocationLog {
  private readonly pathNode: number[] = [];
  private readonly pathStart: number[] = [];
  private depth = 0;
  private functions = new Uint32Array(1024);
  private starts = new Uint32Array(1024);
  private ends = new Uint32Array(1024);
  private count = 0;

  /** The stack is now that of `node`, from call `at` on; what is no longer on it ended at `end`. */
  enter(tree: OwnTree, node: number, at: number, end = at): void {
    const depth = node < 0 ? 0 : tree.depth[node]!;
    let common = node;
    let commonDepth = depth;
    while (commonDepth > 0 && (commonDepth > this.depth || this.pathNode[commonDepth - 1] !== common)) {
      common = tree.parent[common]!;
      commonDepth--;
    }
    for (let d = this.depth - 1; d >= commonDepth; d--) {
      const left = this.pathNode[d]!;
      if (tree.outermost[left]) this.add(tree.functionOf[left]!, this.pathStart[d]!, end);
    }
    let inner = node;
    for (let d = depth - 1; d >= commonDepth; d--) {
      this.pathNode[d] = inner;
      this.pathStart[d] = at;
      inner = tree.parent[inner]!;
    }
    this.depth = depth;
  }

  private add(f: number, start: number, end: number): void {
    if (this.count === this.functions.length) {
      this.functions = grown(this.functions, this.count * 2);
      this.starts = grown(this.starts, this.count * 2);
      this.ends = grown(this.ends, this.count * 2);
    }
    this.functions[this.count] = f;
    this.starts[this.count] = start;
    this.ends[this.count++] = end;
  }

  /** Sorted by function: counting sort. */
  byFunction(functionCount: number): Pick<Invocations, 'functionOffsets' | 'starts' | 'ends'> {
    const functionOffsets = new Uint32Array(functionCount + 1);
    for (let i = 0; i < this.count; i++) functionOffsets[this.functions[i]! + 1]!++;
    for (let f = 0; f < functionCount; f++) functionOffsets[f + 1]! += functionOffsets[f]!;
    const next = functionOffsets.slice();
    const starts = new Uint32Array(this.count);
    const ends = new Uint32Array(this.count);
    for (let i = 0; i < this.count; i++) {
      const to = next[this.functions[i]!]!++;
      starts[to] = this.starts[i]!;
      ends[to] = this.ends[i]!;
    }
    return { functionOffsets, starts, ends };
  }
}

function grown(array: Uint32Array<ArrayBuffer>, length: number): Uint32Array<ArrayBuffer> {
  if (array.length >= length) return array;
  const larger = new Uint32Array(length);
  larger.set(array);
  return larger;
}
