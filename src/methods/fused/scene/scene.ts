/**
 * The scene: what all detectors look at. Rows of the window in their places (contexts and classes of calls), the role of each
 * thread, and cells: a context in a role, which is as much as decoding can tell apart. Linear in the rows.
 */
import type { Decoded } from '../../../context/decoder.js';
import { type Decoder, UNKNOWN } from '../../../context/decoder.js';
import { decodeForeign } from '../../../context/foreign.js';
import { decodeRows } from '../../../context/forward-backward.js';
import { type Places, placesOf } from '../../../context/places.js';
import { RecordedDecoder, partedByNode } from '../../../context/recorded.js';
import { CALL, grainsOf } from '../../../context/symbols.js';
import { TupleNumbers } from '../../../context/tuple-numbers.js';
import type { MethodInput } from '../../method.js';
import type { Trace } from '../../../trace/table.js';
import { inBlocks } from '../../../lib/in-blocks.js';
import { knownShares } from './known-share.js';
import { decoderOf, historyOf, rolesOf } from './learned.js';
import type { Role } from './roles.js';

export interface Scene {
  readonly trace: Trace;
  /** The window, ns, and its rows (by start): [firstRow, endRow). */
  readonly fromNs: number;
  readonly toNs: number;
  readonly firstRow: number;
  readonly endRow: number;
  readonly places: Places;
  readonly decoder: Decoder;
}

/**
 * What is told in parts of the window is told in parts of so much of it at most, ns, the longest windows that thresholds and weights were
 * fitted to: a difference in an hour is no larger for being surer, and a moment no nearer to another one.
 */
export const LONGEST_NS = 90e9;

/** So much of the window, ns. */
export function partOf({ fromNs, toNs }: Pick<Scene, 'fromNs' | 'toNs'>, share: number): number {
  return share * Math.min(toNs - fromNs, LONGEST_NS);
}

/** Rows, folded: calls in the same context and role that decode to the same nodes are one cell. */
export interface Cells {
  readonly size: number;
  readonly context: Int32Array;
  readonly role: Int32Array;
  readonly roles: readonly Role[];
  /** Per thread: index into `roles`. */
  readonly roleOfThread: Int32Array;
  /** Per row before the end of the window: its cell. */
  readonly ofRow: Int32Array;
  /** Per cell: calls of the window. */
  readonly calls: Uint32Array;
  /** Per cell: 1 if threads of its role issued such calls in learning. */
  readonly known: Uint8Array;
  /** Per cell: share of such calls of which learning lost the stacks, where it lost nearly all (lost-stacks.ts); else 0. */
  readonly lost: Float64Array;
  decode(cell: number): Decoded;
}

export function sceneOf(input: MethodInput): Scene {
  const { trace, signatures, fromNs, toNs, nodeOfStack } = input;
  const decoder = nodeOfStack === undefined ? decoderOf(signatures.model) : new RecordedDecoder(signatures.model);
  // Twice what learning saw, and some more: a run that long is a loop.
  const found = placesOf(trace, { longestRun: (s) => 2 * decoder.longestRun(s) + LOOP_LENGTH });
  const places = nodeOfStack === undefined ? found : partedByNode(trace, found, nodeOfStack);
  const [firstRow, endRow] = [lowerBound(trace, fromNs), lowerBound(trace, toNs)];
  return { trace, fromNs, toNs, firstRow, endRow, places, decoder };
}

/** Fewer equal calls in a row than this are no loop, however seldom learning saw them in a row. */
const LOOP_LENGTH = 50;

/** The first row that begins at `ns` or later. */
export function lowerBound(trace: Trace, ns: number): number {
  return firstRowWhere(0, trace.length, (row) => trace.columns.start[row]! >= ns);
}

/** The first row of [from, to) of which `holds` is true, `to` if there is none; it holds for all rows after the first. */
export function firstRowWhere(from: number, to: number, holds: (row: number) => boolean): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Gives each thread its role, as its calls before `onsetNs` tell it, decodes rows with their history, and folds them into cells. A call that
 * threads of its role never issue in learning belongs to what its thread does next: something between two known steps.
 */
export function cellsOf(scene: Scene, onsetNs: number): Cells {
  const { trace, places, decoder, firstRow, endRow } = scene;
  const roles = rolesOf(decoder);
  const given = roles.ofThreads(scene, onsetNs);
  const { ofRow: placeOf, contextOf, contexts, symbols } = places;
  const { thread } = trace.columns;
  const size = contextOf.length;
  const base = given.ofThread.map((role) => role * size);
  /** Per role and place: the two without history, folded. */
  const narrowOf = new Int32Array(given.roles.length * size).fill(-1);
  const narrow = new TupleNumbers(); // a context and a role
  const cellOf = new Int32Array(endRow);
  inBlocks(0, endRow, (first, end) => {
    for (let i = first; i < end; i++) {
      const at = base[thread[i]!]! + placeOf[i]!;
      let cell = narrowOf[at]!;
      if (cell < 0) cell = narrowOf[at] = narrow.intern(contextOf[at % size]!, Math.floor(at / size));
      cellOf[i] = cell;
    }
  });
  const read = decoder.reader(places);
  const history = historyOf(decoder.model);
  const calls = symbols.map((symbol) => grainsOf(symbol)[CALL]!);
  const emissions = narrow.first.map((context, k) => {
    const decoded = roles.narrow(read(context), given.roles[narrow.second[k]!]!);
    // What the trace's own stacks tell is certain.
    if (decoded === null || decoder instanceof RecordedDecoder) return decoded;
    return history.emission(decoded, calls[contexts.symbol[context]!]!);
  });
  const threads = trace.threads.length;
  const rows = decodeRows(history, { length: endRow, threads, thread }, cellOf, emissions);
  const parents = decoder.model.nodes.map(([parent]) => parent);
  decodeForeign(rows, cellOf, thread, threads, parents);
  const { first, second, size: cells } = rows.cells;
  const ofCell = new Uint32Array(cells);
  const shares = decoder instanceof RecordedDecoder ? null : knownShares(decoder.model, places);
  inBlocks(firstRow, endRow, (first, end) => {
    for (let i = first; i < end; i++) ofCell[rows.of[i]!]!++;
  });
  return {
    size: cells,
    context: Int32Array.from(first, (k) => narrow.first[k]!),
    role: Int32Array.from(first, (k) => narrow.second[k]!),
    roles: given.roles,
    roleOfThread: given.ofThread,
    ofRow: rows.of,
    calls: ofCell,
    known: Uint8Array.from(first, (k) => (emissions[k] === null ? 0 : 1)),
    lost: Float64Array.from(first, (k) => (shares === null ? 0 : 1 - shares[narrow.first[k]!]!)),
    decode: (cell) => rows.decoded[second[cell]!] ?? UNKNOWN,
  };
}

/** Instead of a node: the stacks of such calls were nearly all lost in learning. */
export const LOST = -2;

/** Per cell: its likeliest node, 0 where it is nobody's; -1 where threads of its role never issued such calls in learning; or LOST. */
export function likeliestNodes(cells: Cells): Int32Array {
  return Int32Array.from(cells.known, (known, cell) => {
    if (!known) return -1;
    if (cells.lost[cell]! > 0) return LOST;
    const { nodes, weights } = cells.decode(cell);
    let best = -1;
    for (let j = 0; j < nodes.length; j++) if (best < 0 || weights[j]! > weights[best]!) best = j;
    return best < 0 ? 0 : nodes[best]!;
  });
}
