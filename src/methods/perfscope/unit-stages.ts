/**
 * The stages of the paper's method that run on the pool: each a range of threads or units over the shared columns.
 * Results depend on the task's own range alone, so neither the number of workers nor the cuts can change the outcome.
 */
import { type OutlierOptions, outliers } from '../../outliers/outliers.js';
import { type CallColumns, type UnitMatches, mineUnits } from '../../episodes/mine-units.js';
import type { MiningOptions } from '../../episodes/mine.js';
import type { SignatureTrie } from '../../episodes/signature-trie.js';
import type { RowsByThread } from '../../trace/table.js';
import type { FoldedAppearances, TypeRanges } from '../../units/appearance.js';
import { type FeatureTable, joinFeatures } from '../../units/features.js';
import { type OnePassInput, unitsWithFeatures } from '../../units/one-pass.js';
import type { SegmentationOptions } from '../../units/segmentation.js';
import { type UnitTable, unitTable } from '../../units/unit-table.js';
import type { Stage } from '../../pool/stage.js';

export interface UnitTask {
  readonly input: OnePassInput;
  readonly rows: RowsByThread;
  readonly options: SegmentationOptions;
  /** Threads [from, to). */
  readonly from: number;
  readonly to: number;
}

export interface UnitsOfThreads {
  readonly units: UnitTable;
  readonly features: FeatureTable;
  readonly appearances: FoldedAppearances;
}

/** Execution units of a range of threads, and their feature vectors. */
export const unitStage: Stage<UnitTask, UnitsOfThreads> = {
  name: 'units',
  run({ input, rows, options, from, to }) {
    const { units, features, appearances } = unitsWithFeatures({ ...input, only: { from, to } }, options);
    // What is handed on by reference is not copied on its way.
    return { units: unitTable(units, input.columns.thread, rows), features: joinFeatures([features]), appearances };
  },
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
