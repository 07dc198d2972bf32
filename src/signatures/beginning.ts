/**
 * What a trace teaches of itself: its part before the onset takes the place of the learning runs, for an analysis without signatures. Where
 * the trace carries stacks, these name functions, and every stack's node is known. Pure; O(rows).
 */
import { NO_STACK } from '../trace/stacks.js';
import { FLAG_UNFINISHED, type Trace } from '../trace/table.js';
import { TOOL } from '../version.js';
import { EMPTY_MODEL, type ContextModel, learnContextModel } from './context-model.js';
import type { LearnedFunction, SignatureDatabase } from './database.js';
import { baseName } from './names.js';
import { lastingPrograms } from './lasting.js';
import { type OwnCodeOptions, findOwnCode } from './own-code.js';
import { BROKEN, NO_OWN, OwnTree } from './own-tree.js';

export interface Beginning {
  readonly signatures: SignatureDatabase;
  /** Per stack of the trace: its node in the model, BROKEN for one that tells nothing. Null: the trace names no function. */
  readonly nodeOfStack: Int32Array | null;
}

/** @param endRow the first row that is no longer of the beginning; `endNs` its moment */
export function learnBeginning(trace: Trace, endRow: number, endNs: number, options: OwnCodeOptions = {}): Beginning {
  const healthy = upTo(trace, endRow, endNs);
  const found = ownStacks(trace, options);
  const run = { trace: withOneStack(healthy), nodes: Int32Array.of(NO_OWN) };
  const calls = learnContextModel([run], new OwnTree(), []);
  const model: ContextModel = { ...calls, roles: [] };
  const database = (program: string, functions: readonly LearnedFunction[], tree: ContextModel): SignatureDatabase => ({
    schemaVersion: 1,
    tool: TOOL,
    program,
    functionsInBinary: null,
    learned: { events: healthy.length, eventsWithStack: 0, seconds: endNs / 1e9, sources: [] },
    parameters: {},
    calls: trace.calls,
    functions,
    model: tree,
  });
  if (found === null) return { signatures: database(programOf(trace), [], model), nodeOfStack: null };
  const { program, functions, nodes, nodeOfStack } = found;
  return { signatures: database(program, functions, { ...model, nodes }), nodeOfStack };
}

/** The rows before `endRow`, as if the trace had ended at `endNs`: what lasts longer had not returned. */
function upTo(trace: Trace, endRow: number, endNs: number): Trace {
  const { columns } = trace;
  const cut = Object.entries(columns).map(([name, column]: [string, Trace['columns'][keyof Trace['columns']]]) => [
    name,
    column?.subarray(0, endRow) ?? null,
  ]);
  const own = Object.fromEntries(cut) as Trace['columns'];
  const duration = own.duration.slice();
  const flags = own.flags.slice();
  for (let i = 0; i < endRow; i++) {
    if (!(own.start[i]! + duration[i]! > endNs)) continue;
    duration[i] = Math.max(0, endNs - own.start[i]!);
    flags[i]! |= FLAG_UNFINISHED;
  }
  return { ...trace, length: endRow, endNs, columns: { ...own, duration, flags } };
}

/** Each call under a stack without functions of the program: all calls count, none has a function. */
function withOneStack(trace: Trace): Trace {
  return { ...trace, columns: { ...trace.columns, stack: new Int32Array(trace.length) } };
}

/** The program that most threads run, by the trace; '' where it does not tell. */
function programOf({ threads }: Pick<Trace, 'threads'>): string {
  const counts = new Map<string, number>();
  for (const { program } of threads) if (program !== '') counts.set(program, (counts.get(program) ?? 0) + 1);
  const [most] = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return most === undefined ? '' : baseName(most[0]);
}

interface OwnStacks {
  readonly program: string;
  readonly functions: readonly LearnedFunction[];
  readonly nodes: readonly (readonly [number, number])[];
  readonly nodeOfStack: Int32Array;
}

/** The program's own functions on the trace's stacks, and their tree. Null: there are none. */
function ownStacks(trace: Trace, options: OwnCodeOptions): OwnStacks | null {
  const { stacks } = trace;
  const { stack } = trace.columns;
  if (stacks === null || stack === null || stacks.prefix.length === 0) return null;
  const calls = new Uint32Array(stacks.prefix.length);
  for (let i = 0; i < trace.length; i++) if (stack[i] !== NO_STACK) calls[stack[i]!]!++;
  const own = findOwnCode([{ table: stacks, calls, lasting: lastingPrograms(trace) }], options);
  const tree = new OwnTree();
  const ofStack = tree.project(stacks, own);
  if (tree.functions.length === 0) return null;
  // A caller's node comes before its callees' in the tree, so they keep their order behind node 0.
  const nodes: [number, number][] = [[...EMPTY_MODEL.nodes[0]!] as [number, number]];
  tree.functionOf.forEach((fn, node) => nodes.push([tree.parent[node]! + 1, fn]));
  const [under, issued] = [tree.functions, tree.functions].map((list) => new Float64Array(list.length));
  // Calls of a node and of all that it called, which come behind it: each function is counted once on a stack.
  const below = new Float64Array(tree.functionOf.length);
  ofStack.forEach((node, s) => {
    if (node >= 0) below[node]! += calls[s]!;
  });
  for (let node = below.length - 1; node >= 0; node--) {
    const [fn, parent] = [tree.functionOf[node]!, tree.parent[node]!];
    if (tree.outermost[node]) under![fn]! += below[node]!;
    if (parent >= 0) below[parent]! += below[node]!;
  }
  ofStack.forEach((node, s) => {
    if (node >= 0) issued![tree.functionOf[node]!]! += calls[s]!;
  });
  const functions = tree.functions.map(({ name, object }, f): LearnedFunction => {
    return { name, object, invocations: 0, calls: under![f]!, ownCalls: issued![f]!, episodes: [] };
  });
  const program = baseName(own.program.replace(/ \(deleted\)$/, ''));
  return { program, functions, nodes, nodeOfStack: ofStack.map((node) => (node === BROKEN ? BROKEN : node + 1)) };
}
