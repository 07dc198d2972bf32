/**
 * Calls over time, each under its likeliest stack. A timeline draws every single one, so only so many around the onset are taken; a
 * window of one's own (`from`, `to`) shows others. O(rows). Pure.
 */
import { KIND, grainsOf } from '../context/symbols.js';
import { type Cells, type Scene, lowerBound } from '../methods/fused/scene/scene.js';
import type { SignatureDatabase } from '../signatures/database.js';
import type { CallSlices, ThreadSlices } from './slices.js';
import { UNKNOWN_FUNCTION } from './stack-profile.js';

/** Calls at most: viewers get slow beyond some hundred thousand slices, and there are several a call. */
const MOST_CALLS = 60_000;
/** Of these, as many from before the onset, to compare with. */
const BEFORE = 0.3;

type Columns = { -readonly [K in 'begin' | 'end' | 'stack' | 'call' | 'certainty']: number[] };

export function slicesOf(
  scene: Scene,
  cells: Cells,
  onsetNs: number,
  { functions, model }: Pick<SignatureDatabase, 'functions' | 'model'>,
  source: CallSlices['source'],
): CallSlices {
  const { trace, places, fromNs, toNs } = scene;
  const { start, duration, thread } = trace.columns;
  const [first, end] = rowsAround(scene, onsetNs);
  const stacks: string[][] = [];
  const stackNumbers = new Map<number, number>();
  const likeliest = new Map<number, readonly [stack: number, certainty: number]>();
  const stackOf = (node: number): number => {
    let n = stackNumbers.get(node);
    if (n === undefined) {
      const path: string[] = [];
      for (let at = node; at > 0; at = model.nodes[at]![0]) path.push(functions[model.nodes[at]![1]]!.name);
      stackNumbers.set(
        node,
        (n = stacks.push(node < 0 && source !== 'none' ? [UNKNOWN_FUNCTION] : path.reverse()) - 1),
      );
    }
    return n;
  };
  const decode = (cell: number) => {
    let found = likeliest.get(cell);
    if (found === undefined) {
      const { nodes, weights } = cells.decode(cell);
      let best = -1;
      weights.forEach((w, i) => (best = best < 0 || w > weights[best]! ? i : best));
      found = best < 0 ? [stackOf(-1), 0] : [stackOf(nodes[best]!), Math.min(1, weights[best]!)];
      likeliest.set(cell, found);
    }
    return found;
  };
  const texts = places.symbols.map((s) => grainsOf(s)[KIND]!);
  const calls = [...new Set(texts)];
  const number = new Map(calls.map((text, i) => [text, i]));
  const ofSymbol = texts.map((text) => number.get(text)!);
  const columns = trace.threads.map((): Columns => ({ begin: [], end: [], stack: [], call: [], certainty: [] }));
  for (let i = first; i < end; i++) {
    const c = columns[thread[i]!]!;
    const begin = start[i]!;
    // Calls of a thread follow each other, whatever rounding of their times makes of that.
    if (c.end.length > 0 && c.end.at(-1)! > begin / 1e9) c.end[c.end.length - 1] = begin / 1e9;
    const cell = cells.ofRow[i]!;
    const [stack, certainty] = decode(cell);
    c.begin.push(begin / 1e9);
    c.end.push(Math.min(toNs, begin + Math.max(0, duration[i]! || 0)) / 1e9);
    c.stack.push(stack);
    c.call.push(ofSymbol[places.contexts.symbol[cells.context[cell]!]!]!);
    c.certainty.push(certainty);
  }
  const threads = trace.threads
    .map(({ pid, tid, name }, t): ThreadSlices => ({ pid, tid, name, ...columns[t]! }))
    .filter((t) => t.begin.length > 0);
  const from = first > scene.firstRow ? start[first]! : fromNs;
  const to = end < scene.endRow ? start[end]! : toNs;
  return { source, onset: onsetNs / 1e9, from: from / 1e9, to: to / 1e9, stacks, calls, threads };
}

function rowsAround({ trace, firstRow, endRow }: Scene, onsetNs: number): readonly [number, number] {
  if (endRow - firstRow <= MOST_CALLS) return [firstRow, endRow];
  const onsetRow = lowerBound(trace, onsetNs);
  const first = Math.max(firstRow, Math.min(onsetRow - Math.round(BEFORE * MOST_CALLS), endRow - MOST_CALLS));
  return [first, Math.min(endRow, first + MOST_CALLS)];
}
