/**
 * The stack profile of a window: calls and thread time are summed up by cell (what decoding can tell apart), and each cell's sums
 * are divided among the stacks that it decodes to, by their probabilities. O(rows + cells x stacks a cell). Pure.
 */
import { KIND, grainsOf } from '../context/symbols.js';
import type { Cells, Scene } from '../methods/fused/scene/scene.js';
import { type Times, threadTimes } from '../methods/fused/scene/thread-time.js';
import type { SignatureDatabase } from '../signatures/database.js';
import { type StackProfile, type StackWeights, UNKNOWN_FUNCTION, type WeighedStack } from './stack-profile.js';

/** Stacks with less than this share of the calls and of the time are left out: decoding leaves such crumbs by the thousand. */
const LEAST_SHARE = 1e-5;

/** Sums by cell, in one part of the window; times in ns. */
interface Sums extends Times {
  readonly calls: Float64Array;
}

/** What a cell's symbol and a node come to. */
interface Entry {
  readonly node: number;
  readonly call: string;
  readonly before: Mutable<StackWeights>;
  readonly after: Mutable<StackWeights>;
  /** Over its calls: sums of probability, and of its square. */
  likely: number;
  squares: number;
}
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const NOWHERE = -1;

export function weighedStacks(
  scene: Scene,
  cells: Cells,
  onsetNs: number,
  { functions, model }: Pick<SignatureDatabase, 'functions' | 'model'>,
  source: StackProfile['source'],
): StackProfile {
  const [before, after] = sumsOf(scene, cells, onsetNs);
  const texts = scene.places.symbols.map((s) => grainsOf(s)[KIND]!);
  const entries = new Map<string, Entry>();
  for (let cell = 0; cell < cells.size; cell++) {
    const calls = before.calls[cell]! + after.calls[cell]!;
    if (calls === 0 && before.between[cell]! + after.between[cell]! === 0) continue;
    const call = texts[scene.places.contexts.symbol[cells.context[cell]!]!]!;
    const { nodes, weights } = cells.decode(cell);
    const add = (node: number, p: number) => {
      const key = `${node} ${call}`;
      let entry = entries.get(key);
      if (entry === undefined)
        entries.set(key, (entry = { node, call, before: nothing(), after: nothing(), likely: 0, squares: 0 }));
      addPart(entry.before, before, cell, p);
      addPart(entry.after, after, cell, p);
      // Of a call that lasts from before the window there is time alone.
      entry.likely += Math.max(1, calls) * p;
      entry.squares += Math.max(1, calls) * p * p;
    };
    if (nodes.length === 0) add(NOWHERE, 1);
    else nodes.forEach((node, i) => add(node, weights[i]!));
  }
  const names = functions.map((f) => f.name);
  const stackOf = (node: number): string[] => {
    if (node === NOWHERE) return [UNKNOWN_FUNCTION];
    const path: string[] = [];
    for (let n = node; n > 0; n = model.nodes[n]![0]) path.push(names[model.nodes[n]![1]]!);
    return path.reverse();
  };
  const stacks = kept([...entries.values()]).map(({ node, call, likely, squares, ...weights }): WeighedStack => {
    // A call without context to decode says nothing about its stack, however sure that is.
    const certainty = node === NOWHERE ? 0 : Math.min(1, squares / likely);
    return { stack: source === 'none' ? [] : stackOf(node), call, ...weights, certainty };
  });
  return { source, from: scene.fromNs / 1e9, onset: onsetNs / 1e9, to: scene.toNs / 1e9, stacks };
}

const nothing = (): Mutable<StackWeights> => ({ calls: 0, callTime: 0, gapTime: 0 });

function addPart(to: Mutable<StackWeights>, from: Sums, cell: number, p: number): void {
  to.calls += from.calls[cell]! * p;
  to.callTime += (from.inside[cell]! * p) / 1e9;
  to.gapTime += (from.between[cell]! * p) / 1e9;
}

const callsOf = ({ before, after }: Entry) => before.calls + after.calls;
const timeOf = ({ before, after }: Entry) => before.callTime + before.gapTime + after.callTime + after.gapTime;

/** Those worth a look, in falling order of time, then of calls. */
function kept(entries: readonly Entry[]): Entry[] {
  const calls = entries.reduce((sum, e) => sum + callsOf(e), 0);
  const time = entries.reduce((sum, e) => sum + timeOf(e), 0);
  return entries
    .filter((e) => callsOf(e) > LEAST_SHARE * calls || timeOf(e) > LEAST_SHARE * time)
    .sort((a, b) => timeOf(b) - timeOf(a) || callsOf(b) - callsOf(a) || a.node - b.node || (a.call < b.call ? -1 : 1));
}

/** Before and after the onset, within the window: calls by their begin, times as far as they lie in each part. */
function sumsOf(scene: Scene, cells: Cells, onsetNs: number): readonly [Sums, Sums] {
  const { trace, fromNs, toNs, firstRow, endRow } = scene;
  const { start } = trace.columns;
  const { before, after, endNs, lastCell } = threadTimes(scene, cells, onsetNs);
  const [early, late] = [new Float64Array(cells.size), new Float64Array(cells.size)];
  for (let i = firstRow; i < endRow; i++) (start[i]! < onsetNs ? early : late)[cells.ofRow[i]!]!++;
  // A thread that went silent computes, or is off the processor, after its last call: nothing tells what would have come.
  trace.threads.forEach(({ exitNs }, t) => {
    const cell = lastCell[t]!;
    if (cell < 0) return;
    const [from, to] = [endNs[t]!, exitNs ?? toNs];
    before.between[cell]! += Math.max(0, Math.min(to, onsetNs) - Math.max(from, fromNs));
    after.between[cell]! += Math.max(0, Math.min(to, toNs) - Math.max(from, onsetNs));
  });
  return [
    { ...before, calls: early },
    { ...after, calls: late },
  ];
}
