import { describe, expect, it } from 'vitest';
import { changeOf, framesBelow, matched, search } from '../../../src/report/html/client/flame-layout.js';
import { flameOf } from '../../../src/report/html/flame.js';
import type { StackProfile, WeighedStack } from '../../../src/stacks/stack-profile.js';

const weights = (calls: number, callTime = 0, gapTime = 0) => ({ calls, callTime, gapTime });
/** Ten seconds before the onset, twenty after it. */
const profile = (stacks: readonly WeighedStack[], part: Partial<StackProfile> = {}): StackProfile => ({
  source: 'decoded',
  from: 0,
  onset: 10,
  to: 30,
  stacks,
  ...part,
});
const STACKS: WeighedStack[] = [
  { stack: ['main', 'serve'], call: 'read:tcp', before: weights(10, 5), after: weights(20, 10), certainty: 1 },
  { stack: ['main', 'serve'], call: 'write:tcp', before: weights(10, 5), after: weights(40, 10), certainty: 0.5 },
  { stack: ['main', 'log'], call: 'futex#wait', before: weights(0), after: weights(30, 20), certainty: 0.5 },
];

describe('tree of a flame graph', () => {
  const tree = flameOf(profile(STACKS))!;
  const at = (name: string) => tree.name.indexOf(tree.names.indexOf(name));

  it('has amounts a second, of each part, with all that lies under a frame', () => {
    expect(tree.amounts.calls.before[at('serve')]).toBe(2);
    expect(tree.amounts.calls.after[at('serve')]).toBe(3);
    expect(tree.amounts.callTime.after[at('main')]).toBe(2);
    expect(tree.amounts.callTime.before[0]).toBe(1);
  });

  it('says how certain stacks are, weighed by their calls', () => {
    expect(tree.certainty[at('log')]).toBe(0.5);
    expect(tree.certainty[at('serve')]).toBeCloseTo((30 * 1 + 50 * 0.5) / 80, 2);
    expect(tree.sure).toBeCloseTo(30 / 110);
  });

  it('has callers before what they call', () => {
    tree.parent.forEach((parent, node) => expect(parent).toBeLessThan(node));
    expect(tree.parent.filter((p) => p < 0)).toHaveLength(1);
  });

  it('begins with the weight that changed most', () => {
    const spinning = STACKS.map((s) => ({ ...s, after: { ...s.after, gapTime: s.call === 'futex#wait' ? 20 : 0 } }));
    expect(flameOf(profile(spinning))!.first).toBe('gapTime');
  });

  it('is there only where stacks are', () => {
    expect(flameOf(undefined)).toBeNull();
    expect(flameOf(profile(STACKS, { source: 'none' }))).toBeNull();
    expect(flameOf(profile([]))).toBeNull();
  });

  it('compares with nothing where the window begins with the onset', () => {
    const all = flameOf(profile(STACKS, { onset: 0 }))!;
    expect(all.seconds.before).toBe(0);
    expect(all.amounts.calls.before.every((n) => n === 0)).toBe(true);
  });

  it('keeps the largest frames of a great many, with their callers', () => {
    const many = Array.from({ length: 5000 }, (_, k): WeighedStack => {
      return { stack: ['main', `f${k}`], call: 'read', before: weights(1), after: weights(k + 1, k), certainty: 1 };
    });
    const cut = flameOf(profile(many))!;
    expect(cut.parent.length).toBeLessThanOrEqual(800);
    expect(cut.left).toBe(10_002 - cut.parent.length);
    expect(cut.names).toContain('f4999');
    cut.parent.forEach((parent, node) => node > 0 && expect(parent).toBeGreaterThanOrEqual(0));
  });

  it('cuts what is deep, and keeps the call', () => {
    const stack = Array.from({ length: 1000 }, (_, k) => `f${k}`);
    const deep = flameOf(profile([{ ...STACKS[0]!, stack }]))!;
    expect(deep.parent.length).toBeLessThan(60);
    expect(deep.names.slice(-2)).toEqual(['…', 'read:tcp']);
  });
});

describe('frames', () => {
  const tree = flameOf(profile(STACKS))!;
  const named = (top = 0) =>
    framesBelow(tree, top, 'callTime', 'after').map((f) => [tree.names[tree.name[f.node]!], f.row, f.left, f.width]);

  it('lie under their callers, as wide as their share', () => {
    expect(named()).toEqual([
      ['all', 0, 0, 1],
      ['main', 1, 0, 1],
      ['log', 2, 0, 0.5],
      ['futex#wait', 3, 0, 0.5],
      ['serve', 2, 0.5, 0.5],
      ['read:tcp', 3, 0.5, 0.25],
      ['write:tcp', 3, 0.75, 0.25],
    ]);
  });

  it('are as wide as all when zoomed to, with their callers above', () => {
    const serve = tree.name.indexOf(tree.names.indexOf('serve'));
    expect(named(serve)).toEqual([
      ['all', 0, 0, 1],
      ['main', 1, 0, 1],
      ['serve', 2, 0, 1],
      ['read:tcp', 3, 0, 0.5],
      ['write:tcp', 3, 0.5, 0.5],
    ]);
  });

  it('are coloured by how much there is more, or less', () => {
    const of = (name: string) => changeOf(tree, tree.name.indexOf(tree.names.indexOf(name)), 'callTime');
    expect(of('log')).toBe(1);
    expect(of('read:tcp')).toBe(0);
  });

  it('are found by a part of their name, and counted once', () => {
    const found = search(tree, ' SERV ');
    expect([...found].map((n) => tree.names[tree.name[n]!])).toEqual(['serve']);
    expect(matched(tree, found, 'callTime')).toEqual({ before: 1, after: 1 });
    expect(matched(tree, search(tree, 'r'), 'callTime').after).toBe(1);
    expect(search(tree, ' ').size).toBe(0);
  });
});
