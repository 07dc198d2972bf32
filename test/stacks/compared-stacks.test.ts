import { describe, expect, it } from 'vitest';
import { flameOf } from '../../src/report/html/flame.js';
import { comparedStacks } from '../../src/stacks/compared-stacks.js';
import type { StackProfile, WeighedStack } from '../../src/stacks/stack-profile.js';

const weights = (calls: number) => ({ calls, callTime: calls / 10, gapTime: 0 });
const profile = (source: StackProfile['source'], to: number, stacks: readonly WeighedStack[]): StackProfile => {
  return { source, from: 100, onset: 101, to: 100 + to, stacks };
};
const stack = (names: string, before: number, after: number, certainty = 1): WeighedStack => {
  return { stack: names.split(' '), call: 'read', before: weights(before), after: weights(after), certainty };
};

describe('stacks of two windows', () => {
  const first = profile('decoded', 10, [stack('main serve', 10, 30, 0.5), stack('main log', 5, 5)]);
  const second = profile('decoded', 20, [stack('main serve', 0, 120, 0.9), stack('main spin', 0, 40)]);
  const both = comparedStacks(first, second);
  const of = (name: string) => both.stacks.find((s) => s.stack.at(-1) === name)!;

  it('has all of each window in its part, whatever its onset', () => {
    expect([both.onset - both.from, both.to - both.onset]).toEqual([10, 20]);
    expect(of('serve')).toMatchObject({ before: { calls: 40 }, after: { calls: 120 } });
    expect(of('log')).toMatchObject({ before: { calls: 10 }, after: { calls: 0 } });
    expect(of('spin')).toMatchObject({ before: { calls: 0 }, after: { calls: 40 } });
  });

  it('weighs certainty by calls', () => {
    expect(of('serve').certainty).toBeCloseTo((40 * 0.5 + 120 * 0.9) / 160, 9);
  });

  it('is drawn by rates, so that windows of different lengths compare', () => {
    const tree = flameOf(both)!;
    const serve = tree.name.indexOf(tree.names.indexOf('serve'));
    expect([tree.amounts.calls.before[serve], tree.amounts.calls.after[serve]]).toEqual([4, 6]);
  });

  it('is only as good as the worse of its sources', () => {
    expect(comparedStacks(profile('recorded', 1, []), second).source).toBe('decoded');
    expect(comparedStacks(profile('none', 1, []), second).source).toBe('none');
  });
});
