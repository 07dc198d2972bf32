/**
 * Odd units: the paper's detector (PerfScope, SoCC 2014: units, clusters of units that do the same work, nearest neighbours by
 * frequency and by time). Healthy servers have odd units too; so what counts is how many more there are after the onset.
 */
import type { MethodInput } from '../../method.js';
import type { Trace } from '../../../trace/table.js';
import type { Appearances } from '../../../units/appearance.js';
import { type UnitsWithFeatures, onePassInput, unitsWithFeatures } from '../../../units/one-pass.js';
import { segmentationOptions } from '../../../units/segmentation.js';
import type { FoundUnits } from '../../../units/unit-table.js';
import { byCluster, clusterAppearances, clusteringOptions, clustersOf } from '../../../outliers/clustering.js';
import type { DetectorInput, Finding, Mark } from '../finding.js';
import { LONGER_THAN } from './long.js';
import { outlierOptions, outliers } from '../../../outliers/outliers.js';
import { Sums } from '../scene/sums.js';

/** The halves of healthy traces differ by up to this part of odd units. */
const NOISE = 0.02;

/** The finding, and how many execution units the window has, odd ones among them. */
export function unit(
  { scene, cells, onset, parameters }: DetectorInput,
  found: UnitsWithFeatures,
): {
  readonly finding: Finding;
  readonly units: { readonly total: number; readonly abnormal: number };
} {
  const { start } = scene.trace.columns;
  const { units, members, marks: odds } = oddUnits({ ...scene, parameters }, found);
  const total = [0, 0];
  const odd = [0, 0];
  const later: number[] = [];
  for (let m = 0; m < members.length; m++) {
    const u = members[m]!;
    const after = start[units.first[u]!]! >= onset.ns ? 1 : 0;
    total[after]!++;
    if (odds[m] === 0) continue;
    odd[after]!++;
    if (after === 1) later.push(u);
  }
  const weights = new Sums(cells.size);
  const { rows, offsets } = rowsOfUnits(scene.trace, units, later);
  later.forEach((u, k) => {
    for (let j = offsets[k]!; j < offsets[k + 1]!; j++) weights.add(cells.ofRow[rows[j]!]!, 1 / units.calls[u]!);
  });
  const part = (half: number) => (total[half] === 0 ? 0 : odd[half]! / total[half]!);
  const share = Math.max(0, part(1) - part(0) - NOISE);
  const marks = weights.touched.map((cell): Mark => ({ cell, weight: weights.of[cell]!, on: 'context' }));
  const finding = { detector: 'unit', share, strength: share, alarming: false, marks, items: [] };
  const counts = { total: total[0]! + total[1]!, abnormal: odd[0]! + odd[1]! };
  return { finding, units: counts };
}

export interface OddUnits {
  readonly units: FoundUnits;
  readonly appearances: Appearances;
  /** Units, cluster by cluster: those of cluster c are `members[clusters[c] .. clusters[c + 1])`. */
  readonly members: Uint32Array;
  readonly clusters: Uint32Array;
  /** A cluster of fewer units is abnormal as a whole. */
  readonly small: number;
  /** Per entry of `members`: ABNORMAL_* bits, 0 for a unit like the others. */
  readonly marks: Uint8Array;
}

type UnitInput = Pick<MethodInput, 'trace' | 'fromNs' | 'toNs' | 'parameters'>;

/** Execution units of the window, and the rows that `longRows` (long.ts) needs. O(rows). */
export function unitsOf({ trace, fromNs, toNs, parameters }: UnitInput): UnitsWithFeatures {
  const input = { ...onePassInput(trace), longerThan: LONGER_THAN };
  return unitsWithFeatures(input, segmentationOptions(parameters, { fromNs, toNs }));
}

/** Which of the units are odd among those that do the same work. O(units). */
export function oddUnits(input: UnitInput, found = unitsOf(input)): OddUnits {
  const { trace, parameters } = input;
  const { units, features, appearances } = found;
  const clustering = clusterAppearances(appearances, clusteringOptions(parameters));
  const clusterOf = clustersOf(appearances, clustering);
  const { members, clusters } = byCluster(clusterOf, clustering.length);
  const byVector = byCluster(clustering.of, clustering.length);
  const options = outlierOptions(parameters);
  const marks = new Uint8Array(members.length);
  for (let c = 0; c < clustering.length; c++) {
    const cluster = {
      members: members.subarray(clusters[c]!, clusters[c + 1]!),
      vectors: byVector.members.subarray(byVector.clusters[c]!, byVector.clusters[c + 1]!),
    };
    marks.set(outliers(features, appearances.ranges, cluster, trace.hasDurations, options), clusters[c]!);
  }
  return { units, appearances, members, clusters, small: options.smallCluster, marks };
}

/** Rows of the units `asked`, one unit after the other in that order: those of unit k are `rows[offsets[k] .. offsets[k + 1])`. */
function rowsOfUnits(
  { columns: { thread }, threads }: Trace,
  units: FoundUnits,
  asked: readonly number[],
): { readonly rows: Uint32Array; readonly offsets: Uint32Array } {
  const offsets = new Uint32Array(asked.length + 1);
  asked.forEach((u, k) => (offsets[k + 1] = offsets[k]! + units.calls[u]!));
  const rows = new Uint32Array(offsets[asked.length]!);
  // In order of their first rows, each is looked through once its thread has come to it.
  const inOrder = asked.map((u, k) => ({ u, k })).sort((a, b) => units.first[a.u]! - units.first[b.u]!);
  const left = new Uint32Array(threads.length);
  const next = new Uint32Array(threads.length);
  let open = 0;
  for (let n = 0, row = 0; n < inOrder.length || open > 0; row++) {
    if (open === 0) row = units.first[inOrder[n]!.u]!;
    if (n < inOrder.length && row === units.first[inOrder[n]!.u]) {
      const { u, k } = inOrder[n++]!;
      left[thread[row]!] = units.calls[u]!;
      next[thread[row]!] = offsets[k]!;
      open++;
    }
    const t = thread[row]!;
    if (left[t] === 0) continue;
    rows[next[t]!++] = row;
    if (--left[t]! === 0) open--;
  }
  return { rows, offsets };
}
