/** Long stretches of time, by class of call: what was usual before the onset, and the odd ones as items. */
import { inBlocks } from '../../../lib/in-blocks.js';
import { nthSmallest } from '../../../lib/nth-smallest.js';
import type { Item } from '../finding.js';
import { ROWS_KEPT } from '../finding.js';
import { countPlaces } from '../scene/counts.js';
import { type Cells, type Scene, lowerBound } from '../scene/scene.js';

export interface Pause {
  readonly row: number;
  /** Row before it in its thread, -1 at the thread's first. */
  readonly before: number;
  /** Length beyond the reference. */
  readonly ns: number;
  readonly reference: number;
  readonly unfinished: boolean;
}

/** Lengths of rows. What tells without the row before it in the thread need not be told that, which is one look a row less. */
export type Measure =
  { readonly of: (row: number) => number } | { readonly after: (row: number, before: number) => number };

/**
 * Reference lengths before a moment, for the classes of the rows `asked`: a quantile of those of the class of a row (call after call), else of
 * its call alone if `byCallToo`, else the least. Lengths of other classes are never looked at: O(rows).
 */
export class References {
  private readonly byClass: (number | undefined)[];
  private readonly byCall: (number | undefined)[] = [];
  /** Per class: number of its call's text. */
  private readonly callOf: Int32Array;

  constructor(
    private readonly scene: Scene,
    untilNs: number,
    quantile: number,
    private readonly least: number,
    measure: Measure,
    asked: Iterable<number>,
    byCallToo = true,
  ) {
    const { classOf, classes, ofRow } = scene.places;
    const numbers = new Map<string, number>();
    this.callOf = Int32Array.from(classes, ({ call }) => {
      if (!numbers.has(call)) numbers.set(call, numbers.size);
      return numbers.get(call)!;
    });
    const wanted = new Uint8Array(classes.length);
    for (const row of asked) wanted[classOf[ofRow[row]!]!] = 1;
    if (!wanted.includes(1)) {
      this.byClass = [];
      return;
    }
    this.byClass = quantilesOf(scene, untilNs, quantile, measure, (k) => (wanted[k] === 1 ? k : -1));
    if (!byCallToo) return;
    const calls = new Uint8Array(numbers.size);
    wanted.forEach((want, k) => {
      if (want === 1 && this.byClass[k] === undefined) calls[this.callOf[k]!] = 1;
    });
    if (!calls.includes(1)) return;
    this.byCall = quantilesOf(scene, untilNs, quantile, measure, (k) =>
      calls[this.callOf[k]!] === 1 ? this.callOf[k]! : -1,
    );
  }

  of(row: number): number {
    const { classOf, ofRow } = this.scene.places;
    const k = classOf[ofRow[row]!]!;
    return Math.max(this.least, this.byClass[k] ?? this.byCall[this.callOf[k]!] ?? this.least);
  }
}

/** By the group of their class, -1: not wanted, a quantile of the lengths of the window's rows before `untilNs`; undefined where there are none. */
function quantilesOf(
  scene: Scene,
  untilNs: number,
  quantile: number,
  measure: Measure,
  groupOfClass: (k: number) => number,
): (number | undefined)[] {
  const { trace, places, firstRow } = scene;
  const { thread } = trace.columns;
  const { ofRow } = places;
  const group = places.classOf.map(groupOfClass);
  const end = Math.max(firstRow, Math.min(scene.endRow, lowerBound(trace, untilNs)));
  const { lengths, ends } = roomByGroup(countPlaces(places, firstRow, end), group);
  const begins = ends.slice();
  const add = (g: number, length: number) => {
    if (!Number.isNaN(length)) lengths[ends[g]!++] = length;
  };
  if ('of' in measure) {
    inBlocks(firstRow, end, (from, to) => {
      for (let i = from; i < to; i++) {
        const g = group[ofRow[i]!]!;
        if (g >= 0) add(g, measure.of(i));
      }
    });
  } else {
    const last = new Int32Array(trace.threads.length).fill(-1);
    inBlocks(firstRow, end, (from, to) => {
      for (let i = from; i < to; i++) {
        const t = thread[i]!;
        const before = last[t]!;
        last[t] = i;
        const g = group[ofRow[i]!]!;
        if (g >= 0) add(g, measure.after(i, before));
      }
    });
  }
  return Array.from(begins, (begin, g) => {
    const list = lengths.subarray(begin, ends[g]);
    if (list.length > 0) return nthSmallest(list, Math.min(list.length - 1, Math.floor(list.length * quantile)));
  });
}

/** Room for a length of each row, counted by place, group by group; `ends`: per group, where the next length goes. */
function roomByGroup(counts: Uint32Array, groupOf: Int32Array): { lengths: Float64Array; ends: Uint32Array } {
  const ends = new Uint32Array(1 + groupOf.reduce((most, g) => Math.max(most, g), -1));
  counts.forEach((n, place) => {
    if (groupOf[place]! >= 0) ends[groupOf[place]!]! += n;
  });
  let room = 0;
  for (let g = 0; g < ends.length; g++) [ends[g], room] = [room, room + ends[g]!];
  return { lengths: new Float64Array(room), ends };
}

/**
 * Time of the thread with most pauses: noise spreads over all threads, a defect has its thread, or its lane (scene/lanes.ts). `endured`: per lane,
 * what of it is hardship.
 */
export function worstLane(
  { trace }: Scene,
  pauses: readonly Pause[],
  lanes: Int32Array,
  endured: (lane: number) => number,
): number {
  const sums = new Map<number, number>();
  for (const { row, ns } of pauses) {
    const lane = lanes[trace.columns.thread[row]!]!;
    sums.set(lane, (sums.get(lane) ?? 0) + ns);
  }
  let most = 0;
  for (const [lane, sum] of sums) most = Math.max(most, sum - endured(lane));
  return most;
}

/** Pauses gathered by class of call, longest sum first. `code` is the sentence's. */
export function itemsOf(scene: Scene, cells: Cells, pauses: readonly Pause[], code: string): Item[] {
  const byClass = new Map<number, Pause[]>();
  const { classes, classOf, ofRow } = scene.places;
  for (const p of pauses) {
    const k = classOf[ofRow[p.row]!]!;
    const list = byClass.get(k);
    if (list === undefined) byClass.set(k, [p]);
    else list.push(p);
  }
  const items = [...byClass].map(([k, list]): Item => {
    const { before, call } = classes[k]!;
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
      args: {
        seconds,
        longest: list.reduce((most, p) => Math.max(most, (p.ns + p.reference) / 1e9), -Infinity),
        unfinished,
      },
    };
  });
  return items.sort((a, b) => b.weight - a.weight || (a.episode.join() < b.episode.join() ? -1 : 1));
}
