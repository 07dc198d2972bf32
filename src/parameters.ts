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
  onsetEarlier: {
    group: 'fused',
    default: 110,
    unit: 'votes',
    min: 0,
    max: 1000000,
    what: 'An earlier change in what was taken for the healthy part becomes the onset from this many votes on.',
    reason:
      'Healthy prefixes of the shipped cases reach 110 at most (steady load, start-up cut off); a staged incident (leak, then exhaustion) exceeds it at each stage.',
  },
  rateFactor: {
    group: 'fused',
    default: 4,
    unit: 'times',
    min: 1,
    max: 1000,
    what: 'Up to so many times the expected number, calls of a kind are not odd.',
    reason: 'Load doubles and mixes change innocently; the busiest innocent kind of the controls is at 3.7 times.',
  },
  rateLasting: {
    group: 'fused',
    default: 0.2,
    unit: 'share',
    min: 0.025,
    max: 1,
    what: 'Kinds of calls that show in less than this share of the time after the onset count less: a job runs once, a defect goes on.',
    reason: 'A fifth keeps a bug that strikes every few seconds and silences checkpoints and log rotations.',
  },
  rateWeight: {
    group: 'fused',
    default: 0.75,
    unit: 'power',
    min: 0,
    max: 1,
    what: 'n odd calls of one kind weigh n to this power.',
    reason:
      '1 lets one huge loop silence everything beside it, 0 takes no heed of numbers; between 0.6 and 0.9 nothing changes.',
  },
  rateAlarm: {
    group: 'fused',
    default: 0.04,
    unit: 'share',
    min: 0,
    max: 1,
    what: 'Share of the calls after the onset that is in excess from which it is told as a reason, and the disk is not to blame.',
    reason:
      'Healthy traces and innocent changes of load stay below 0.012 in the shipped cases and reached 0.034 in one recorded as a check; the weakest storms and leaks have 0.05 to 0.06.',
  },
  unlikeAlarm: {
    group: 'fused',
    default: 0.5,
    unit: 'share',
    min: 0,
    max: 1,
    what: 'Share of the calls that is in excess of learning, already before the onset, from which there is a defect that is older than the window.',
    reason:
      'Healthy windows reach 0.40 where learning was recorded with another tracer and 0.33 else; of eleven storms looked at from their middle on, eight exceed 0.6.',
  },
  busyFactor: {
    group: 'fused',
    default: 4,
    unit: 'times',
    min: 1,
    max: 1000,
    what: 'A pause between two calls is odd from so many times the longest but one in two hundred before the onset.',
    reason: 'Same as rateFactor: the load may double and double again.',
  },
  busyAlarm: {
    group: 'fused',
    default: 0.15,
    unit: 'share',
    min: 0,
    max: 1,
    what: "Share of a thread's time in odd pauses from which it is told as a reason, and peers are not to blame.",
    reason: 'Noise of a shared machine stays below 0.07 on healthy prefixes.',
  },
  blockedFactor: {
    group: 'fused',
    default: 5,
    unit: 'times',
    min: 1,
    max: 1000,
    what: 'A wait is odd from so many times the longest learned and the usual one in the window.',
    reason: 'Latencies of healthy servers vary by a factor of two to three between hosts.',
  },
  blockedAlarm: {
    group: 'fused',
    default: 0.3,
    unit: 'share',
    min: 0,
    max: 1,
    what: "Share of a thread's time in odd waits, from the first on, from which it is told as a reason, and descriptors left open are its consequence.",
    reason: 'A thread that is blocked a third of its time is what users notice.',
  },
  restShare: {
    group: 'fused',
    default: 0.2,
    unit: 'share',
    min: 0,
    max: 1,
    what: 'Threads that spend this share of their time in calls of one kind after another rest there; long waits there are innocent.',
    reason: 'Pool threads rest more than half of their time, keep-alive polls of busy workers stay below 0.15.',
  },
  slowFactor: {
    group: 'fused',
    default: 4,
    unit: 'times',
    min: 1,
    max: 1000,
    what: 'Storage calls, or answers of peers, are slow from so many times their usual duration on.',
    reason: 'As rateFactor; a throttled disk or a bad network shows factors of 10 to 1000.',
  },
  calleeWeight: {
    group: 'fused',
    default: 0.5,
    unit: 'times',
    min: 0,
    max: 10,
    what: 'Weight of what a function is known to call when a call follows it that never did.',
    reason: 'The code in between is the function itself or what it calls: half each.',
  },
  fanIn: {
    group: 'fused',
    default: 0.2,
    unit: '1/log2(callers)',
    min: 0,
    max: 10,
    what: 'How fast blame fades for functions with many callers.',
    reason:
      'A function in use everywhere is a tool; what is wrong is as a rule how it is used. 0.1 to 0.4 give the same first five.',
  },
  rareShare: {
    group: 'fused',
    default: 0.001,
    unit: 'share',
    min: 1e-9,
    max: 1,
    what: 'The share of calls under a function is not told from less than this.',
    reason: 'One call in a thousand: learning runs hold some ten thousand calls.',
  },
} as const satisfies Record<string, ParameterSpec>;

export type ParameterName = keyof typeof PARAMETERS;
export type Parameters = { readonly [Name in ParameterName]: number };

export const DEFAULT_PARAMETERS = Object.fromEntries(
  Object.entries(PARAMETERS).map(([name, spec]) => [name, spec.default]),
) as unknown as Parameters;
