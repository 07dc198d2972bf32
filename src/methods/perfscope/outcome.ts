/** The paper's method, last step: from matches in abnormal units to clusters, ranked functions and their evidence. Pure. */
import type { UnitMatches } from '../../episodes/mine-units.js';
import type { EpisodeOwners } from '../../episodes/signature-trie.js';
import type { MethodInput, MethodOutcome, RankedFunction } from '../method.js';
import type { Cluster, Evidence } from '../../result.js';
import { usualCallPaths } from '../../signatures/call-paths.js';
import type { RowsByThread } from '../../trace/table.js';
import { NANOSECONDS_PER_SECOND } from '../../trace/units-of-measure.js';
import type { Appearances } from '../../units/appearance.js';
import type { UnitTable } from '../../units/unit-table.js';
import { type EpisodeTotal, scoreFunctions } from './ranking.js';

/** Episodes told of as evidence for one function. */
const EVIDENCE_PER_FUNCTION = 3;
/** Threads named in one piece of evidence (result.ts). */
const THREADS_PER_EVIDENCE = 8;

export interface UnitAnalysis {
  readonly rows: RowsByThread;
  readonly units: UnitTable;
  readonly appearances: Appearances;
  readonly clusterCount: number;
  /** Per unit. */
  readonly clusterOf: Uint32Array;
  /** Per unit: ABNORMAL_* bits (outliers/outliers.ts). */
  readonly marks: Uint8Array;
  /** Abnormal units in rising order. */
  readonly abnormal: Uint32Array;
  /** Matches of the abnormal units, in their order. */
  readonly matches: readonly UnitMatches[];
  readonly owners: EpisodeOwners;
}

export function perfscopeOutcome(input: MethodInput, analysis: UnitAnalysis): MethodOutcome {
  const { functions } = input.signatures;
  const scored = scoreFunctions(totals(analysis), analysis.owners, functions.length, input.parameters.matchRank);
  const sum = scored.reduce((total, f) => total + f.score, 0);
  const told = scored.map((f) => f.episodes.slice(0, EVIDENCE_PER_FUNCTION));
  const sightings = sight(input, analysis, new Set(told.flat()));
  const paths = usualCallPaths(input.signatures);
  const ranked = scored.map((f, i): RankedFunction => {
    const name = functions[f.function]!.name;
    return {
      function: f.function,
      name,
      score: f.score,
      confidence: f.score / sum,
      callPath: paths[f.function]!,
      evidence: told[i]!.map((e) => evidenceOf(sightings.get(e)!, name, 1 / told[i]!.length)),
      inferred: false,
    };
  });
  const units = { total: analysis.units.length, abnormal: analysis.abnormal.length };
  return {
    // The method presumes a bug: it can only fail to find one.
    verdict: ranked.length > 0 ? 'bug' : units.abnormal > 0 ? 'inconclusive' : 'none',
    externalResource: null,
    reasons: [{ code: 'abnormal-units', args: { abnormal: units.abnormal, units: units.total } }],
    units,
    clusters: clustersOf(input, analysis),
    ranked,
  };
}

/** Calls `visit` for each match of an abnormal unit, in order of the units. */
function eachMatch(
  { abnormal, matches }: UnitAnalysis,
  visit: (unit: number, episode: number, support: number) => void,
): void {
  let at = 0;
  for (const part of matches) {
    for (let u = 0; u + 1 < part.offsets.length; u++, at++) {
      for (let m = part.offsets[u]!; m < part.offsets[u + 1]!; m++) {
        visit(abnormal[at]!, part.episode[m]!, part.support[m]!);
      }
    }
  }
}

function totals(analysis: UnitAnalysis): EpisodeTotal[] {
  const sums = analysis.owners.calls.map((): EpisodeTotal => ({ occurrences: 0, units: 0 }));
  eachMatch(analysis, (_, episode, support) => {
    sums[episode]!.occurrences += support;
    sums[episode]!.units++;
  });
  return sums;
}

/** Where and when an episode was seen. */
interface Sighting {
  readonly episode: readonly string[];
  units: number;
  count: number;
  expected: number;
  readonly byTid: Map<number, number>;
  fromNs: number;
  toNs: number;
}

function sight(input: MethodInput, analysis: UnitAnalysis, episodes: ReadonlySet<number>): Map<number, Sighting> {
  const { trace, signatures } = input;
  const { rows, units, owners } = analysis;
  const { start, duration } = trace.columns;
  const sightings = new Map<number, Sighting>();
  for (const e of episodes) {
    const episode = owners.calls[e]!;
    sightings.set(e, { episode, units: 0, count: 0, expected: 0, byTid: new Map(), fromNs: Infinity, toNs: 0 });
  }
  eachMatch(analysis, (unit, e, support) => {
    const sighting = sightings.get(e);
    if (sighting === undefined) return;
    const { tid } = trace.threads[units.thread[unit]!]!;
    const last = rows.order[units.to[unit]! - 1]!;
    const end = start[last]! + (duration[last]! > 0 ? duration[last]! : 0);
    sighting.units++;
    sighting.count += support;
    sighting.byTid.set(tid, (sighting.byTid.get(tid) ?? 0) + support);
    sighting.fromNs = Math.max(input.fromNs, Math.min(sighting.fromNs, start[rows.order[units.from[unit]!]!]!));
    sighting.toNs = Math.min(input.toNs, Math.max(sighting.toNs, end));
    // As many as in as many calls of the learning runs.
    const calls = units.to[unit]! - units.from[unit]!;
    sighting.expected += (learnedSupport(owners, e) / Math.max(1, signatures.learned.eventsWithStack)) * calls;
  });
  return sightings;
}

function evidenceOf(sighting: Sighting, name: string, weight: number): Evidence {
  const { episode, units, count, expected } = sighting;
  const span = { from: sighting.fromNs / NANOSECONDS_PER_SECOND, to: sighting.toNs / NANOSECONDS_PER_SECOND };
  const threads = [...sighting.byTid].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([tid]) => tid);
  const args = {
    episode: episode.join(', '),
    function: name,
    count,
    units,
    threads: threads.length,
    thread: threads[0]!,
  };
  return {
    detector: 'outlier',
    weight,
    units,
    threads: threads.slice(0, THREADS_PER_EVIDENCE),
    span,
    episode,
    count,
    expected,
    message: { code: 'abnormal-episode', args: { ...args, ...span } },
  };
}

/** The support of an episode in the function that has it most: an estimate from below of its occurrences in learning. */
function learnedSupport(owners: EpisodeOwners, episode: number): number {
  let most = 0;
  for (let o = owners.offsets[episode]!; o < owners.offsets[episode + 1]!; o++) {
    most = Math.max(most, owners.support[o]!);
  }
  return most;
}

function clustersOf({ trace, parameters }: MethodInput, analysis: UnitAnalysis): Cluster[] {
  const { appearances, clusterOf, clusterCount, marks } = analysis;
  const sizes = new Uint32Array(clusterCount);
  const abnormal = new Uint32Array(clusterCount);
  const { words } = appearances;
  const common = new Uint32Array(clusterCount * words).fill(0xffffffff);
  for (let u = 0; u < clusterOf.length; u++) {
    const c = clusterOf[u]!;
    sizes[c]!++;
    if (marks[u] !== 0) abnormal[c]!++;
    for (let w = 0; w < words; w++) common[c * words + w]! &= appearances.bits[appearances.of[u]! * words + w]!;
  }
  return Array.from(sizes, (size, c) => ({
    id: c,
    units: size,
    abnormal: abnormal[c]!,
    calls: trace.calls.filter((_, call) => ((common[c * words + (call >>> 5)]! >>> (call & 31)) & 1) === 1),
    small: size < parameters.smallCluster,
  }));
}
