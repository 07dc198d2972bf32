/**
 * Folded stacks as Brendan Gregg's FlameGraph has them, two counts a line (the output of difffolded.pl, which flamegraph.pl draws as a
 * differential flame graph): frames outermost first, joined by `;`, then the count before the onset and the count after it.
 * https://github.com/brendangregg/FlameGraph
 *
 * The two parts of a window differ in length. So the first count is what the part before would come to in the length of the
 * part after, as `difffolded.pl -n` would scale it by samples.
 */
import type { ResultDocument } from '../../result.js';
import { type Weight, framesOf } from '../../stacks/stack-profile.js';
import type { Reporter } from '../reporter.js';

/** Counts are whole numbers: times are in microseconds. */
const MICROSECONDS = 1e6;

function folded(id: string, what: string, weight: Weight, unit: number): Reporter<ResultDocument> {
  return {
    id,
    what: `${what}, before and after the onset, for flamegraph.pl`,
    extension: 'folded',
    needs: ['stacks'],
    render: ({ stacks: profile }) => {
      if (profile === undefined) return '';
      const { from, onset, to } = profile;
      const scale = onset > from ? (to - onset) / (onset - from) : 0;
      const lines = profile.stacks.map((s) => {
        const [before, after] = [s.before[weight] * scale, s.after[weight]].map((n) => Math.round(n * unit));
        return before === 0 && after === 0 ? '' : `${framesOf(s).map(frameText).join(';')} ${before} ${after}\n`;
      });
      return lines.join('');
    },
  };
}

/** `;` parts frames, and a line is a stack. */
function frameText(name: string): string {
  return name.replaceAll(';', ':').replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}

export const FOLDED_REPORTERS: readonly Reporter<ResultDocument>[] = [
  folded('folded', 'folded stacks by time in calls (us)', 'callTime', MICROSECONDS),
  folded('folded-calls', 'folded stacks by calls', 'calls', 1),
  folded('folded-gaps', 'folded stacks by time between calls (us)', 'gapTime', MICROSECONDS),
];
