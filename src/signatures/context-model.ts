/**
 * The context model: in which contexts (src/context/) the calls of the learning runs stood, and which functions were on the
 * stack then. Everything that decoding needs is counted from it when it is loaded, so the file holds each fact once.
 */
import { type RowContexts, contextsOf } from '../context/contexts.js';
import { previousOf } from '../context/previous.js';
import { EDGE, grainsOf, serialiseSymbol } from '../context/symbols.js';
import { TupleNumbers } from '../context/tuple-numbers.js';
import { NO_STACK } from '../trace/stacks.js';
import type { Trace } from '../trace/table.js';
import { NANOSECONDS_PER_SECOND } from '../trace/units-of-measure.js';
import { byFirst } from './by-first.js';
import { Dispersion } from './dispersion.js';
import { type Wait, noteTimes } from './learned-times.js';
import { LostStacks } from './lost-stacks.js';
import { NodeNumbers } from './node-numbers.js';
import type { OwnCode } from './own-code.js';
import { BROKEN, type OwnTree } from './own-tree.js';
import { RoleBook } from './role-book.js';

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
  /**
   * How often, in a thread, a call of the one node was followed by a call of the other, and how long it took in all from the return of the one to
   * the other, microseconds; the latter is missing in files of older versions.
   */
  readonly successors: readonly (readonly [node: number, next: number, count: number, between?: number])[];
  /** Roles of threads: the entry nodes (outermost own functions) that were seen on one thread, and the calls of such threads: call
   * before, call (CALL grain), count. A thread without own functions has no entries. */
  readonly roles: readonly {
    readonly entries: readonly number[];
    readonly calls: readonly (readonly [before: string, call: string, count: number])[];
  }[];
  /** The most calls after calls in one second of learning (indices into `symbols`): what learning saw in its busiest second is not odd. */
  readonly peaks: readonly (readonly [before: number, call: number, most: number])[];
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
  /**
   * Where a runtime executes the program: long waits, as calls after calls (KIND grain), that were never seen with one of its functions
   * on the stack, be it that there was none, or that the stack was lost in a library on the way, as it is where a JVM's thread parks.
   */
  readonly unowned?: readonly (readonly [before: string, call: string])[];
  /** Calls after calls (KIND grain) whose stacks are nearly all lost in learning: how many tell something, and how many are lost (lost-stacks.ts). */
  readonly lost?: readonly (readonly [before: string, call: string, known: number, lost: number])[];
  /** Where a scheduler of the program moves its tasks among threads, so that what a thread does next may be another task's. */
  readonly tasks?: true;
  /** How unsteady the mix of calls is (dispersion.ts); missing in files of older versions, and where too little was learned. */
  readonly dispersion?: number;
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
  successors: [],
  peaks: [],
  roles: [],
  runs: [],
  waits: [],
};

/**
 * @param functionOf number of each of the tree's functions in the database, -1 for one that is left out
 * @param program whether it is executed by an interpreter or virtual machine, and whether tasks move among its threads
 * Cost: O(rows). The result does not depend on the order of rows of different threads, nor on what else the tree holds.
 */
export function learnContextModel(
  runs: readonly LearningTrace[],
  tree: OwnTree,
  functionOf: ArrayLike<number>,
  { runtime, tasks }: Pick<OwnCode, 'runtime' | 'tasks'> = { runtime: false, tasks: false },
): ContextModel {
  const symbols = new Map<string, number>([[serialiseSymbol(EDGE), 0]]);
  const nodes = new NodeNumbers(tree, functionOf);
  for (const node of inOrder(usedNodes(runs), tree, functionOf)) nodes.number(node);
  const contexts = new Map<string, Map<number, number>>();
  const successors = new Successors();
  const peaks = new Map<string, number>();
  const roles = new RoleBook();
  const longest = new Map<string, number>();
  const waits = new Map<string, Wait>();
  const dispersion = new Dispersion();
  const lost = new LostStacks();
  for (const run of runs) {
    const rows = contextsOf(run.trace);
    const { contexts: table } = rows;
    const numbers = rows.symbols.map((s) => {
      const text = serialiseSymbol(s);
      let n = symbols.get(text);
      if (n === undefined) symbols.set(text, (n = symbols.size));
      return n;
    });
    const numberOf = Int32Array.from(run.nodes, (node) => nodes.known(node));
    const counts = countNodes(run.trace, rows, numberOf);
    successors.add(run.trace, numberOf);
    roles.entries(run, numberOf, nodes);
    for (let k = 0; k < table.size; k++) {
      if (counts[k] === undefined) continue;
      const tuple = [table.before2[k]!, table.before[k]!, table.symbol[k]!, table.after[k]!, table.onDescriptor[k]!];
      const key = [...tuple.map((s) => numbers[s]!), table.sameDescriptor[k]!].join(' ');
      const merged = contexts.get(key);
      if (merged === undefined) contexts.set(key, counts[k]);
      else for (const [node, n] of counts[k]) merged.set(node, (merged.get(node) ?? 0) + n);
    }
    roles.calls(run, rows);
    notePeaks(run.trace, rows, numbers, peaks);
    dispersion.add(run.trace, rows);
    const grains = rows.symbols.map((s) => grainsOf(s));
    lost.add(run, rows, grains);
    noteTimes(run, grains, rows.context, table.symbol, longest, waits);
  }
  return sorted({
    version: 1,
    symbols: [...symbols.keys()],
    nodes: nodes.list,
    contexts: [...contexts].map(([key, counts]) => [
      ...key.split(' ').map(Number),
      ...[...counts].sort((a, b) => a[0] - b[0]).flat(),
    ]),
    successors: successors.finish(),
    peaks: [...peaks].map(([key, most]) => {
      const [before, call] = key.split(' ').map(Number) as [number, number];
      return [before, call, most] as const;
    }),
    roles: roles.finish(),
    runs: [...longest].filter(([, n]) => n > 1).sort(byFirst),
    waits: [...waits].sort(byFirst).map(([key, w]) => {
      const [before, call] = key.split('>') as [string, string];
      return [before, call, w.count, w.longest, w.sum, w.threads] as const;
    }),
    ...(runtime ? { unowned: unowned(waits) } : {}),
    ...(tasks ? { tasks } : {}),
    ...unlessEmpty(lost.finish()),
    ...defined(dispersion.finish()),
  });
}

function defined(dispersion: number | undefined): Pick<ContextModel, 'dispersion'> {
  return dispersion === undefined ? {} : { dispersion };
}

function unlessEmpty(lost: NonNullable<ContextModel['lost']>): Pick<ContextModel, 'lost'> {
  return lost.length === 0 ? {} : { lost };
}

/** Of waits that may be for a lock of the program's, only short ones are seen while all is well; us. */
const LONG_WAIT = 100_000;

function unowned(waits: ReadonlyMap<string, Wait>): (readonly [string, string])[] {
  const pairs = [...waits].filter(([, w]) => w.owned === 0 && (w.count === 0 || w.longest >= LONG_WAIT)).sort(byFirst);
  return pairs.map(([key]) => key.split('>') as [string, string]);
}

/** Per context: numbers of nodes, and how many of its calls were issued under each. */
function countNodes(trace: Trace, { context }: RowContexts, numberOf: Int32Array) {
  const { stack } = trace.columns;
  const pairs = new TupleNumbers();
  const found: { context: number; number: number; count: number }[] = [];
  for (let i = 0; stack !== null && i < trace.length; i++) {
    const number = stack[i] === NO_STACK ? BROKEN : numberOf[stack[i]!]!;
    if (number === BROKEN) continue;
    const pair = pairs.intern(context[i]!, number);
    if (pair === found.length) found.push({ context: context[i]!, number, count: 1 });
    else found[pair]!.count++;
  }
  const counts: Map<number, number>[] = [];
  for (const { context: k, number, count } of found) (counts[k] ??= new Map<number, number>()).set(number, count);
  return counts;
}

/** Raises `peaks` (by numbers of the call before and the call) to the most calls in a second of this run. */
function notePeaks(
  { columns, length }: Trace,
  { context, contexts, symbols }: RowContexts,
  numbers: readonly number[],
  peaks: Map<string, number>,
): void {
  const { symbol } = contexts;
  const before = previousOf(contexts, symbols);
  const inSecond = new TupleNumbers(); // a call before, a call, a second
  const counts: number[] = [];
  for (let i = 0; i < length; i++) {
    const k = context[i]!;
    const second = Math.floor(columns.start[i]! / NANOSECONDS_PER_SECOND);
    const at = inSecond.intern(before[k]!, symbol[k]!, second);
    counts[at] = (counts[at] ?? 0) + 1;
  }
  counts.forEach((n, at) => {
    const key = `${numbers[inSecond.first[at]!]!} ${numbers[inSecond.second[at]!]!}`;
    if (n > (peaks.get(key) ?? 0)) peaks.set(key, n);
  });
}

/** Counts of successions. */
class Successors {
  private readonly pairs = new TupleNumbers();
  private readonly counts: number[] = [];
  private readonly between: number[] = [];

  add({ columns, threads, length }: Trace, numberOf: Int32Array): void {
    const { stack, thread, start, duration } = columns;
    const last = new Int32Array(threads.length).fill(BROKEN);
    const end = new Float64Array(threads.length);
    for (let i = 0; stack !== null && i < length; i++) {
      const number = stack[i] === NO_STACK ? BROKEN : numberOf[stack[i]!]!;
      if (number === BROKEN) continue;
      const before = last[thread[i]!]!;
      const ns = Math.max(0, start[i]! - end[thread[i]!]!);
      last[thread[i]!] = number;
      end[thread[i]!] = start[i]! + (duration[i]! > 0 ? duration[i]! : 0);
      if (before === BROKEN) continue;
      const pair = this.pairs.intern(before, number);
      this.counts[pair] = (this.counts[pair] ?? 0) + 1;
      this.between[pair] = (this.between[pair] ?? 0) + ns / 1e3;
    }
  }

  finish(): [number, number, number, number][] {
    const { first, second } = this.pairs;
    return this.counts
      .map((count, pair): [number, number, number, number] => [
        first[pair]!,
        second[pair]!,
        count,
        Math.round(this.between[pair]!),
      ])
      .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  }
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
  const peaks = model.peaks.map(([before, call, most]) => [place[before]!, place[call]!, most] as const);
  return {
    ...model,
    peaks: [...peaks].sort((a, b) => a[0] - b[0] || a[1] - b[1]),
    symbols: [model.symbols[0]!, ...order.map(({ text }) => text)],
    contexts,
  };
}
