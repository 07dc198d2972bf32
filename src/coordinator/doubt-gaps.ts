/**
 * What events that were lost do to a verdict. Where they are missing pauses seem longer and less seems to happen, so a healthy server may look like a
 * sick one; yet one that stood still and lost the events behind that may not be taken for a healthy one. Whether it is told by what was seen alone
 * shows on a clock that stands still where nothing was: a verdict that is another one then is none.
 */
import type { MethodInput, MethodOutcome } from '../methods/method.js';
import { unseenStretches, withoutStretches } from '../trace/unseen.js';

/** What nobody saw is too little below this part of the window to make a verdict. */
const LEAST = 0.05;

export async function doubtGaps(
  input: MethodInput,
  outcome: MethodOutcome,
  judge: (input: MethodInput) => Promise<MethodOutcome>,
): Promise<MethodOutcome> {
  const { verdict, reasons } = outcome;
  if (verdict !== 'bug' && verdict !== 'external') return outcome;
  const { fromNs, toNs } = input;
  const unseen = unseenStretches(input.trace).filter((stretch) => stretch.fromNs < toNs && stretch.toNs > fromNs);
  const hidden = unseen.reduce((sum, stretch) => sum + stretch.toNs - stretch.fromNs, 0);
  if (hidden < LEAST * (toNs - fromNs)) return outcome;
  const again = await judge({ ...input, ...withoutStretches(input, unseen), told: 0 });
  if (again.verdict === verdict) return outcome;
  return {
    ...outcome,
    verdict: 'inconclusive',
    externalResource: null,
    odds: undefined,
    reasons: [{ code: 'only-with-gaps', args: { verdict, seconds: hidden / 1e9, gaps: unseen.length } }, ...reasons],
  };
}
