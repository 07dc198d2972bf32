/**
 * Shortest ways through functions that learning never saw, in the call graph of the binary. Pure.
 */
import type { CallGraph } from '../../../binary/call-graph.js';

/** Longer chains of functions that never issued a call are possible everywhere, and so say nothing. */
const MOST_UNSEEN = 3;

export interface Ways {
  /** Per unseen function on a way: share of the ways that lead through it, 0..1. */
  readonly shares: ReadonlyMap<number, number>;
  /** Unseen functions of one of them, caller first. */
  readonly example: readonly number[];
}

/**
 * Ways from the function `from` over one to three unseen functions to an end: a function that `isEnd`, or one that calls what
 * issues the call (`issues`). All shortest ones weigh the same, and a direct call to an end, which needs no unseen function, is
 * one way more. Null when there is none. O(edges within reach).
 */
export function waysBetween(
  graph: CallGraph,
  from: number,
  unseen: (f: number) => boolean,
  isEnd: (f: number) => boolean,
  issues: (f: number) => boolean,
): Ways | null {
  const callees = (f: number) => graph.callees.subarray(graph.offsets[f]!, graph.offsets[f + 1]!);
  // A way ends in a function once, however many ends it calls: which one it was makes no other suspect.
  const ends = (f: number) => issues(f) || callees(f).some(isEnd);
  const direct = ends(from) ? 1 : 0;
  /** Ways from `from` to each function of a level; levels by distance. */
  const levels: Map<number, number>[] = [new Map([[from, 1]])];
  const reached = new Set([from]);
  for (let depth = 1; depth <= MOST_UNSEEN; depth++) {
    const level = new Map<number, number>();
    for (const [f, ways] of levels[depth - 1]!)
      for (const c of callees(f)) if (!reached.has(c) && unseen(c)) level.set(c, (level.get(c) ?? 0) + ways);
    if (level.size === 0) return null;
    level.forEach((_, f) => reached.add(f));
    levels.push(level);
    const last = [...level.keys()].filter(ends);
    if (last.length > 0) return shared(levels, last, direct, callees);
  }
  return null;
}

function shared(
  levels: readonly ReadonlyMap<number, number>[],
  last: readonly number[],
  direct: number,
  callees: (f: number) => Uint32Array,
): Ways {
  const total = direct + last.reduce((sum, f) => sum + levels.at(-1)!.get(f)!, 0);
  const shares = new Map<number, number>();
  const example: number[] = [];
  /** Ways from a function of the level to an end. */
  let onward = new Map(last.map((f) => [f, 1]));
  for (let depth = levels.length - 1; depth > 0; depth--) {
    for (const [f, ways] of onward) shares.set(f, (levels[depth]!.get(f)! * ways) / total);
    const next = example[0];
    example.unshift(
      [...onward.keys()].filter((f) => next === undefined || callees(f).includes(next)).sort((a, b) => a - b)[0]!,
    );
    const before = new Map<number, number>();
    for (const f of levels[depth - 1]!.keys())
      for (const c of callees(f)) if (onward.has(c)) before.set(f, (before.get(f) ?? 0) + onward.get(c)!);
    onward = before;
  }
  return { shares, example };
}
