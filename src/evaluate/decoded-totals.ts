/** Calls and time of a window by function, as decoding attributes them. Pure; linear in the rows and in nodes x depth. */
import { contextsOf } from '../context/contexts.js';
import { Decoder } from '../context/decoder.js';
import type { MethodInput } from '../methods/method.js';

export interface FunctionTotals {
  /** Expected number of calls with the function as the innermost one of the program; and anywhere on the stack. */
  readonly ownCalls: Float64Array;
  readonly allCalls: Float64Array;
  /** The same for their durations within the window, ns. */
  readonly ownTime: Float64Array;
  readonly allTime: Float64Array;
}

export function decodedTotals({ trace, signatures, fromNs, toNs }: MethodInput): FunctionTotals {
  const { model } = signatures;
  const rows = contextsOf(trace);
  const read = new Decoder(model).reader(rows);
  const { start, duration } = trace.columns;
  const calls = new Float64Array(model.nodes.length);
  const time = new Float64Array(model.nodes.length);
  for (let i = 0; i < trace.length; i++) {
    if (start[i]! < fromNs || start[i]! >= toNs) continue;
    const lasted = Math.min(duration[i]!, toNs - start[i]!) || 0;
    const { nodes, weights } = read(rows.context[i]!);
    for (let n = 0; n < nodes.length; n++) {
      calls[nodes[n]!]! += weights[n]!;
      time[nodes[n]!]! += weights[n]! * lasted;
    }
  }
  const size = signatures.functions.length;
  const [ownCalls, allCalls] = byFunction(model.nodes, calls, size);
  const [ownTime, allTime] = byFunction(model.nodes, time, size);
  return { ownCalls, allCalls, ownTime, allTime };
}

/** Sums over nodes to sums over functions: of the node's own function, and of every function above it, once each. */
function byFunction(
  nodes: readonly (readonly [parent: number, fn: number])[],
  values: Float64Array,
  size: number,
): [own: Float64Array, all: Float64Array] {
  const own = new Float64Array(size);
  const all = new Float64Array(size);
  for (let node = 1; node < nodes.length; node++) {
    const value = values[node]!;
    if (value === 0) continue;
    own[nodes[node]![1]]! += value;
    const seen = new Set<number>();
    for (let n = node; n > 0; n = nodes[n]![0]) seen.add(nodes[n]![1]);
    for (const fn of seen) all[fn]! += value;
  }
  return [own, all];
}
