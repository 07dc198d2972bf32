/**
 * Connections that are older than the trace, and that the program opened itself (to a database, say). Their ports tell, where the
 * tracer showed them (FLAG_CONNECTED). Else the functions that use them do, once calls are decoded: learning knows under which
 * functions connections of either side were used. Naive Bayes over the calls on a descriptor, with nodes of the calling-context tree as features:
 *
 *   evidence = mean over calls, and over their decoded nodes, of ln(P(node | opened by the program) / P(node | accepted))
 *
 * O(rows + learned contexts).
 */
import { ACCEPTED, CONNECTED, createsDescriptor } from '../../../context/descriptors.js';
import { FIRST_COUNT } from '../../../context/decoder.js';
import { parseSymbol } from '../../../context/symbols.js';
import { inBlocks } from '../../../lib/in-blocks.js';
import { oncePer } from '../../../lib/once.js';
import type { ContextModel } from '../../../signatures/context-model.js';
import { kindCode } from '../../../trace/kinds.js';
import { FLAG_ACCEPTED, FLAG_CONNECTED } from '../../../trace/table.js';
import { ByDescriptor } from './by-descriptor.js';
import type { Cells, Scene } from './scene.js';

/** Three to one, on average, is what it takes. */
const CERTAIN = Math.log(3);
/** Fewer calls on a connection say nothing. */
const FEWEST = 4;
/** Of each connection so many calls are decoded at most. */
const ENOUGH = 1000;

/** What speaks for the program having opened a connection; young: what has its number now was made since the trace began. */
interface OldConnection {
  sum: number;
  calls: number;
  young: boolean;
}

/** Connections that were open when the trace began and that the program opened itself. */
export function ownOldConnections(scene: Scene, cells: Cells): ByDescriptor<OldConnection> {
  const evidence = sideEvidenceOf(scene.decoder.model);
  const found = new ByDescriptor<OldConnection>(scene.trace.threads);
  const { columns, calls } = scene.trace;
  const { call, descriptor, flags, kind, result, thread } = columns;
  const connects = new Uint8Array(256);
  for (const name of ['tcp', 'unix', 'socket'] as const) connects[kindCode(name)] = 1;
  const makers = Uint8Array.from(calls, (name) => (createsDescriptor(name) ? 1 : 0));
  const make = (process: number, d: number) => {
    const older = found.get(process, d);
    if (older === undefined) found.set(process, d, { sum: 0, calls: 0, young: true });
    else older.young = true;
  };
  /** A call on a connection that may be older than the trace. */
  const see = (connection: OldConnection, i: number) => {
    const told = flags[i]! & (FLAG_ACCEPTED | FLAG_CONNECTED);
    if (told !== 0) {
      connection.sum = told === FLAG_CONNECTED ? Infinity : -Infinity;
      connection.calls = ENOUGH;
      return;
    }
    if (evidence === null) return;
    const { nodes, weights } = cells.decode(cells.ofRow[i]!);
    for (let j = 0; j < nodes.length; j++) connection.sum += weights[j]! * evidence[nodes[j]!]!;
    connection.calls++;
  };
  inBlocks(0, scene.endRow, (first, end) => {
    for (let i = first; i < end; i++) {
      // The side of what was made since the trace began is known from how.
      if (makers[call[i]!] === 1) make(found.processOf[thread[i]!]!, result[i]!);
      const d = descriptor[i]!;
      if (d < 0 || connects[kind[i]!] === 0) continue;
      const process = found.processOf[thread[i]!]!;
      let connection = found.get(process, d);
      if (connection === undefined) found.set(process, d, (connection = { sum: 0, calls: 0, young: false }));
      if (!connection.young && connection.calls < ENOUGH) see(connection, i);
    }
  });
  found.forEach(({ sum, calls: n }, process, d) => {
    if (n < FEWEST || sum <= CERTAIN * n) found.set(process, d, undefined);
  });
  return found;
}

/** Per node: ln(P(node | opened by the program) / P(node | accepted)), with half a call added; null where learning knows but one side. */
const sideEvidenceOf = oncePer(sideEvidence);
function sideEvidence(model: ContextModel): Float64Array | null {
  const sides = model.symbols.map((text) => {
    const { side } = parseSymbol(text);
    return side === '>' ? CONNECTED : side === '<' ? ACCEPTED : 0;
  });
  const counts = [ACCEPTED, CONNECTED].map(() => new Float64Array(model.nodes.length));
  const totals = [0, 0];
  for (const row of model.contexts) {
    const side = sides[row[2]!]! - ACCEPTED;
    if (side < 0) continue;
    for (let j = FIRST_COUNT; j < row.length; j += 2) {
      counts[side]![row[j]!]! += row[j + 1]!;
      totals[side]! += row[j + 1]!;
    }
  }
  if (totals[0] === 0 || totals[1] === 0) return null;
  const share = (side: number, node: number) => (counts[side]![node]! + 0.5) / (totals[side]! + 1);
  return Float64Array.from(model.nodes, (_, node) => Math.log(share(1, node) / share(0, node)));
}
