/**
 * When it began: the moment inside the window at which the mix and rates of calls change most, found without being told. Binary
 * segmentation on counts per class and bin: counts are variance-stabilised (square root, Anscombe 1948), and each class votes for
 * a cut with the logarithm of its between-to-within ratio times the change itself, so that neither one huge class nor many
 * noisy ones decide alone. O(rows + classes x bins) a round, at most five rounds.
 */
import { addGroups } from './counts.js';
import { type Scene, firstRowWhere, lowerBound } from './scene.js';

export interface Onset {
  readonly ns: number;
  /** Sum of the classes' votes; a healthy trace under steady load stays below about 110 (docs/accuracy.md). */
  readonly strength: number;
}

const BINS = 80;
/** No cut closer than this to either end, in bins: too little on one side to compare with. */
const LEAD = 8;
const TAIL = 4;
/** Classes with fewer calls in the span have no say. */
const FEWEST = 8;
/** Variance of the square root of a Poisson count is 1/4; less is chance. */
const FLOOR = 0.1;
/** A cut this early in the window is the server's start or the tracer's, not an incident. */
const WARM_UP = 0.15;
/** An earlier cut counts if it leaves this share of the window to compare with. */
const BEFORE = 0.2;

/** The onset in the window, `earlierFrom` being the votes from which an earlier change counts (parameter onsetEarlier); where nothing stands out, the least unlikely moment, with little strength. */
export function findOnset(scene: Scene, earlierFrom: number): Onset {
  const { fromNs, toNs } = scene;
  const span = toNs - fromNs;
  let best = strongestCut(scene, fromNs, toNs);
  if (best.ns - fromNs < WARM_UP * span) best = strongestCut(scene, best.ns, toNs);
  for (let round = 0; round < 3; round++) {
    const earlier = strongestCut(scene, fromNs, best.ns);
    if (earlier.strength < earlierFrom || earlier.ns - fromNs < BEFORE * span) break;
    best = { ns: earlier.ns, strength: Math.max(best.strength, earlier.strength) };
  }
  return best;
}

function strongestCut(scene: Scene, fromNs: number, toNs: number): Onset {
  const { trace, places } = scene;
  const { classOf, classes } = places;
  const { start } = trace.columns;
  const width = (toNs - fromNs) / BINS;
  const counts = new Uint32Array(classes.length * BINS);
  const inBin = new Uint32Array(classes.length);
  const end = Math.min(scene.endRow, lowerBound(trace, toNs));
  let row = Math.max(scene.firstRow, lowerBound(trace, fromNs));
  for (let bin = 0; bin < BINS; bin++) {
    // Rows are in order of time, so those of a bin follow each other.
    const next = firstRowWhere(row, end, (i) => Math.min(BINS - 1, Math.floor((start[i]! - fromNs) / width)) > bin);
    addGroups(places, row, next, classOf, inBin);
    for (let c = 0; c < inBin.length; c++) counts[c * BINS + bin] = inBin[c]!;
    inBin.fill(0);
    row = next;
  }
  const votes = new Float64Array(BINS);
  const sum = new Float64Array(BINS + 1);
  const squares = new Float64Array(BINS + 1);
  for (let c = 0; c < classes.length; c++) vote(counts, c * BINS, sum, squares, votes);
  let best = LEAD;
  for (let b = LEAD; b <= BINS - TAIL; b++) if (votes[b]! > votes[best]!) best = b;
  return { ns: fromNs + best * width, strength: votes[best]! };
}

/** Adds the votes of a class, whose counts by bin begin at `at`. Small, as it is compiled while it is being used. */
function vote(counts: Uint32Array, at: number, sum: Float64Array, squares: Float64Array, votes: Float64Array): void {
  for (let b = 0; b < BINS; b++) {
    const n = counts[at + b]!;
    sum[b + 1] = sum[b]! + Math.sqrt(n);
    squares[b + 1] = squares[b]! + n;
  }
  if (squares[BINS]! < FEWEST) return;
  for (let left = LEAD; left <= BINS - TAIL; left++) {
    const right = BINS - left;
    const before = sum[left]! / left;
    const after = (sum[BINS]! - sum[left]!) / right;
    const within = squares[BINS]! - left * before * before - right * after * after;
    const change = Math.abs(after - before);
    const ratio = (change * change * left * right) / BINS / (within / (BINS - 2) + FLOOR);
    votes[left]! += Math.log1p(ratio) * change;
  }
}
