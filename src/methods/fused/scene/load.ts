/**
 * The load: a growing one moves all kinds of calls, a defect moves few. How much the rates of kinds grew is told by their weighted median.
 */
import { countPlaces, folded } from './counts.js';
import { type Scene, lowerBound } from './scene.js';

/** Kinds with fewer calls before the onset say nothing about the load. */
const FEWEST = 10;

/** Of the classes of the window's calls, at a moment. */
export function growthAt({ trace, places, firstRow, endRow, fromNs, toNs }: Scene, ns: number): number {
  const row = Math.min(endRow, Math.max(firstRow, lowerBound(trace, ns)));
  const [before, after] = [countPlaces(places, firstRow, row), countPlaces(places, row, endRow)].map((counts) =>
    folded(counts, places.classOf, places.classes.length),
  ) as [Uint32Array, Uint32Array];
  return growthOf(before, after, ns - fromNs, toNs - ns);
}

/** Weighted median, over kinds that came often before, of the rate afterwards by the rate before; 1 where there is none. */
export function growthOf(
  before: ArrayLike<number>,
  after: ArrayLike<number>,
  timeBefore: number,
  timeAfter: number,
  fewest = FEWEST,
): number {
  const growth: { readonly factor: number; readonly weight: number }[] = [];
  for (let k = 0; k < before.length; k++) {
    if (before[k]! < fewest) continue;
    growth.push({ factor: (after[k]! / timeAfter) * (timeBefore / before[k]!), weight: before[k]! });
  }
  growth.sort((a, b) => a.factor - b.factor);
  const half = growth.reduce((sum, g) => sum + g.weight, 0) / 2;
  let sum = 0;
  for (const g of growth) if ((sum += g.weight) >= half) return g.factor;
  return 1;
}
