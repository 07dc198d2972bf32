/**
 * The scene: what all detectors look at. Rows of the window in their contexts, the role of each thread, and cells: a context in
 * a role, which is as much as decoding can tell apart. Linear in the rows.
 */
import { type RowContexts, contextsOf, grainNumbers } from '../context/contexts.js';
import { type Decoded, Decoder } from '../context/decoder.js';
import { PairIndex } from '../context/index-of-numbers.js';
import { GRAINS, OUTCOME } from '../context/symbols.js';
import type { MethodInput } from '../method.js';
import type { RowsByThread, Trace } from '../trace/table.js';
import { type Role, type Roles, learnRoles } from './roles.js';

export interface Scene {
  readonly trace: Trace;
  readonly rows: RowsByThread;
  /** The window, ns, and its rows (by start): [firstRow, endRow). */
  readonly fromNs: number;
  readonly toNs: number;
  readonly firstRow: number;
  readonly endRow: number;
  readonly contexts: RowContexts;
  readonly decoder: Decoder;
  /** Per row: its class, the pair of the symbol recorded before it in its thread and its own, at the OUTCOME grain. */
  readonly classOf: Uint32Array;
  /** Per class: any context of it (for its learned counts) and its texts. */
  readonly classes: readonly CallClass[];
}

export interface CallClass {
  /** OUTCOME texts of the call before and the call. */
  readonly before: string;
  readonly call: string;
  /** A row of the class. */
  readonly row: number;
}

/** Threads and contexts, folded: see `cellsOf`. */
export interface Cells {
  readonly size: number;
  /** Per row of the window; -1 outside. */
  readonly ofRow: Int32Array;
  readonly context: Int32Array;
  readonly role: Int32Array;
  readonly roles: readonly Role[];
  /** Per thread: index into `roles`. */
  readonly roleOfThread: Int32Array;
  decode(cell: number): Decoded;
}

export function sceneOf(input: MethodInput): Scene {
  const { trace, rows, signatures, fromNs, toNs } = input;
  const decoder = new Decoder(signatures.model);
  // Twice what learning saw, and some more: a run that long is a loop.
  const contexts = contextsOf(trace, { longestRun: (s) => 2 * decoder.longestRun(s) + LOOP_LENGTH });
  const [firstRow, endRow] = [lowerBound(trace, fromNs), lowerBound(trace, toNs)];
  return { trace, rows, fromNs, toNs, firstRow, endRow, contexts, decoder, ...classRows(trace, contexts) };
}

/** Fewer equal calls in a row than this are no loop, however seldom learning saw them in a row. */
const LOOP_LENGTH = 50;

/** The first row that begins at `ns` or later. */
export function lowerBound(trace: Trace, ns: number): number {
  let [low, high] = [0, trace.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (trace.columns.start[middle]! < ns) low = middle + 1;
    else high = middle;
  }
  return low;
}

function classRows(trace: Trace, { symbols, context, contexts }: RowContexts): Pick<Scene, 'classOf' | 'classes'> {
  const texts = Array.from({ length: GRAINS }, () => new Map<string, number>());
  const outcome = grainNumbers(symbols, texts, true)[OUTCOME]!;
  const names = [...texts[OUTCOME]!.keys()];
  const last = new Int32Array(trace.threads.length); // 0: the edge, which is symbol 0 and so text 0
  const index = new PairIndex(names.length, names.length);
  const classes: CallClass[] = [];
  const classOf = new Uint32Array(trace.length);
  const textOf = contexts.symbol.map((symbol) => outcome[symbol]!);
  const { thread } = trace.columns;
  for (let i = 0; i < trace.length; i++) {
    const t = thread[i]!;
    const text = textOf[context[i]!]!;
    const k = index.intern(last[t]!, text);
    if (k === classes.length) classes.push({ before: names[last[t]!]!, call: names[text]!, row: i });
    classOf[i] = k;
    last[t] = text;
  }
  return { classOf, classes };
}

/** Gives each thread its role, as its calls before `onsetNs` tell it, and folds rows into cells. */
export function cellsOf(scene: Scene, onsetNs: number): Cells {
  const { trace, contexts, decoder } = scene;
  const roles: Roles = learnRoles(decoder);
  const given = roles.ofThreads(scene, onsetNs);
  const index = new PairIndex(given.roles.length, contexts.contexts.size);
  const context: number[] = [];
  const role: number[] = [];
  const ofRow = new Int32Array(trace.length).fill(-1);
  const { thread } = trace.columns;
  for (let i = 0; i < scene.endRow; i++) {
    const r = given.ofThread[thread[i]!]!;
    const own = contexts.context[i]!;
    const k = index.intern(r, own);
    if (k === context.length) {
      context.push(own);
      role.push(r);
    }
    ofRow[i] = k;
  }
  const read = decoder.reader(contexts);
  const done: Decoded[] = [];
  return {
    size: context.length,
    ofRow,
    context: Int32Array.from(context),
    role: Int32Array.from(role),
    roles: given.roles,
    roleOfThread: given.ofThread,
    decode: (cell) => (done[cell] ??= roles.narrow(read(context[cell]!), given.roles[role[cell]!]!)),
  };
}
