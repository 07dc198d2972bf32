/**
 * Between which rows calls return that stand on two lines, where times are too coarse to tell: the order of the lines does. The same
 * wherever the input was cut.
 */
import type { OrphanExit, TraceChunk } from './chunk.js';

/** Times in coarser steps than this say less than the order of the lines; strace prints microseconds, ns. */
export const FINE_STEP_NS = 1000;

interface Return {
  readonly row: number;
  readonly position: number;
  readonly order: number;
}

/**
 * Pairs of a row of the trace and that of the row behind its return, in order. `at`: where the chunk's rows begin, `placeOf` a row of
 * theirs. `joined`: returns of calls of earlier chunks, `unseen` those that have rows of their own.
 */
export function returnsBetweenRows(
  chunk: TraceChunk,
  at: number,
  placeOf: (row: number) => number,
  joined: readonly { readonly row: number; readonly orphan: OrphanExit }[],
  unseen: readonly OrphanExit[],
): number[] {
  const { returns = [], orphans, stepNs = 1, clock } = chunk;
  if (clock === 'none' || clock === 'relative' || !(stepNs > FINE_STEP_NS && stepNs < Infinity)) return [];
  const indexOf = new Map(orphans.map((orphan, index) => [orphan, index]));
  /** Of an orphan: behind the returns that came before, and in the order of orphans. */
  const orderOf = (orphan: OrphanExit) =>
    (orphan.returnsBefore ?? 0) - 1 + (indexOf.get(orphan)! + 1) / (orphans.length + 1);
  const all: Return[] = joined.map(({ row, orphan }) => ({ row, position: orphan.position, order: orderOf(orphan) }));
  for (let k = 0; 2 * k < returns.length; k++)
    all.push({ row: placeOf(returns[2 * k]!), position: returns[2 * k + 1]!, order: k });
  all.sort((a, b) => a.position - b.position || a.order - b.order);
  let between = 0;
  return all.flatMap(({ row, position, order }) => {
    for (; between < unseen.length; between++) {
      const other = unseen[between]!;
      if (other.position > position || (other.position === position && orderOf(other) > order)) break;
    }
    return [row, at + position + between];
  });
}
