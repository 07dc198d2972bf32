/**
 * The processor, where no switches were recorded. Some calls never wait for anything; a tracer stops the thread at both ends of each call, so who gets
 * the processor late returns late from them as well. A program that computes does so between calls, on its own ways; a lack of the
 * processor strikes calls that never wait as often as the steps between calls, and all kinds of steps alike. Linear in the rows.
 */
import { inBlocks } from '../../../lib/in-blocks.js';
import { variantCode } from '../../../trace/kinds.js';
import { NANOSECONDS_PER_SECOND } from '../../../trace/units-of-measure.js';
import { type Scene, lowerBound } from '../scene/scene.js';
import { STARVED, STARVED_FACTOR } from './cpu.js';
import type { Outside } from './outside.js';

/** They ask or tell the kernel something, and wait for no disk, peer or other thread. */
const NEVER_WAIT =
  /^(?:bind|brk|clock_gettime|dup[23]?|epoll_create1?|epoll_ctl|eventfd2?|fcntl(?:64)?|fstat|gete?[ug]id|getpeername|getp?pid|getrusage|getsockname|getsockopt|gettid|gettimeofday|listen|_?l?lseek|pipe2?|rt_sigaction|rt_sigprocmask|setitimer|setsockopt|socket|time|timerfd_settime|timer_settime|times|umask|uname)$/;
/** So long takes no such call by itself, nor a step that does little, ns. */
const STALL_NS = 2e6;
/** One stall in calls that never wait is chance; a control group stops whole processes, seldom and for long. */
const FEWEST = 2;
/** Who has to share the processor loses a little: it is lacking where stalls take so many times as long as the other calls that never wait. */
const FAR_MORE = 10;
/** Steps are struck like calls that never wait, if what they lose is no more than this many times as much a step, and chance (standard deviations). */
const ALIKE = 2;
const SIGMAS = 3;
/** Of the time lost between calls, so much may be lost otherwise: what else is slow must not be most of it. */
const OTHERWISE = 0.5;

/** What stalls took of the calls that never wait, on one side of the onset. */
interface StalledCalls {
  /** How many there were, those that stalled, and what that took, ns. */
  calls: number;
  stalled: number;
  inside: number;
  /** What the others took, ns. */
  usual: number;
}

/** By class of the call at the end of a step: steps, and what those that stalled took, ns. */
class StalledSteps {
  readonly steps: Float64Array;
  readonly between: Float64Array;
  constructor(classes: number) {
    this.steps = new Float64Array(classes);
    this.between = new Float64Array(classes);
  }

  get lost(): number {
    return this.between.reduce((sum, ns) => sum + ns, 0);
  }
}

/** @param always the window may have begun when it was so already: it needs not be more than before */
export function stalled(scene: Scene, onsetNs: number, always = false): Outside | null {
  if (scene.trace.switches !== null) return null;
  const { firstRow, endRow } = scene;
  // Rows are in order of time.
  const onsetRow = Math.min(endRow, Math.max(firstRow, lowerBound(scene.trace, onsetNs)));
  // Mostly this tells already; steps take a look at every row, with its thread's last one.
  const after = callsOf(scene, onsetRow, endRow);
  if (after.stalled < FEWEST || after.inside < FAR_MORE * after.usual) return null;
  const before = callsOf(scene, firstRow, onsetRow);
  if (!always && each(after) < STARVED_FACTOR * each(before)) return null;
  const [stepsBefore, stepsAfter] = stepsOf(scene, onsetRow);
  const lostBefore = stepsBefore.lost / Math.max(1, onsetNs - scene.fromNs);
  const lostAfter = stepsAfter.lost / Math.max(1, scene.toNs - onsetNs);
  if (lostAfter < STARVED || (!always && lostAfter < STARVED_FACTOR * lostBefore)) return null;
  if (lostOtherwise(after, stepsAfter) > OTHERWISE * stepsAfter.lost) return null;
  const args = { before: each(before) / NANOSECONDS_PER_SECOND, after: each(after) / NANOSECONDS_PER_SECOND };
  return {
    resource: 'cpu',
    circumstantial: true,
    reason: { code: 'stalled', args: { ...args, at: onsetNs / NANOSECONDS_PER_SECOND } },
  };
}

/** Time of steps beyond what strikes them as it strikes calls that never wait, ns: stalls of that frequency and length, whichever step they meet. */
function lostOtherwise({ inside, calls, stalled: hits }: StalledCalls, { steps, between }: StalledSteps): number {
  const each = inside / calls;
  // The sum of n calls, each of which stalls with this frequency, has this deviation times the root of n.
  const deviation = each * Math.sqrt(calls / hits);
  return between.reduce((sum, ns, k) => {
    const n = steps[k]!;
    return sum + Math.max(0, ns - ALIKE * n * each - SIGMAS * Math.sqrt(n) * deviation);
  }, 0);
}

/** Time lost a call that never waits; as if one more had stalled. */
function each({ inside, calls }: StalledCalls): number {
  return (inside + STALL_NS) / (calls + 1);
}

/** Of the rows [from, to). */
function callsOf({ trace }: Scene, from: number, to: number): StalledCalls {
  const { duration, call, variant } = trace.columns;
  const never = Uint8Array.from(trace.calls, (name) => (NEVER_WAIT.test(name) ? 1 : 0));
  const lock = variantCode('lock');
  const found: StalledCalls = { calls: 0, stalled: 0, inside: 0, usual: 0 };
  inBlocks(from, to, (first, end) => {
    for (let i = first; i < end; i++) {
      if (never[call[i]!] === 0 || variant[i] === lock) continue;
      const took = duration[i]! > 0 ? duration[i]! : 0;
      found.calls++;
      if (took > STALL_NS) {
        found.stalled++;
        found.inside += took;
      } else found.usual += took;
    }
  });
  return found;
}

function stepsOf({ trace, places, firstRow, endRow }: Scene, onsetRow: number): [StalledSteps, StalledSteps] {
  const { start, duration, thread } = trace.columns;
  const { classOf, ofRow } = places;
  const sides: [StalledSteps, StalledSteps] = [
    new StalledSteps(places.classes.length),
    new StalledSteps(places.classes.length),
  ];
  const endNs = new Float64Array(trace.threads.length).fill(-1);
  [firstRow, onsetRow].forEach((from, part) => {
    const { steps, between } = sides[part]!;
    inBlocks(from, part === 0 ? onsetRow : endRow, (first, end) => {
      for (let i = first; i < end; i++) {
        const t = thread[i]!;
        const begin = start[i]!;
        if (endNs[t]! >= 0) {
          const k = classOf[ofRow[i]!]!;
          const step = begin - endNs[t]!;
          steps[k]!++;
          if (step > STALL_NS) between[k]! += step;
        }
        endNs[t] = begin + (duration[i]! > 0 ? duration[i]! : 0);
      }
    });
  });
  return sides;
}
