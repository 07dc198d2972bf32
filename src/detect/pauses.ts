/** Long stretches of time, by class of call: what was usual before the onset, and the odd ones as items. */
import type { Item } from './finding.js';
import { ROWS_KEPT } from './finding.js';
import type { Cells, Scene } from './scene.js';

export interface Pause {
  readonly row: number;
  /** Row before it in its thread, -1 at the thread's first. */
  readonly before: number;
  /** Length beyond the reference. */
  readonly ns: number;
  readonly reference: number;
  readonly unfinished: boolean;
}

/**
 * Reference lengths before a moment: of the class of a row (call after call), else of its call alone if `byCallToo`, else the
 * least. Sorted on first use; O(rows log rows) in the worst case, few classes are asked for.
 */
export class References {
  private readonly byClass: number[][] = [];
  private readonly byCall = new Map<string, number[]>();
  private readonly sorted = new Set<number[]>();

  constructor(
    private readonly scene: Scene,
    untilNs: number,
    private readonly least: number,
    measure: (row: number, before: number) => number,
    private readonly byCallToo = true,
  ) {
    const { trace, classOf, classes, firstRow, endRow } = scene;
    const last = new Int32Array(trace.threads.length).fill(-1);
    for (let i = firstRow; i < endRow && trace.columns.start[i]! < untilNs; i++) {
      const t = trace.columns.thread[i]!;
      const length = measure(i, last[t]!);
      last[t] = i;
      if (Number.isNaN(length)) continue;
      const k = classOf[i]!;
      (this.byClass[k] ??= []).push(length);
      const { call } = classes[k]!;
      let list = this.byCall.get(call);
      if (list === undefined) this.byCall.set(call, (list = []));
      list.push(length);
    }
  }

  of(row: number, quantile: number): number {
    const k = this.scene.classOf[row]!;
    const list = this.byClass[k] ?? (this.byCallToo ? this.byCall.get(this.scene.classes[k]!.call) : undefined);
    if (list === undefined) return this.least;
    if (!this.sorted.has(list)) {
      list.sort((a, b) => a - b);
      this.sorted.add(list);
    }
    return Math.max(this.least, list[Math.min(list.length - 1, Math.floor(list.length * quantile))]!);
  }
}

/** Time of the thread with most pauses: noise spreads over all threads, a defect has its thread. */
export function worstThread(scene: Scene, pauses: readonly Pause[]): number {
  const sums = new Map<number, number>();
  let most = 0;
  for (const { row, ns } of pauses) {
    const t = scene.trace.columns.thread[row]!;
    const sum = (sums.get(t) ?? 0) + ns;
    sums.set(t, sum);
    most = Math.max(most, sum);
  }
  return most;
}

/** Pauses gathered by class of call, longest sum first. `code` is the sentence's. */
export function itemsOf(scene: Scene, cells: Cells, pauses: readonly Pause[], code: string): Item[] {
  const byClass = new Map<number, Pause[]>();
  for (const p of pauses) {
    const list = byClass.get(scene.classOf[p.row]!);
    if (list === undefined) byClass.set(scene.classOf[p.row]!, [p]);
    else list.push(p);
  }
  const items = [...byClass].map(([k, list]): Item => {
    const { before, call } = scene.classes[k]!;
    const seconds = list.reduce((sum, p) => sum + p.ns, 0) / 1e9;
    const unfinished = list.filter((p) => p.unfinished).length;
    return {
      rows: list.slice(0, ROWS_KEPT).map((p) => p.row),
      episode: [before, call],
      cells: [
        ...new Set(list.flatMap((p) => [cells.ofRow[p.row]!, ...(p.before < 0 ? [] : [cells.ofRow[p.before]!])])),
      ],
      weight: seconds,
      count: list.length,
      expected: 0,
      code: unfinished > 0 ? `${code}-for-ever` : code,
      args: { seconds, longest: Math.max(...list.map((p) => (p.ns + p.reference) / 1e9)), unfinished },
    };
  });
  return items.sort((a, b) => b.weight - a.weight || (a.episode.join() < b.episode.join() ? -1 : 1));
}
