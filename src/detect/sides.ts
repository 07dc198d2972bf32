/**
 * Connections that are older than the trace, and that the program opened itself (to a database, say). Nothing in the trace shows
 * who opened them; but the functions that use them do, once calls are decoded: learning knows under which functions connections of
 * either side were used. Naive Bayes over the calls on a descriptor, with nodes of the calling-context tree as features:
 *
 *   evidence = mean over calls, and over their decoded nodes, of ln(P(node | opened by the program) / P(node | accepted))
 *
 * O(rows + learned contexts).
 */
import { ACCEPTED, CONNECTED, DescriptorPast } from '../context/descriptors.js';
import { FIRST_COUNT } from '../context/decoder.js';
import { parseSymbol } from '../context/symbols.js';
import type { ContextModel } from '../signatures/context-model.js';
import { kindCode } from '../trace/kinds.js';
import type { Cells, Scene } from './scene.js';

/** Three to one, on average, is what it takes. */
const CERTAIN = Math.log(3);
/** Fewer calls on a connection say nothing. */
const FEWEST = 4;
/** Of each connection so many calls are decoded at most. */
const ENOUGH = 1000;

/** Key of a descriptor of a process in `ownOldConnections`. */
export const descriptorKey = (pid: number, descriptor: number): number => pid * 0x100000 + descriptor;

/** Keys of connections that were open when the trace began and that the program opened itself. */
export function ownOldConnections(scene: Scene, cells: Cells): Set<number> {
  const evidence = sideEvidence(scene.decoder.model);
  const own = new Set<number>();
  if (evidence === null) return own;
  const { columns, threads, calls } = scene.trace;
  const { call, descriptor, kind, thread } = columns;
  const connections = [kindCode('tcp'), kindCode('unix'), kindCode('socket')];
  const makers = calls.map((name) => DescriptorPast.creates(name));
  const sums = new Map<number, { sum: number; calls: number }>();
  // Descriptors that were made since the trace began: their side is known from how.
  const young = new Set<number>();
  for (let i = 0; i < scene.endRow; i++) {
    const { pid } = threads[thread[i]!]!;
    if (makers[call[i]!]! && columns.result[i]! >= 0) young.add(descriptorKey(pid, columns.result[i]!));
    const d = descriptor[i]!;
    if (d < 0 || !connections.includes(kind[i]!)) continue;
    const key = descriptorKey(pid, d);
    if (young.has(key) || cells.ofRow[i]! < 0) continue;
    let so = sums.get(key);
    if (so === undefined) sums.set(key, (so = { sum: 0, calls: 0 }));
    if (so.calls === ENOUGH) continue;
    const { nodes, weights } = cells.decode(cells.ofRow[i]!);
    nodes.forEach((node, j) => (so.sum += weights[j]! * evidence[node]!));
    so.calls++;
  }

  for (const [key, { sum, calls: n }] of sums) if (n >= FEWEST && sum > CERTAIN * n) own.add(key);
  return own;
}

/** Per node: ln(P(node | opened by the program) / P(node | accepted)), with half a call added; null where learning knows but one side. */
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
