/**
 * Too many calls: kinds of calls (a call after another) that from the onset on are far more frequent than both the window's own
 * earlier part and learning lead one to expect. Novel kinds are the special case that nothing was expected.
 *
 * A growing load moves all kinds; a defect moves few. So what was expected is first scaled by the load factor, the weighted median
 * over kinds of how their rates grew. And a job runs once, while a defect goes on: kinds seen only for a moment count less.
 */
import { NANOSECONDS_PER_SECOND } from '../../../trace/units-of-measure.js';
import { addGroups, countPlaces, folded } from '../scene/counts.js';
import { type Counted, excess } from './excess.js';
import type { DetectorInput, Finding } from '../finding.js';
import { tellsAllocation } from '../../../context/previous.js';
import { OUTCOME, KIND } from '../../../context/symbols.js';
import { growthOf } from '../scene/load.js';
import type { Parameters } from '../../../parameters.js';
import { type Scene, firstRowWhere, lowerBound } from '../scene/scene.js';

/** Fewer calls are chance. */
const FEWEST = 4;
/** The part after the onset is looked at in so many slices. */
const SLICES = 40;
/** Share from which the detector has its full say. */
const FULL = 0.1;
/** An allocator that has to ask more often tells of a full heap, as long as it makes no larger part of the calls: that is a storm. */
const ALLOCATIONS = 0.1;

export function rate({ scene, cells, onset, parameters }: DetectorInput): Finding {
  const kinds = countClasses(scene, onset.ns, parameters);
  const found = excess('rate', { kindOf: scene.places.classOf, kinds, fromNs: onset.ns }, scene, cells, parameters);
  const share = shareBeyondPeaks(kinds);
  return {
    ...found,
    share,
    strength: Math.min(1, found.share / FULL),
    alarming: share >= parameters.rateAlarm,
  };
}

/** Of the calls, those that are beyond what learning saw in its busiest second as well. */
function shareBeyondPeaks(kinds: readonly CountedAndPeak[]): number {
  let [all, odd, allocations] = [0, 0, 0];
  for (const { count, odd: part, beyondPeak, episode } of kinds) {
    all += count;
    const calls = Math.min(part * count, beyondPeak);
    if (calls > 0 && tellsAllocation(episode[1])) allocations += calls;
    else odd += calls;
  }
  return all === 0 ? 0 : (odd + Math.max(0, allocations - ALLOCATIONS * all)) / all;
}

interface CountedAndPeak extends Counted {
  /** Calls beyond those that learning's busiest second would make. */
  readonly beyondPeak: number;
}

/** Counts of each class before and after the onset, and what was to be expected after it. */
function countClasses(scene: Scene, onsetNs: number, parameters: Parameters): CountedAndPeak[] {
  const { trace, places, decoder, fromNs, toNs, firstRow, endRow } = scene;
  const { classes, classOf } = places;
  const { start } = trace.columns;
  const [timeBefore, timeAfter] = [onsetNs - fromNs, toNs - onsetNs];
  const onsetRow = Math.min(endRow, Math.max(firstRow, lowerBound(trace, onsetNs)));
  const before = onsetRow - firstRow;
  const beforeOf = folded(countPlaces(places, firstRow, onsetRow), classOf, classes.length);
  const afterOf = new Uint32Array(classes.length);
  /** Slices in which the class is seen. */
  const slicesOf = new Uint8Array(classes.length);
  const inSlice = new Uint32Array(classes.length);
  for (let slice = 0, row = onsetRow; slice < SLICES; slice++) {
    const sliceOf = (i: number) => Math.min(SLICES - 1, Math.floor(((start[i]! - onsetNs) / timeAfter) * SLICES));
    const next = firstRowWhere(row, endRow, (i) => sliceOf(i) > slice);
    addGroups(places, row, next, classOf, inSlice);
    for (let k = 0; k < inSlice.length; k++) {
      afterOf[k]! += inSlice[k]!;
      if (inSlice[k]! > 0) slicesOf[k]!++;
    }
    inSlice.fill(0);
    row = next;
  }
  const counts = classes.map((_, k) => ({ before: beforeOf[k]!, after: afterOf[k]! }));
  const load = Math.max(1, growthOf(beforeOf, afterOf, timeBefore, timeAfter));
  const usual = (before / timeBefore) * timeAfter; // calls after the onset, had nothing changed
  const numbers = (grain: number) => decoder.texts[grain]!;
  return counts.map((c, k): CountedAndPeak => {
    const { before: previous, call } = classes[k]!;
    const counted = { count: c.after, episode: [previous, call] as const };
    if (c.after < FEWEST) return { ...counted, expected: 0, odd: 0, novel: false, beyondPeak: 0 };
    const pair = [numbers(OUTCOME).get(previous) ?? -1, numbers(OUTCOME).get(call) ?? -1] as const;
    const learned = decoder.bigram(OUTCOME, ...pair);
    const share = decoder.total === 0 ? 0 : learned / decoder.total;
    const expected = load * Math.max((c.before / timeBefore) * timeAfter, share * usual);
    const lasting = Math.min(1, slicesOf[k]! / SLICES / parameters.rateLasting) ** 2;
    const odd = lasting * Math.max(0, 1 - (parameters.rateFactor * (expected + 0.5)) / c.after);
    const kind = [previous, call].map((text) => numbers(KIND).get(withoutOutcome(text)) ?? -1);
    const novel = odd > 0 && decoder.bigram(KIND, kind[0]!, kind[1]!) === 0;
    const peak = (decoder.peak(OUTCOME, ...pair) * timeAfter) / NANOSECONDS_PER_SECOND;
    return { ...counted, expected, odd, novel, beyondPeak: Math.max(0, c.after - parameters.rateFactor * peak) };
  });
}

function withoutOutcome(text: string): string {
  const equals = text.indexOf('=');
  return equals < 0 ? text : text.slice(0, equals);
}
