/**
 * Sluggish: what lies between one known call and the next takes longer than in learning, from the window's beginning on. It is what `busy` is
 * where the trace began when the server was sick already: then no healthy part of it tells how long steps take, but learning does. So it
 * speaks only where the part before the onset is sluggish, too. Linear in the kinds of steps.
 *
 * Threads of an interpreter, a virtual machine or a scheduler of tasks do other work between two calls: of these learning tells nothing.
 */
import type { DetectorInput, Finding } from '../finding.js';
import { lowerBound } from '../scene/scene.js';
import { Hardship } from './hardship.js';
import type { StepKind } from '../scene/steps.js';
import { TupleNumbers } from '../../../context/tuple-numbers.js';
import type { ContextModel } from '../../../signatures/context-model.js';

/** Seconds a second, summed over threads. Healthy windows reach half of it where the machine is busy (docs/accuracy-history.md). */
const ALARM = 0.1;

export function sluggish({ scene, onset, steps, long }: DetectorInput): Finding {
  const silent: Finding = { detector: 'sluggish', share: 0, strength: 0, alarming: false, marks: [], items: [] };
  const usual = usualOf(scene.decoder.model);
  if (usual === null || !scene.trace.hasDurations) return silent;
  const kinds = steps.kinds.flatMap((kind) => {
    const ns = usual(kind);
    return ns === undefined ? [] : [{ ...kind, usual: ns }];
  });
  const late = tracerNs(kinds);
  let [before, after] = [0, 0];
  for (const kind of kinds) {
    const earlyTimes = kind.times - kind.lateTimes;
    before += Math.max(0, kind.early - earlyTimes * (kind.usual + late));
    after += Math.max(0, kind.late - kind.lateTimes * (kind.usual + late));
  }
  // Of the same steps: there is no chance in it.
  const hardship = Hardship.before(scene, onset, long);
  const onsetRow = Math.max(scene.firstRow, lowerBound(scene.trace, onset.ns));
  before = Math.max(0, before - hardship.mostly(onsetRow - scene.firstRow));
  after = Math.max(0, after - hardship.mostly(scene.endRow - onsetRow));
  const share = Math.min(before / Math.max(1, onset.ns - scene.fromNs), after / Math.max(1, scene.toNs - onset.ns));
  return { ...silent, share, alarming: share >= ALARM };
}

/** How long a kind of step takes in learning, ns; undefined: it never took one. Null: learning does not tell at all. */
function usualOf({ successors, unowned, tasks }: ContextModel): ((kind: StepKind) => number | undefined) | null {
  if (unowned !== undefined || tasks === true) return null;
  const numbers = new TupleNumbers(); // from, to
  const ns: number[] = [];
  for (const [from, to, count, between] of successors) {
    if (between === undefined) return null;
    ns[numbers.intern(from, to)] = (1e3 * between) / count;
  }
  return ns.length === 0 ? null : ({ from, to }) => ns[numbers.intern(from, to)];
}

/** What the incident's tracer adds to each step, beyond that of learning, ns: half of the steps are late by no more. */
function tracerNs(kinds: readonly (StepKind & { readonly usual: number })[]): number {
  const each = kinds
    .map(({ early, late, times, usual }) => ({ times, ns: (early + late) / times - usual }))
    .sort((a, b) => a.ns - b.ns);
  let half = each.reduce((sum, { times }) => sum + times, 0) / 2;
  for (const { times, ns } of each) {
    half -= times;
    if (half <= 0) return Math.max(0, ns);
  }
  return 0;
}
