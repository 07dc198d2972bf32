/**
 * The context model: in which contexts (src/context/) the calls of the learning runs stood, and which functions were on the
 * stack then. Everything that decoding needs is counted from it when it is loaded, so the file holds each fact once.
 */
import { type RowContexts, contextsOf } from '../context/contexts.js';
import { PairIndex } from '../context/index-of-numbers.js';
import { CALL, EDGE, KIND, OUTCOME, grainsOf, serialiseSymbol } from '../context/symbols.js';
import { NO_STACK } from '../trace/stacks.js';
import { FLAG_ENTRY_UNSEEN, FLAG_UNFINISHED, type Trace, rowsByThread } from '../trace/table.js';
import { BROKEN, type OwnTree } from './own-tree.js';

export interface ContextModel {
  readonly version: 1;
  /** Symbols as `serialiseSymbol` writes them; the first is the edge of a thread. */
  readonly symbols: readonly string[];
  /** The calling-context tree of the program's own functions. Node 0 stands for none of them on the stack; a node is its
   * caller's node and the index of its function in `SignatureDatabase.functions`. */
  readonly nodes: readonly (readonly [parent: number, fn: number])[];
  /** Two calls before, call before, call, call after, last call on the same descriptor (indices into `symbols`), 1 when the
   * call before was on the same descriptor; then node and number of calls, in turn. */
  readonly contexts: readonly (readonly number[])[];
  /** Roles of threads: the entry nodes (outermost own functions) that were seen on one thread, and the calls of such threads: call
   * before, call (CALL grain), count. A thread without own functions has no entries. */
  readonly roles: readonly {
    readonly entries: readonly number[];
    readonly calls: readonly (readonly [before: string, call: string, count: number])[];
  }[];
  /** Longest run of equal calls: symbol (OUTCOME grain) and length; runs of 1 are left out. */
  readonly runs: readonly (readonly [symbol: string, length: number])[];
  /** Calls after calls (KIND grain): how many, the longest and the sum of their durations, and the whole time of the threads that
   * issue them; microseconds. */
  readonly waits: readonly (readonly [
    before: string,
    call: string,
    count: number,
    longest: number,
    sum: number,
    threads: number,
  ])[];
}

/** A trace with, per stack, its node in the own tree. */
export interface LearningTrace {
  readonly trace: Trace;
  readonly nodes: Int32Array;
}

export const EMPTY_MODEL: ContextModel = {
  version: 1,
  symbols: [serialiseSymbol(EDGE)],
  nodes: [[-1, -1]],
  contexts: [],
  roles: [],
  runs: [],
  waits: [],
};

/**
 * @param functionOf number of each of the tree's functions in the database, -1 for one that is left out
 * Cost: O(rows). The result does not depend on the order of rows of different threads, nor on what else the tree holds.
 */
export function learnContextModel(
  runs: readonly LearningTrace[],
  tree: OwnTree,
  functionOf: ArrayLike<number>,
): ContextModel {
  const symbols = new Map<string, number>([[serialiseSymbol(EDGE), 0]]);
  const nodes = new NodeNumbers(tree, functionOf);
  for (const node of inOrder(usedNodes(runs), tree, functionOf)) nodes.number(node);
  const contexts = new Map<string, Map<number, number>>();
  const roles = new RoleBook();
  const longest = new Map<string, number>();
  const waits = new Map<string, Wait>();
  for (const run of runs) {
    const rows = contextsOf(run.trace);
    const { contexts: table } = rows;
    const numbers = rows.symbols.map((s) => {
      const text = serialiseSymbol(s);
      let n = symbols.get(text);
      if (n === undefined) symbols.set(text, (n = symbols.size));
      return n;
    });
    const counts: Map<number, number>[] = [];
    const { stack } = run.trace.columns;
    for (let i = 0; i < run.trace.length; i++) {
      const s = stack === null ? NO_STACK : stack[i]!;
      const node = s === NO_STACK ? BROKEN : run.nodes[s]!;
      if (node === BROKEN) continue;
      const count = (counts[rows.context[i]!] ??= new Map<number, number>());
      const number = nodes.number(node);
      roles.entry(run, run.trace.columns.thread[i]!, nodes.entry(number));
      count.set(number, (count.get(number) ?? 0) + 1);
    }
    for (let k = 0; k < table.size; k++) {
      if (counts[k] === undefined) continue;
      const tuple = [table.before2[k]!, table.before[k]!, table.symbol[k]!, table.after[k]!, table.onDescriptor[k]!];
      const key = [...tuple.map((s) => numbers[s]!), table.sameDescriptor[k]!].join(' ');
      const merged = contexts.get(key);
      if (merged === undefined) contexts.set(key, counts[k]);
      else for (const [node, n] of counts[k]) merged.set(node, (merged.get(node) ?? 0) + n);
    }
    roles.calls(run, rows);
    noteTimes(
      run.trace,
      rows.symbols.map((s) => grainsOf(s)),
      rows.context,
      table.symbol,
      longest,
      waits,
    );
  }
  return sorted({
    version: 1,
    symbols: [...symbols.keys()],
    nodes: nodes.list,
    contexts: [...contexts].map(([key, counts]) => [
      ...key.split(' ').map(Number),
      ...[...counts].sort((a, b) => a[0] - b[0]).flat(),
    ]),
    roles: roles.finish(),
    runs: [...longest].filter(([, n]) => n > 1).sort(byFirst),
    waits: [...waits].sort(byFirst).map(([key, w]) => {
      const [before, call] = key.split('>') as [string, string];
      return [before, call, w.count, w.longest, w.sum, w.threads] as const;
    }),
  });
}

/** Calls after another: those that returned, the longest of them, and what all took, us; lifetimes of the threads that did it, us. */
interface Wait {
  count: number;
  longest: number;
  sum: number;
  threads: number;
}

/** Runs of equal calls, and how long calls took after which other. */
function noteTimes(
  trace: Trace,
  grains: readonly string[][],
  context: Int32Array,
  symbol: Int32Array,
  longest: Map<string, number>,
  waits: Map<string, Wait>,
): void {
  const { order, offsets } = rowsByThread(trace);
  const { duration, flags, start } = trace.columns;
  // Texts have numbers, so that no string is made for a call.
  const kinds = new Map([[EDGE.call, 0]]);
  const outcomes = new Map<string, number>();
  const [kindOf, outcomeOf] = [KIND, OUTCOME].map((grain) => {
    const numbers = grain === KIND ? kinds : outcomes;
    return Int32Array.from(grains, (texts) => {
      const text = texts[grain]!;
      if (!numbers.has(text)) numbers.set(text, numbers.size);
      return numbers.get(text)!;
    });
  }) as [Int32Array, Int32Array];
  const kindTexts = [...kinds.keys()];
  const runs = new Uint32Array(outcomes.size);
  const pairs = new PairIndex(kinds.size, kinds.size);
  const waitOf: Wait[] = [];
  /** Per pair: the thread that was the last to do it. */
  const lastThread: number[] = [];
  for (let t = 0; t < trace.threads.length; t++) {
    const [from, to] = [offsets[t]!, offsets[t + 1]!];
    if (from === to) continue;
    const lifetime = Math.round((trace.threads[t]!.exitNs ?? trace.endNs) - start[order[from]!]!) / 1000;
    let before = 0;
    let running = -1;
    let run = 0;
    for (let j = from; j < to; j++) {
      const row = order[j]!;
      const s = symbol[context[row]!]!;
      const outcome = outcomeOf[s]!;
      run = outcome === running ? run + 1 : 1;
      running = outcome;
      if (run > runs[outcome]!) runs[outcome] = run;
      const last = before;
      before = kindOf[s]!;
      const took = duration[row]!;
      if (Number.isNaN(took) || (flags[row]! & FLAG_ENTRY_UNSEEN) !== 0) continue;
      const pair = pairs.intern(last, before);
      if (pair === waitOf.length) {
        const key = `${kindTexts[last]!}>${kindTexts[before]!}`;
        if (!waits.has(key)) waits.set(key, { count: 0, longest: 0, sum: 0, threads: 0 });
        waitOf.push(waits.get(key)!);
        lastThread.push(-1);
      }
      const w = waitOf[pair]!;
      const us = Math.round(took / 1000);
      w.sum += us;
      if (lastThread[pair] !== t) w.threads += Math.round(lifetime);
      lastThread[pair] = t;
      if ((flags[row]! & FLAG_UNFINISHED) !== 0) continue;
      w.count++;
      w.longest = Math.max(w.longest, us);
    }
  }
  for (const [text, number] of outcomes) if (runs[number]! > (longest.get(text) ?? 0)) longest.set(text, runs[number]!);
}

/** Nodes that some call was issued under. */
function usedNodes(runs: readonly LearningTrace[]): Set<number> {
  const used = new Set<number>();
  for (const { trace, nodes } of runs) {
    const seen = new Uint8Array(nodes.length);
    const { stack } = trace.columns;
    if (stack !== null) for (let i = 0; i < trace.length; i++) if (stack[i] !== NO_STACK) seen[stack[i]!] = 1;
    for (let s = 0; s < nodes.length; s++) if (seen[s] === 1 && nodes[s]! >= 0) used.add(nodes[s]!);
  }
  return used;
}

/** Nodes by the numbers of the functions on their paths, outermost first: the same whatever was read first. */
function inOrder(used: ReadonlySet<number>, tree: OwnTree, functionOf: ArrayLike<number>): number[] {
  const paths = [...used].map((node) => {
    const path: number[] = [];
    for (let n = node; n >= 0; n = tree.parent[n]!) path.push(functionOf[tree.functionOf[n]!]!);
    return { node, path: path.reverse() };
  });
  paths.sort((a, b) => {
    const at = a.path.findIndex((fn, i) => fn !== b.path[i]);
    return at < 0 ? a.path.length - b.path.length : a.path[at]! - (b.path[at] ?? -Infinity);
  });
  return paths.map(({ node }) => node);
}

/** Numbers of nodes that were on a stack of a call, callers before callees. */
class NodeNumbers {
  readonly list: [number, number][] = [[-1, -1]];
  private readonly numbers = new Map<number, number>();

  constructor(
    private readonly tree: OwnTree,
    private readonly functionOf: ArrayLike<number>,
  ) {}

  number(node: number): number {
    if (node < 0) return 0;
    let n = this.numbers.get(node);
    if (n === undefined) {
      const parent = this.number(this.tree.parent[node]!);
      const fn = this.functionOf[this.tree.functionOf[node]!]!;
      n = fn < 0 ? parent : this.list.push([parent, fn]) - 1;
      this.numbers.set(node, n);
    }
    return n;
  }

  /** The outermost own function's node above a number that `number` gave; 0 for 0. */
  entry(number: number): number {
    let n = number;
    while (n > 0 && this.list[n]![0] > 0) n = this.list[n]![0];
    return n;
  }
}

/** Which entry nodes share threads, and what such threads call. */
class RoleBook {
  private readonly threads = new Map<LearningTrace, { entries: Set<number>; calls: Map<string, number> }[]>();

  entry(run: LearningTrace, thread: number, node: number): void {
    if (node > 0) this.of(run)[thread]!.entries.add(node);
  }

  calls(run: LearningTrace, rows: RowContexts): void {
    const { symbols, context, contexts } = rows;
    const { thread } = run.trace.columns;
    const grains = symbols.map((s) => grainsOf(s)[CALL]!);
    const threads = this.of(run);
    const keys: string[] = [];
    for (let i = 0; i < context.length; i++) {
      const k = context[i]!;
      const key = (keys[k] ??= `${grains[contexts.before[k]!]!}>${grains[contexts.symbol[k]!]!}`);
      const { calls } = threads[thread[i]!]!;
      calls.set(key, (calls.get(key) ?? 0) + 1);
    }
  }

  finish(): ContextModel['roles'] {
    const all = [...this.threads.values()].flat().filter(({ calls }) => calls.size > 0);
    // Entries that were seen on one thread are of one role, and so are those that each shares a thread with.
    const roleOf = new Map<number, number>();
    const find = (n: number): number => (roleOf.get(n) === n ? n : find(roleOf.get(n)!));
    for (const { entries } of all) {
      const [first, ...rest] = entries;
      if (first === undefined) continue;
      for (const e of entries) if (!roleOf.has(e)) roleOf.set(e, e);
      for (const e of rest) {
        const [a, b] = [find(first), find(e)];
        roleOf.set(Math.max(a, b), Math.min(a, b));
      }
    }
    const roles = new Map<number, { entries: number[]; calls: Map<string, number> }>();
    for (const { entries, calls } of all) {
      const [first] = entries;
      const id = first === undefined ? 0 : find(first);
      let role = roles.get(id);
      if (role === undefined) roles.set(id, (role = { entries: [], calls: new Map() }));
      for (const [key, n] of calls) role.calls.set(key, (role.calls.get(key) ?? 0) + n);
    }
    for (const e of [...roleOf.keys()].sort((a, b) => a - b)) roles.get(find(e))!.entries.push(e);
    return [...roles.entries()]
      .sort((a, b) => a[0] - b[0])
      .map(([, { entries, calls }]) => ({
        entries,
        calls: [...calls].sort(byFirst).map(([key, n]) => [...(key.split('>') as [string, string]), n] as const),
      }));
  }

  private of(run: LearningTrace) {
    let threads = this.threads.get(run);
    if (threads === undefined) {
      threads = run.trace.threads.map(() => ({ entries: new Set<number>(), calls: new Map<string, number>() }));
      this.threads.set(run, threads);
    }
    return threads;
  }
}

/** Symbols and contexts in the order of their texts, so that two files compare line by line. */
function sorted(model: ContextModel): ContextModel {
  const order = model.symbols.map((text, i) => ({ text, i })).slice(1);
  order.sort((a, b) => (a.text < b.text ? -1 : 1));
  const place = new Int32Array(model.symbols.length);
  order.forEach(({ i }, k) => (place[i] = k + 1));
  const contexts = model.contexts.map((row) => row.map((v, j) => (j < 5 ? place[v]! : v)));
  contexts.sort((a, b) => {
    for (const j of [2, 1, 3, 0, 4, 5]) if (a[j] !== b[j]) return a[j]! - b[j]!;
    return 0;
  });
  return { ...model, symbols: [model.symbols[0]!, ...order.map(({ text }) => text)], contexts };
}

function byFirst<T>(a: readonly [string, T], b: readonly [string, T]): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}
