/**
 * The scene: what all detectors look at. Rows of the window in their places (contexts and classes of calls), the role of each
 * thread, and cells: a context in a role, which is as much as decoding can tell apart. Linear in the rows.
 */
import type { Decoded } from '../context/decoder.js';
import { Decoder } from '../context/decoder.js';
import { type Places, placesOf } from '../context/places.js';
import { RecordedDecoder, partedByNode } from '../context/recorded.js';
import { TupleNumbers } from '../context/tuple-numbers.js';
import type { MethodInput } from '../method.js';
import type { Trace } from '../trace/table.js';
import { inBlocks } from './counts.js';
import { type Role, type Roles, learnRoles } from './roles.js';

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

/** Threads and contexts, folded: see `cellsOf`. */
export interface Cells {
  readonly size: number;
  readonly context: Int32Array;
  readonly role: Int32Array;
  readonly roles: readonly Role[];
  /** Per thread: index into `roles`. */
  readonly roleOfThread: Int32Array;
  /** Per role and place (role * places + place): its cell, -1 where no call of the trace up to the end of the window is. */
  readonly ofPlace: Int32Array;
  /** Per thread: where the places of its role begin in that. */
  readonly ofThread: Int32Array;
  /** The cell of a row before the end of the window. */
  ofRow(row: number): number;
  /** Per cell: calls of the window. */
  readonly calls: Uint32Array;
  decode(cell: number): Decoded;
}

export function sceneOf(input: MethodInput): Scene {
  const { trace, signatures, fromNs, toNs, nodeOfStack } = input;
  const decoder = nodeOfStack === undefined ? new Decoder(signatures.model) : new RecordedDecoder(signatures.model);
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

/** Gives each thread its role, as its calls before `onsetNs` tell it, and folds rows into cells. */
export function cellsOf(scene: Scene, onsetNs: number): Cells {
  const { trace, places, decoder, firstRow, endRow } = scene;
  const roles: Roles = learnRoles(decoder);
  const given = roles.ofThreads(scene, onsetNs);
  const { ofRow, contextOf } = places;
  const { thread } = trace.columns;
  const size = contextOf.length;
  const ofPlace = new Int32Array(given.roles.length * size).fill(-1);
  const calls = new Uint32Array(ofPlace.length);
  const base = given.ofThread.map((role) => role * size);
  /** Where there are calls, in the order of the first. */
  const met: number[] = [];
  const count = (first: number, end: number) => {
    for (let i = first; i < end; i++) {
      const at = base[thread[i]!]! + ofRow[i]!;
      if (calls[at]!++ === 0) met.push(at);
    }
  };
  inBlocks(0, Math.min(firstRow, endRow), count);
  // Rows before the window have cells, but do not count.
  calls.fill(0);
  inBlocks(firstRow, endRow, count);
  const index = new TupleNumbers(); // a context and a role
  for (const at of met) ofPlace[at] = index.intern(contextOf[at % size]!, Math.floor(at / size));
  const ofCell = new Uint32Array(index.size);
  calls.forEach((n, at) => {
    if (n > 0) ofCell[ofPlace[at]!]! += n;
  });
  const { first: context, second: role } = index;
  const read = decoder.reader(places);
  const done: Decoded[] = [];
  return {
    size: index.size,
    context: Int32Array.from(context),
    role: Int32Array.from(role),
    roles: given.roles,
    roleOfThread: given.ofThread,
    ofPlace,
    ofThread: base,
    ofRow: (row) => ofPlace[base[thread[row]!]! + ofRow[row]!]!,
    calls: ofCell,
    decode: (cell) => (done[cell] ??= roles.narrow(read(context[cell]!), given.roles[role[cell]!]!)),
  };
}
