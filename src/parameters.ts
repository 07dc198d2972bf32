/**
 * Every parameter of the methods: name, default, unit and the reason for the default, in one place. Flags
 * (`--unit-gap`), environment (`PERFSCOPE_UNIT_GAP`) and config keys (`unitGap`) are made from this list; stages take
 * the resolved `Parameters`. docs/parameters.md is printed from it.
 */
export interface ParameterSpec {
  readonly group: 'units' | 'clustering' | 'outliers' | 'episodes' | 'learning' | 'matching' | 'fused';
  readonly default: number;
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  /** What it is, one sentence. */
  readonly what: string;
  /** Why this default: the paper, a measurement, a man page. */
  readonly reason: string;
}

export const PARAMETERS = {
  unitGap: {
    group: 'units',
    default: 0.05,
    unit: 's',
    min: 0,
    max: 3600,
    what: 'A pause between two calls of a thread that is longer than this ends its execution unit.',
    reason:
      'Not published; well above the scheduling quantum and below the shortest timer period of common servers (0.1 s).',
  },
  unitWait: {
    group: 'units',
    default: 0.001,
    unit: 's',
    min: 0,
    max: 3600,
    what: 'Without scheduler events: a call of a waiting kind that takes longer than this ends its execution unit.',
    reason:
      'Not published. A tracer that stops the thread (strace) makes calls that do not sleep last up to some 0.1 ms; 1 to 10 ms do equally well (docs/method-perfscope.md).',
  },
  clusterDiameter: {
    group: 'clustering',
    default: 4,
    unit: 'call types',
    min: 0,
    max: 1000,
    what: 'Clusters farther apart than this many call types (Hamming distance of appearance vectors) are not merged.',
    reason: 'Not published; the largest diameter that a code base related to the paper uses.',
  },
  clusterLinkage: {
    group: 'clustering',
    default: 0,
    unit: '0 = average, 1 = complete',
    min: 0,
    max: 1,
    what: 'Distance between two clusters: the mean over all pairs of units, or the largest.',
    reason: 'Not published; average linkage does not let one odd unit keep two large clusters apart.',
  },
  clusterDistinct: {
    group: 'clustering',
    default: 4000,
    unit: 'vectors',
    min: 2,
    max: 20000,
    what: 'With more distinct appearance vectors than this, vectors near a frequent one are grouped with it before clustering.',
    reason: 'Clustering needs the square of it in time and memory: 4,000 vectors take 128 MB and less than a second.',
  },
  outlierNeighbors: {
    group: 'outliers',
    default: 3,
    unit: 'units',
    min: 1,
    max: 100,
    what: 'Which nearest neighbour in its cluster a unit is compared by.',
    reason: 'A group of fewer than four equal units is as odd as a cluster of fewer than four (smallCluster).',
  },
  outlierCut: {
    group: 'outliers',
    default: 3.5,
    unit: 'robust deviations',
    min: 0,
    max: 1000,
    what: 'A unit is an outlier when its neighbour distance exceeds the median of its cluster by more than this.',
    reason: 'Not published; the limit of Iglewicz and Hoaglin (1993) for the modified z-score.',
  },
  outlierScale: {
    group: 'outliers',
    default: 0,
    unit: '0 = counts, 1 = shares',
    min: 0,
    max: 1,
    what: 'Whether frequency vectors hold counts of calls or shares of the unit.',
    reason: 'Counts as published; with shares a unit is not odd merely because it is long.',
  },
  smallCluster: {
    group: 'outliers',
    default: 4,
    unit: 'units',
    min: 0,
    max: 1000000,
    what: 'A cluster of fewer units than this is abnormal as a whole.',
    reason: 'As published.',
  },
  episodeSupport: {
    group: 'episodes',
    default: 2,
    unit: 'occurrences',
    min: 1,
    max: 1000000000,
    what: 'Fewest non-overlapping occurrences that make an episode of an abnormal unit frequent.',
    reason: 'Not published; what happens twice in a unit is the least that can be called repetition.',
  },
  episodeLength: {
    group: 'episodes',
    default: 8,
    unit: 'calls',
    min: 1,
    max: 64,
    what: 'Longest episode, in units and in signatures.',
    reason: 'Not published; longer ones hardly tell more functions apart, and their number grows with every call.',
  },
  episodeGap: {
    group: 'episodes',
    default: 0,
    unit: 'calls',
    min: 0,
    max: 16,
    what: 'Most other calls between two successive calls of an episode, in units and in signatures; 0 = contiguous.',
    reason: 'Not published; a thread issues the calls of one function in a row, and gaps multiply the episodes.',
  },
  episodeRun: {
    group: 'episodes',
    default: 0,
    unit: 'calls',
    min: 0,
    max: 1000000,
    what: 'Runs of more equal calls than this are folded into this many before mining; 0 = never.',
    reason: 'Off: the length of the longest episode bounds what a run can yield, and its repetitions are evidence.',
  },
  signatureSupport: {
    group: 'learning',
    default: 2,
    unit: 'occurrences',
    min: 1,
    max: 1000000000,
    what: 'Fewest non-overlapping occurrences that make an episode of a function frequent; a function in which nothing happens that often is described by what it did once.',
    reason: 'Not published; what happens twice is the least that can be called repetition.',
  },
  signatureShare: {
    group: 'learning',
    default: 0.001,
    unit: 'of the calls of the function',
    min: 0,
    max: 1,
    what: 'Fewest occurrences of an episode of a function, as a share of the calls issued while the function was on the stack.',
    reason:
      'Keeps functions that are always on the stack (main, the event loop) from listing every rare episode of their callees: at most 1000 episodes of each length remain.',
  },
  signatureEpisodes: {
    group: 'learning',
    default: 24,
    unit: 'episodes',
    min: 1,
    max: 100000,
    what: 'Episodes kept of each function: those with the largest support x specificity.',
    reason: 'Published: pruned for speed. See the sweep in docs/signatures.md.',
  },
  matchRank: {
    group: 'matching',
    default: 1,
    unit: '0 = occurrences, 1 = occurrences x specificity, 2 = units, 3 = units x specificity',
    min: 0,
    max: 3,
    what: 'What a signature episode found in abnormal units adds to the score of a function, in method perfscope.',
    reason:
      'Published: by how often their episodes occur, without a formula; with specificity functions that are always on the stack do not win by that alone (docs/method-perfscope.md).',
  },
} as const satisfies Record<string, ParameterSpec>;

export type ParameterName = keyof typeof PARAMETERS;
export type Parameters = { readonly [Name in ParameterName]: number };

export const DEFAULT_PARAMETERS = Object.fromEntries(
  Object.entries(PARAMETERS).map(([name, spec]) => [name, spec.default]),
) as unknown as Parameters;
