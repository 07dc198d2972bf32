/**
 * When it began: the moment inside the window at which the mix and rates of calls change most, found without being told. Binary
 * segmentation on counts per class and bin: counts are variance-stabilised (square root, Anscombe 1948), and each class votes for
 * a cut with the logarithm of its between-to-within ratio times the change itself, so that neither one huge class nor many
 * noisy ones decide alone. O(rows + classes x bins) a round, at most five rounds.
 */
import { tellsAllocation } from '../../../context/previous.js';
import { addGroups } from './counts.js';
import { LONGEST_NS, type Scene, firstRowWhere, lowerBound, partOf } from './scene.js';

export interface Onset {
  readonly ns: number;
  /** Sum of the classes' votes; a healthy trace under steady load stays below about 110 (docs/accuracy-history.md). */
  readonly strength: number;
}

/** Bins of a window; in longer ones as many as keep their length: an incident of seconds is to be found in a window of minutes as well. */
const FEWEST_BINS = 80;
/** More only cost: the windows of an hour have longer ones. */
const MOST_BINS = 2000;
const LONGEST_BIN_NS = LONGEST_NS / FEWEST_BINS;
/** So much counts a cut in the middle of the fewest bins, and any cut at most: that a difference is surer makes it no larger. */
const SURE = FEWEST_BINS / 4;
/** No cut closer than this to either end, in bins: too little on one side to compare with. */
const LEAD = 8;
const TAIL = 4;
/** Classes with fewer calls in the span have no say. */
const FEWEST = 8;
/** Variance of the square root of a Poisson count is 1/4; less is chance. */
const FLOOR = 0.1;
const CHANCE = 1 / 4;
/**
 * Where more calls come in a bin while all is well than in the busiest windows that the odds were fitted to (verdict.ts), so many of them count for
 * the odds: a change of a busy server is surer than that of an idle one, and no larger.
 */
const MOST_CALLS = 1500;
/** Of a server that stands still. */
const LEAST_LOAD = 0.02;
/** A cut this early in the window is the server's start or the tracer's, not an incident. */
const WARM_UP = 0.15;
/** An earlier cut counts if it leaves this share of the window to compare with. */
const BEFORE = 0.2;

/** The onset in the window, `earlierFrom` being the votes from which an earlier change counts (parameter onsetEarlier); where nothing stands out, the least unlikely moment, with little strength. */
export function findOnset(scene: Scene, earlierFrom: number): Onset {
  const { fromNs, toNs } = scene;
  let best = strongestCut(scene, fromNs, toNs);
  if (best.ns - fromNs < partOf(scene, WARM_UP)) best = strongestCut(scene, best.ns, toNs);
  for (let round = 0; round < 3; round++) {
    const earlier = strongestCut(scene, fromNs, best.ns);
    if (earlier.strength < earlierFrom || earlier.ns - fromNs < partOf(scene, BEFORE)) break;
    best = { ns: earlier.ns, strength: Math.max(best.strength, earlier.strength) };
  }
  return best;
}

/**
 * How much changes at the onset beyond what the load explains. That a server has less of everything to do may be its clients' doing, the less
 * so the nearer it comes to a standstill: of the votes for which a falling load is enough, such a part counts. An allocator's calls have no
 * vote: they tell of its heap (context/previous.ts). `growth`: scene/load.ts.
 */
export function unexplainedChange(scene: Scene, { ns }: Pick<Onset, 'ns'>, growth: number): number {
  const { fromNs, toNs } = scene;
  const counts = countsByBin(scene, fromNs, toNs);
  const allocates = scene.places.classes.map(({ call }) => tellsAllocation(call));
  const bins = binsOf(toNs - fromNs);
  const left = Math.max(1, Math.min(bins - 1, Math.round((bins * (ns - fromNs)) / (toNs - fromNs))));
  let early = 0;
  for (let at = 0; at < counts.length; at += bins) for (let b = 0; b < left; b++) early += counts[at + b]!;
  const part = Math.min(1, (MOST_CALLS * left) / Math.max(1, early));
  const votes = (scale: number) => {
    let sum = 0;
    allocates.forEach((heap, k) => {
      if (!heap) sum += changeOf(counts.subarray(k * bins, (k + 1) * bins), left, scale, part);
    });
    return sum;
  };
  const all = votes(1);
  if (growth >= 1) return all;
  const mix = Math.min(all, votes(Math.sqrt(Math.max(LEAST_LOAD, growth))));
  return mix + (1 - growth) ** 2 * (all - mix);
}

function binsOf(span: number): number {
  return Math.min(MOST_BINS, Math.max(FEWEST_BINS, Math.ceil(span / LONGEST_BIN_NS)));
}

/** The vote of a class for a cut, as if such a part of all calls had come. `scale`: of the roots of its counts, by what is known of the load. */
function changeOf(counts: Uint32Array, left: number, scale: number, part: number): number {
  let [calls, before, after] = [0, 0, 0];
  counts.forEach((n, b) => {
    calls += n;
    if (b < left) before += Math.sqrt(n);
    else after += Math.sqrt(n);
  });
  if (part * calls < FEWEST) return 0;
  const right = counts.length - left;
  const within = calls - before ** 2 / left - after ** 2 / right;
  const change = Math.abs(after / right - (scale * before) / left);
  // Fewer calls would vary more by chance.
  const varied = part * within + (1 - part) * CHANCE * (counts.length - 2);
  return voteOf(Math.sqrt(part) * change, varied, left, right);
}

/** How much a change of the mean says, for a cut with so many bins on its sides, against the squares within them. */
function voteOf(change: number, within: number, left: number, right: number): number {
  const bins = left + right;
  const ratio = (change * change * Math.min(SURE, (left * right) / bins)) / (within / (bins - 2) + FLOOR);
  return Math.log1p(ratio) * change;
}

/** Calls of each class by bin. */
function countsByBin(scene: Scene, fromNs: number, toNs: number): Uint32Array {
  const { trace, places } = scene;
  const { classOf, classes } = places;
  const { start } = trace.columns;
  const bins = binsOf(toNs - fromNs);
  const width = (toNs - fromNs) / bins;
  const counts = new Uint32Array(classes.length * bins);
  const inBin = new Uint32Array(classes.length);
  const end = Math.min(scene.endRow, lowerBound(trace, toNs));
  let row = Math.max(scene.firstRow, lowerBound(trace, fromNs));
  for (let bin = 0; bin < bins; bin++) {
    // Rows are in order of time, so those of a bin follow each other.
    const next = firstRowWhere(row, end, (i) => Math.min(bins - 1, Math.floor((start[i]! - fromNs) / width)) > bin);
    addGroups(places, row, next, classOf, inBin);
    for (let c = 0; c < inBin.length; c++) counts[c * bins + bin] = inBin[c]!;
    inBin.fill(0);
    row = next;
  }
  return counts;
}

function strongestCut(scene: Scene, fromNs: number, toNs: number): Onset {
  const counts = countsByBin(scene, fromNs, toNs);
  const bins = binsOf(toNs - fromNs);
  const width = (toNs - fromNs) / bins;
  const votes = new Float64Array(bins);
  const sum = new Float64Array(bins + 1);
  const squares = new Float64Array(bins + 1);
  for (let at = 0; at < counts.length; at += bins) vote(counts, at, sum, squares, votes);
  let best = LEAD;
  for (let b = LEAD; b <= bins - TAIL; b++) if (votes[b]! > votes[best]!) best = b;
  return { ns: fromNs + best * width, strength: votes[best]! };
}

/** Adds the votes of a class, whose counts by bin begin at `at`. Small, as it is compiled while it is being used. */
function vote(counts: Uint32Array, at: number, sum: Float64Array, squares: Float64Array, votes: Float64Array): void {
  const bins = votes.length;
  for (let b = 0; b < bins; b++) {
    const n = counts[at + b]!;
    sum[b + 1] = sum[b]! + Math.sqrt(n);
    squares[b + 1] = squares[b]! + n;
  }
  if (squares[bins]! < FEWEST) return;
  for (let left = LEAD; left <= bins - TAIL; left++) {
    const right = bins - left;
    const before = sum[left]! / left;
    const after = (sum[bins]! - sum[left]!) / right;
    const within = squares[bins]! - left * before * before - right * after * after;
    votes[left]! += voteOf(Math.abs(after - before), within, left, right);
  }
}
