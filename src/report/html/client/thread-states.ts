/** What a thread does in a cell of the window, as far as its calls tell. Pure. */
import type { ThreadStrip, Timeline } from '../../../timeline/timeline.js';

export type Doing = 'calling' | 'waiting' | 'computing' | 'gone';

/** Per cent of a cell from which on it counts as filled: times are rounded, and a thread may enter its call a moment late. */
const FILLED = 95;

export function doingOf(t: ThreadStrip, { from, to, cells }: Pick<Timeline, 'from' | 'to' | 'cells'>): Doing[] {
  const width = (to - from) / cells;
  return t.calls.map((calls, c) => {
    if (calls > 0) return 'calling';
    const begin = from + c * width;
    const alive = (Math.min(t.to, begin + width) - Math.max(t.from, begin)) / width;
    if (alive <= 0.5) return 'gone';
    // Without durations a call's length is not known: silence may be either.
    if (t.inCalls === null) return 'gone';
    // Less than filled without a call that begins: one ended here, or one is about to begin.
    return t.inCalls[c]! >= FILLED * alive ? 'waiting' : t.inCalls[c]! <= 100 - FILLED ? 'computing' : 'calling';
  });
}
