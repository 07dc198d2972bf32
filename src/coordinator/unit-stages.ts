/**
 * The stages of the paper's method that run on the pool: each a range of threads or units over the shared columns.
 * Results depend on the task's own range alone, so neither the number of workers nor the cuts can change the outcome.
 */
import { type OutlierOptions, outliers } from '../detect/outliers.js';
import { type CallColumns, type UnitMatches, mineUnits } from '../episodes/mine-units.js';
import type { MiningOptions } from '../episodes/mine.js';
import type { SignatureTrie } from '../episodes/signature-trie.js';
import type { TypeRanges } from '../units/appearance.js';
import { type FeatureInput, type FeatureTable, extractFeatures } from '../units/features.js';
import { type SegmentationInput, type SegmentationOptions, segment } from '../units/segmentation.js';
import type { UnitTable } from '../units/unit-table.js';
import type { Stage } from './stage.js';

export interface SegmentTask {
  readonly input: SegmentationInput;
  readonly options: SegmentationOptions;
  /** Threads [from, to). */
  readonly from: number;
  readonly to: number;
}

/** Execution units of a range of threads. */
export const segmentStage: Stage<SegmentTask, UnitTable> = {
  name: 'segment',
  run: ({ input, options, from, to }) => segment(input, from, to, options),
};

export interface FeatureTask {
  readonly input: FeatureInput;
  readonly units: UnitTable;
  /** Units [from, to). */
  readonly from: number;
  readonly to: number;
  /** End of the window, ns. */
  readonly toNs: number;
}

/** Feature vectors of a range of units. */
export const featureStage: Stage<FeatureTask, FeatureTable> = {
  name: 'features',
  run: ({ input, units, from, to, toNs }) => extractFeatures(input, units, from, to, toNs),
};

export interface OutlierTask {
  readonly features: FeatureTable;
  /** Units by cluster: those of cluster c are `members[clusters[c] .. clusters[c + 1])`. */
  readonly members: Uint32Array;
  readonly clusters: Uint32Array;
  /** Appearance vectors by cluster, likewise, and what their units have. */
  readonly vectors: { readonly members: Uint32Array; readonly clusters: Uint32Array };
  readonly ranges: TypeRanges;
  /** Clusters [from, to). */
  readonly from: number;
  readonly to: number;
  readonly hasDurations: boolean;
  readonly options: OutlierOptions;
}

/** Marks of the members of a range of clusters, one after the other. */
export const outlierStage: Stage<OutlierTask, Uint8Array> = {
  name: 'outliers',
  run({ features, members, clusters, vectors, ranges, from, to, hasDurations, options }) {
    const marks = new Uint8Array(clusters[to]! - clusters[from]!);
    for (let c = from; c < to; c++) {
      const cluster = {
        members: members.subarray(clusters[c]!, clusters[c + 1]!),
        vectors: vectors.members.subarray(vectors.clusters[c]!, vectors.clusters[c + 1]!),
      };
      marks.set(outliers(features, ranges, cluster, hasDurations, options), clusters[c]! - clusters[from]!);
    }
    return marks;
  },
};

export interface EpisodeTask {
  readonly columns: CallColumns;
  readonly units: UnitTable;
  /** Abnormal units; the task is those at positions [from, to). */
  readonly abnormal: Uint32Array;
  readonly from: number;
  readonly to: number;
  readonly trie: SignatureTrie;
  readonly options: MiningOptions;
}

/** Closed frequent episodes of abnormal units, matched with the signatures. */
export const episodeStage: Stage<EpisodeTask, UnitMatches> = {
  name: 'episodes',
  run: ({ columns, units, abnormal, from, to, trie, options }) =>
    mineUnits(columns, units, abnormal.subarray(from, to), trie, options),
};
