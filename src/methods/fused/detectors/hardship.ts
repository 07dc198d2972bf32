/**
 * What befell threads while all was well: on a machine that lacks the processor now and then any step takes long, whichever it is. As much of
 * it is to be expected afterwards, and no sign of a defect.
 */
import { inBlocks } from '../../../lib/in-blocks.js';
import { countPlaces, folded } from '../scene/counts.js';
import type { Onset } from '../scene/onset.js';
import { type Scene, lowerBound } from '../scene/scene.js';
import type { LongRows } from './long.js';

/** A kind of step that takes long more often than one time in so many does so by itself. */
const SELDOM = 10;
/** Chance makes a sum larger by less than so many standard deviations. */
const SIGMAS = 3;

export class Hardship {
  private constructor(
    /** Of a step: what befalls it on average, ns, and the mean square. */
    private readonly mean: number,
    private readonly square: number,
  ) {}

  /** Of the window before its onset. O(calls before it), if any step took long. */
  static before(scene: Scene, { ns }: Onset, { earlyGaps }: LongRows): Hardship {
    if (earlyGaps.length === 0) return new Hardship(0, 0);
    const { places, firstRow, trace } = scene;
    const { classes, classOf, ofRow } = places;
    const onsetRow = Math.max(firstRow, lowerBound(trace, ns));
    const steps = folded(countPlaces(places, firstRow, onsetRow), classOf, classes.length);
    const long = new Uint32Array(classes.length);
    const kindOf = (row: number) => classOf[ofRow[row]!]!;
    for (const { row } of earlyGaps) long[kindOf(row)]!++;
    let [sum, squares, longest] = [0, 0, 0];
    for (const gap of earlyGaps) {
      const k = kindOf(gap.row);
      if (SELDOM * (long[k]! - 1) >= steps[k]!) continue;
      sum += gap.ns;
      squares += gap.ns ** 2;
      longest = Math.max(longest, gap.ns);
    }
    const n = Math.max(1, onsetRow - firstRow);
    return new Hardship((sum + longest) / n, (squares + longest ** 2) / n);
  }

  /** What so many steps have to suffer at most, ns. */
  of(steps: number): number {
    return this.mostly(steps) + SIGMAS * Math.sqrt(steps * this.square);
  }

  /** The same, chance aside. */
  mostly(steps: number): number {
    return steps * this.mean;
  }

  /** What the threads of each lane have to suffer at most from a row on, ns. */
  byLane(scene: Scene, lanes: Int32Array, from: number): (lane: number) => number {
    if (this.mean === 0) return () => 0;
    const rows = rowsOfLanes(scene, lanes, from);
    return (lane) => this.of(rows[lane]!);
  }
}

/** Rows of each lane, from one on. */
function rowsOfLanes({ trace, endRow }: Scene, lanes: Int32Array, from: number): Uint32Array {
  const { thread } = trace.columns;
  const rows = new Uint32Array(trace.threads.length);
  inBlocks(from, endRow, (first, end) => {
    for (let i = first; i < end; i++) rows[lanes[thread[i]!]!]!++;
  });
  return rows;
}
