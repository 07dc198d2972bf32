/** Two small windows against each other, with something of each kind that may change. */
import { type Comparison, compareResults } from '../../src/coordinator/compare.js';
import type { StackProfile } from '../../src/stacks/stack-profile.js';
import type { Work, WorkKind } from '../../src/work/work.js';
import { document, suspect } from './document.js';

const CELLS = 40;

function kind(calls: string, perCell: number, seconds: number): WorkKind {
  const units = Array.from({ length: CELLS }, (_, c) => perCell + (c % 2));
  return {
    calls: calls.split(' '),
    units,
    issued: units.map((n) => 3 * n),
    seconds: units.map((n) => n * seconds),
  };
}

function work(kinds: readonly WorkKind[], found: Record<string, number>): Work {
  const listed = Object.entries(found).map(([calls, count]) => ({ calls: calls.split(' '), count }));
  const episodes = { seconds: 40, floor: 4, longest: 8, found: listed };
  return { from: 0, to: 40, cells: CELLS, kinds, moreUnits: 3, episodes };
}

export const WORK_BEFORE = work(
  [kind('epoll_wait read write', 20, 0.01), kind('openat fsync rename unlink', 2, 0.02)],
  {
    'epoll_wait:epoll read:tcp': 800,
    'fsync:file rename': 80,
  },
);
export const WORK_AFTER = work(
  [kind('epoll_wait read write', 5, 0.5), kind('socket bind listen accept4 close', 3, 0.1)],
  {
    'epoll_wait:epoll read:tcp': 200,
    'read:tcp=EAGAIN read:tcp=EAGAIN': 4000,
  },
);

const weights = (calls: number) => ({ calls, callTime: calls / 100, gapTime: calls / 200 });

/** `name` is what a stack of the window is called. */
export function stacksOf(name: string, calls: number): StackProfile {
  const stack = {
    stack: ['main', name],
    call: 'read:tcp',
    before: weights(calls),
    after: weights(calls),
    certainty: 0.9,
  };
  return { source: 'decoded', from: 0, onset: 20, to: 40, stacks: [stack] };
}

export function comparedWindows(): Comparison {
  return compareResults(
    document({ verdict: 'none', work: WORK_BEFORE, stacks: stacksOf('serve', 100), suspects: [suspect('serve')] }),
    document({
      work: WORK_AFTER,
      stacks: stacksOf('spin', 4000),
      suspects: [suspect('spin'), suspect('serve', { rank: 2 })],
    }),
  );
}
