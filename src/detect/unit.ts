/**
 * Odd units: the paper's detector (PerfScope, SoCC 2014: units, clusters of units that do the same work, nearest neighbours by
 * frequency and by time). Healthy servers have odd units too; so what counts is how many more there are after the onset.
 */
import type { MethodInput } from '../method.js';
import { foldAppearances } from '../units/appearance.js';
import { unitsWithFeatures } from '../units/one-pass.js';
import { segmentationOptions, sleepsByThread } from '../units/segmentation.js';
import type { UnitTable } from '../units/unit-table.js';
import { waitTable } from '../units/waits.js';
import { byCluster, clusterAppearances, clusteringOptions } from './clustering.js';
import type { DetectorInput, Finding, Mark } from './finding.js';
import { outlierOptions, outliers } from './outliers.js';
import { Sums } from './sums.js';

/** The halves of healthy traces differ by up to this part of odd units. */
const NOISE = 0.02;

/** The finding, and how many execution units the window has, odd ones among them. */
export function unit({ scene, cells, onset, parameters }: DetectorInput): {
  readonly finding: Finding;
  readonly units: { readonly total: number; readonly abnormal: number };
} {
  const { trace, rows } = scene;
  const { start } = trace.columns;
  const { units, members, marks: odds } = oddUnits({ ...scene, parameters });
  const total = [0, 0];
  const odd = [0, 0];
  const weights = new Sums(cells.size);
  for (let m = 0; m < members.length; m++) {
    const [from, to] = [units.from[members[m]!]!, units.to[members[m]!]!];
    const after = start[rows.order[from]!]! >= onset.ns ? 1 : 0;
    total[after]!++;
    if (odds[m] === 0) continue;
    odd[after]!++;
    if (after === 0) continue;
    for (let j = from; j < to; j++) weights.add(cells.ofRow[rows.order[j]!]!, 1 / (to - from));
  }
  const part = (half: number) => (total[half] === 0 ? 0 : odd[half]! / total[half]!);
  const share = Math.max(0, part(1) - part(0) - NOISE);
  const marks = weights.touched.map((cell): Mark => ({ cell, weight: weights.of[cell]!, on: 'context' }));
  const finding = { detector: 'unit', share, strength: share, alarming: false, marks, items: [] };
  const counts = { total: total[0]! + total[1]!, abnormal: odd[0]! + odd[1]! };
  return { finding, units: counts };
}

export interface OddUnits {
  readonly units: UnitTable;
  /** Units, cluster by cluster. */
  readonly members: Uint32Array;
  /** Per entry of `members`: ABNORMAL_* bits, 0 for a unit like the others. */
  readonly marks: Uint8Array;
}

/** Execution units of the window and which of them are odd among those that do the same work. O(rows). */
export function oddUnits(input: Pick<MethodInput, 'trace' | 'rows' | 'fromNs' | 'toNs' | 'parameters'>): OddUnits {
  const { trace, rows, fromNs, toNs, parameters } = input;
  const { columns, switches, threads, calls } = trace;
  const sleeps = switches === null ? null : sleepsByThread(switches, threads.length);
  const segmentation = { columns, rows, waitTable: waitTable(calls), sleeps, length: trace.length };
  const cuts = segmentationOptions(parameters, { fromNs, toNs });
  const { units, features } = unitsWithFeatures(segmentation, calls.length, cuts);
  const appearances = foldAppearances(features);
  const clustering = clusterAppearances(appearances, clusteringOptions(parameters));
  const clusterOf = appearances.of.map((vector) => clustering.of[vector]!);
  const { members, clusters } = byCluster(clusterOf, clustering.length);
  const options = outlierOptions(parameters);
  const marks = new Uint8Array(members.length);
  for (let c = 0; c < clustering.length; c++) {
    const own = members.subarray(clusters[c]!, clusters[c + 1]!);
    marks.set(outliers(features, own, trace.hasDurations, options), clusters[c]!);
  }
  return { units, members, marks };
}
