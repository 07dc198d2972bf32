/**
 * The paper's method (docs/method-perfscope.md): units with their features -> clusters -> outliers -> episodes -> ranking. The order
 * of its stages is here; what they compute is in units/, outliers/, episodes/ and beside this file.
 */
import { byCluster, clusterAppearances, clusteringOptions, clustersOf } from '../../outliers/clustering.js';
import { outlierOptions } from '../../outliers/outliers.js';
import { signatureTrie } from '../../episodes/signature-trie.js';
import type { MethodInput, MethodOutcome } from '../method.js';
import { perfscopeOutcome } from './outcome.js';
import { rowsByThread } from '../../trace/table.js';
import { joinAppearances } from '../../units/appearance.js';
import { joinFeatures } from '../../units/features.js';
import { onePassInput } from '../../units/one-pass.js';
import { segmentationOptions } from '../../units/segmentation.js';
import { joinUnits } from '../../units/unit-table.js';
import { ranges } from './ranges.js';
import type { Stage } from '../../pool/stage.js';
import { episodeStage, outlierStage, unitStage } from './unit-stages.js';

/** Runs a stage for each task, results in the order of the tasks. `rows` tells how much work it is. */
export type RunStage = <Args, Result>(
  stage: Stage<Args, Result>,
  tasks: readonly Args[],
  rows: number,
) => Promise<Result[]>;

/** Fewest units a task: a task costs 0.1 ms, a unit of a dozen calls a microsecond. */
const UNITS_PER_TASK = 200;
/** Fewest rows a task: some milliseconds of work. */
const ROWS_PER_TASK = 50_000;
/** Most tasks that units are looked for in: each reads all rows, 10 ns apiece, to find those of its threads. */
const PASSES = 2;

export async function perfscopeMethod(input: MethodInput, run: RunStage): Promise<MethodOutcome> {
  const { trace, parameters, fromNs, toNs } = input;
  const rows = rowsByThread(trace);
  const threads = trace.threads.length;
  const { call } = trace.columns;
  const { order, offsets } = rows;

  const pass = onePassInput(trace);
  const options = segmentationOptions(parameters, { fromNs, toNs });
  const rowsPerTask = Math.max(ROWS_PER_TASK, trace.length / PASSES);
  const parts = await run(
    unitStage,
    ranges(threads, (t) => offsets[t]!, 1, rowsPerTask).map((r) => ({ input: pass, rows, options, ...r })),
    trace.length,
  );
  const units = joinUnits(parts.map((part) => part.units));
  const features = parts.length === 1 ? parts[0]!.features : joinFeatures(parts.map((part) => part.features));
  const appearances = joinAppearances(
    parts.map((part) => part.appearances),
    trace.calls.length,
  );
  const clustering = clusterAppearances(appearances, clusteringOptions(parameters));
  const clusterOf = clustersOf(appearances, clustering);
  const { members, clusters } = byCluster(clusterOf, clustering.length);
  const vectors = byCluster(clustering.of, clustering.length);

  const marksOfMembers = await run(
    outlierStage,
    ranges(clustering.length, (c) => clusters[c]!, 1, 10 * UNITS_PER_TASK).map((r) => ({
      features,
      members,
      clusters,
      vectors,
      ranges: appearances.ranges,
      hasDurations: trace.hasDurations,
      options: outlierOptions(parameters),
      ...r,
    })),
    units.length,
  );
  const marks = new Uint8Array(units.length);
  let member = 0;
  for (const part of marksOfMembers) for (const mark of part) marks[members[member++]!] = mark;

  const abnormal = shared(marks.reduce((count, mark) => count + (mark === 0 ? 0 : 1), 0));
  for (let u = 0, a = 0; u < marks.length; u++) if (marks[u] !== 0) abnormal[a++] = u;
  const { trie, owners } = signatureTrie(input.signatures, trace.calls, parameters.episodeLength);
  const minedBefore = prefixSums(abnormal.length, (a) => units.to[abnormal[a]!]! - units.from[abnormal[a]!]!);
  const mining = {
    minSupport: parameters.episodeSupport,
    maxLength: parameters.episodeLength,
    maxGap: parameters.episodeGap,
    maxRun: parameters.episodeRun,
  };
  const matches = await run(
    episodeStage,
    ranges(abnormal.length, (a) => minedBefore[a]!, UNITS_PER_TASK, ROWS_PER_TASK).map((r) => {
      return { columns: { call, order }, units, abnormal, trie, options: mining, ...r };
    }),
    minedBefore[abnormal.length]!,
  );
  return perfscopeOutcome(input, {
    rows,
    units,
    appearances,
    clusterCount: clustering.length,
    clusterOf,
    marks,
    abnormal,
    matches,
    owners,
  });
}

function shared(length: number): Uint32Array {
  return new Uint32Array(new SharedArrayBuffer(length * 4));
}

/** Entry i: sum over the items before i. */
function prefixSums(length: number, of: (item: number) => number): Float64Array {
  const sums = new Float64Array(length + 1);
  for (let i = 0; i < length; i++) sums[i + 1] = sums[i]! + of(i);
  return sums;
}
