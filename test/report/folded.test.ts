import { describe, expect, it } from 'vitest';
import { PLAIN } from '../../src/report/reporter.js';
import { FOLDED_REPORTERS } from '../../src/report/stacks/folded.js';
import type { WeighedStack } from '../../src/stacks/stack-profile.js';
import { document } from './document.js';

const weights = (calls: number, callTime = 0, gapTime = 0) => ({ calls, callTime, gapTime });
const stacks: WeighedStack[] = [
  { stack: ['main', 'loop'], call: 'read:tcp', before: weights(10, 0.5), after: weights(40, 2, 1), certainty: 0.8 },
  { stack: ['main', 'a;b\nc'], call: 'futex#wait', before: weights(0), after: weights(7, 0.25), certainty: 1 },
  { stack: [], call: 'getpid', before: weights(0.2), after: weights(0), certainty: 1 },
];
const d = document({ stacks: { source: 'decoded', from: 0, onset: 10, to: 30, stacks } });
const render = (id: string) => FOLDED_REPORTERS.find((r) => r.id === id)!.render(d, PLAIN);

describe('folded stacks', () => {
  it('have two counts a line, the first scaled to the length of the part after', () => {
    expect(render('folded-calls')).toBe('main;loop;read:tcp 20 40\nmain;a:b c;futex#wait 0 7\n');
    expect(render('folded')).toBe('main;loop;read:tcp 1000000 2000000\nmain;a:b c;futex#wait 0 250000\n');
    expect(render('folded-gaps')).toBe('main;loop;read:tcp 0 1000000\n');
  });

  it('are read by the pattern that flamegraph.pl reads them by', () => {
    for (const line of render('folded').trimEnd().split('\n')) {
      // flamegraph.pl: m/^(.*)\s+?(\d+(?:\.\d*)?)$/, twice.
      const [, rest] = /^(.*)\s+?(\d+(?:\.\d*)?)$/.exec(line)!;
      expect(/^(.*)\s+?(\d+(?:\.\d*)?)$/.exec(rest!)).not.toBeNull();
    }
  });

  it('are empty where there is no profile', () => {
    expect(FOLDED_REPORTERS[0]!.render(document(), PLAIN)).toBe('');
  });
});
