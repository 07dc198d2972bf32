/**
 * Execution units, their features and appearance vectors as units/segmentation.ts, features.ts and appearance.ts say what they are, one
 * thread and one unit after the other: what the one pass is compared with, and what other tests build their units with.
 */
import { type FoldedAppearances, RANGE, foldedAppearances } from '../../src/units/appearance.js';
import type { FeatureTable } from '../../src/units/features.js';
import type { OnePassInput } from '../../src/units/one-pass.js';
import type { SegmentationOptions } from '../../src/units/segmentation.js';
import { timeCell } from '../../src/units/time-cells.js';
import { waits } from '../../src/units/waits.js';

/** The call type and the cell of time of a feature's first word. */
export const typeOf = (first: number): number => first & 0xffff;
export const timeOf = (first: number): number => first >>> 16;

/** Rows of each unit, thread by thread. */
export function unitsByThread(input: OnePassInput, options: SegmentationOptions): number[][] {
  const { start, duration, thread } = input.columns;
  const { fromNs, toNs } = options;
  const units: number[][] = [];
  const rowsOf = Array.from({ length: input.threads }, (): number[] => []);
  for (let row = 0; row < input.length; row++) if (start[row]! < toNs) rowsOf[thread[row]!]!.push(row);
  rowsOf.forEach((rows, t) => {
    const before = rows.filter((row) => start[row]! < fromNs);
    const last = before.at(-1);
    const runs = last !== undefined && toNs > fromNs && start[last]! + duration[last]! > fromNs;
    const inside = rows.slice(before.length - (runs ? 1 : 0));
    let unit: number[] = [];
    inside.forEach((row, i) => {
      unit.push(row);
      const next = inside[i + 1];
      if (next !== undefined && !isLast(input, options, t, row, start[next]!)) return;
      units.push(unit);
      unit = [];
    });
  });
  return units;
}

/** Whether a unit ends with `row` of the thread, whose next call begins at `next`. */
function isLast(input: OnePassInput, options: SegmentationOptions, thread: number, row: number, next: number): boolean {
  const { start, duration, call, kind, variant } = input.columns;
  const { sleeps, waitTable } = input;
  const known = !Number.isNaN(duration[row]!);
  // Without durations, the time up to the next call is all that is known of how long one took.
  const took = known ? duration[row]! : next - start[row]!;
  const gap = known ? next - start[row]! - took : took;
  if (gap > options.gapNs) return true;
  if (sleeps === null) return took > options.waitNs && waits(waitTable[call[row]!]!, kind[row]!, variant[row]!);
  const own = sleeps.time.subarray(sleeps.offsets[thread], sleeps.offsets[thread + 1]);
  return own.some((ns) => ns >= start[row]! && ns < next);
}

export function featuresByUnit(input: OnePassInput, units: readonly number[][], toNs: number): FeatureTable {
  const { start, duration, call } = input.columns;
  return featureTable(
    units.map((rows) => {
      const unit = new Map<number, { count: number; ns: number }>();
      for (const row of rows) {
        const type = unit.get(call[row]!) ?? { count: 0, ns: 0 };
        const took = start[row]! + duration[row]! > toNs ? toNs - start[row]! : duration[row]!;
        unit.set(call[row]!, { count: type.count + 1, ns: type.ns + (took > 0 ? took : 0) });
      }
      return unit;
    }),
    input.calls,
  );
}

/** Features of units that are given as what they have of each call type: how many, and their time, ns, together. */
export function featureTable(
  units: readonly ReadonlyMap<number, { readonly count: number; readonly ns: number }>[],
  calls: number,
): FeatureTable {
  const offsets = new Uint32Array(units.length + 1);
  units.forEach((unit, u) => (offsets[u + 1] = offsets[u]! + unit.size));
  const words = units.flatMap((unit) =>
    [...unit]
      .sort(([a], [b]) => a - b)
      .flatMap(([type, { count, ns }]) => [type | (timeCell(ns / count) << 16), count]),
  );
  return { length: units.length, calls, offsets, ends: offsets.subarray(1), entries: Uint32Array.from(words) };
}

/** Vectors in the order of the first unit that has them. */
export function appearancesOf({ offsets, ends, entries, length, calls }: FeatureTable): FoldedAppearances {
  const vectors = new Map<string, { number: number; ranges: number[] }>();
  const of = Uint32Array.from({ length }, (_, u) => {
    const own = entries.subarray(2 * offsets[u]!, 2 * ends[u]!);
    const firsts = own.filter((_, w) => w % 2 === 0);
    const name = firsts.map(typeOf).join();
    const ranges = [...firsts].flatMap((first, k) => {
      const [time, count] = [timeOf(first), own[2 * k + 1]!];
      return [typeOf(first), count, count, time, time];
    });
    const known = vectors.get(name);
    if (known === undefined) vectors.set(name, { number: vectors.size, ranges });
    else
      known.ranges = known.ranges.map((old, r) =>
        r % RANGE === 0 ? old : (r % RANGE) % 2 === 1 ? Math.min(old, ranges[r]!) : Math.max(old, ranges[r]!),
      );
    return vectors.get(name)!.number;
  });
  const lists = [...vectors.values()].map((vector) => vector.ranges);
  const begins = [0];
  for (const list of lists) begins.push(begins.at(-1)! + list.length / RANGE);
  return foldedAppearances(lists.length, Uint32Array.from(begins), Uint32Array.from(lists.flat()), of, calls);
}
