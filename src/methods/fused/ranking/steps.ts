/**
 * Steps: what a thread does from one call that its role knows to the next, between two nodes of the calling-context tree. Of a thread that
 * went silent, that neither ended nor waits in a call, the last one did not come to its end: it is of the kinds that are missing.
 */
import { TupleNumbers } from '../../../context/tuple-numbers.js';
import { FLAG_UNFINISHED } from '../../../trace/table.js';
import { ROWS_KEPT } from '../finding.js';
import type { Cells, Scene } from '../scene/scene.js';

/** A kind of step, from node to node: what it took before and after the onset, ns; how often it came, and how often after the onset. */
export interface StepKind {
  readonly from: number;
  readonly to: number;
  early: number;
  late: number;
  times: number;
  lateTimes: number;
  /** The first rows after the onset that end one. */
  readonly rows: number[];
}

export interface Steps {
  /** Those that did not end among them, each in parts. */
  readonly kinds: readonly StepKind[];
  /** Time after the onset of those that did not end, ns, by the node that they were going to; where nothing tells, that they came from. */
  readonly silent: ReadonlyMap<number, number>;
}

/** O(rows). */
export function stepsOf(scene: Scene, cells: Cells, onsetNs: number): Steps {
  const { trace, fromNs, toNs, endRow } = scene;
  const nodeOf = Int32Array.from(cells.known, (known, cell) => (known ? likeliest(cells, cell) : -1));
  const { start, duration, thread } = trace.columns;
  const numbers = new TupleNumbers(); // from, to
  const kinds: StepKind[] = [];
  const last = new Int32Array(trace.threads.length).fill(-1);
  const endNs = new Float64Array(trace.threads.length);
  for (let i = 0; i < endRow; i++) {
    const to = nodeOf[cells.ofRow[i]!]!;
    if (to < 0) continue;
    const t = thread[i]!;
    const begin = start[i]!;
    if (last[t]! >= 0) {
      const k = numbers.intern(last[t]!, to);
      const kind = (kinds[k] ??= { from: last[t]!, to, early: 0, late: 0, times: 0, lateTimes: 0, rows: [] });
      kind.times++;
      kind.early += Math.max(0, Math.min(begin, onsetNs) - Math.max(endNs[t]!, fromNs));
      if (begin >= onsetNs) {
        kind.late += Math.max(0, Math.min(begin, toNs) - Math.max(endNs[t]!, onsetNs));
        kind.lateTimes++;
        if (kind.rows.length < ROWS_KEPT) kind.rows.push(i);
      }
    }
    last[t] = to;
    endNs[t] = begin + (duration[i]! > 0 ? duration[i]! : 0);
  }
  return { kinds, silent: shareSilences(kinds, silencesOf(scene, last, onsetNs)) };
}

/** Steps that did not end: how many, and how long they are after the onset together, ns. */
interface Silence {
  readonly times: number;
  readonly ns: number;
}

/** By the node where they began. `last`: by thread, the node of its last known call, -1 if there is none. */
function silencesOf({ trace, toNs, endRow }: Scene, last: Int32Array, onsetNs: number): Map<number, Silence> {
  const { start, duration, thread, flags } = trace.columns;
  const since = new Float64Array(last.length);
  for (let i = 0; i < endRow; i++) {
    const waits = (flags[i]! & FLAG_UNFINISHED) !== 0;
    since[thread[i]!] = waits ? Infinity : start[i]! + (duration[i]! > 0 ? duration[i]! : 0);
  }
  const found = new Map<number, Silence>();
  trace.threads.forEach(({ exitNs }, t) => {
    const ns = toNs - Math.max(since[t]!, onsetNs);
    if (last[t]! < 0 || exitNs !== null || !(ns > 0)) return;
    const before = found.get(last[t]!) ?? { times: 0, ns: 0 };
    found.set(last[t]!, { times: before.times + 1, ns: before.ns + ns });
  });
  return found;
}

/**
 * Adds the steps that did not end to the kinds that are missing: so many of each kind as began at the same node were to be expected after
 * the onset, as before it, and so many came. O(kinds).
 */
function shareSilences(kinds: readonly StepKind[], silences: ReadonlyMap<number, Silence>): Map<number, number> {
  const next = new Map<number, StepKind[]>(Array.from(silences.keys(), (from) => [from, []]));
  for (const kind of kinds) next.get(kind.from)?.push(kind);
  const silent = new Map<number, number>();
  const add = (node: number, ns: number) => silent.set(node, (silent.get(node) ?? 0) + ns);
  for (const [from, { times, ns }] of silences) {
    const after = next.get(from)!;
    const early = after.reduce((sum, k) => sum + k.times - k.lateTimes, 0);
    const late = after.reduce((sum, k) => sum + k.lateTimes, times);
    const missing = after.map((k) => Math.max(0, (late * (k.times - k.lateTimes)) / Math.max(1, early) - k.lateTimes));
    const all = missing.reduce((sum, x) => sum + x, 0);
    if (!(all > 0)) {
      add(from, ns);
      continue;
    }
    after.forEach((kind, j) => {
      const share = missing[j]! / all;
      if (share === 0) return;
      kind.late += share * ns;
      kind.lateTimes += share * times;
      kind.times += share * times;
      add(kind.to, share * ns);
    });
  }
  return silent;
}

function likeliest(cells: Cells, cell: number): number {
  const { nodes, weights } = cells.decode(cell);
  let best = -1;
  for (let j = 0; j < nodes.length; j++) if (best < 0 || weights[j]! > weights[best]!) best = j;
  return best < 0 ? 0 : nodes[best]!;
}
