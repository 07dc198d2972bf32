import { describe, expect, it } from 'vitest';
import type { Truth } from '../../src/evaluate/case.js';
import { pathFunctions, relatedFunctions, resourceRight, score, verdictRight } from '../../src/evaluate/score.js';

const truth = (part: Partial<Truth>): Truth => ({
  id: 'x',
  system: 's',
  category: 'hang',
  rootCauseFunctions: [],
  callPathFunctions: [],
  observableFunctions: [],
  functionsInBinary: 1000,
  ...part,
});
const learned = (share: Record<string, number>) => ({ share: new Map(Object.entries(share)) });
/** "a b=c d": b and c share a score. */
const answer = (text: string, verdict: 'bug' | 'external' | 'none' = 'bug') => ({
  verdict,
  externalResource: null,
  ranked: text
    .split(' ')
    .flatMap((tie, i) => tie.split('=').map((name) => ({ name, score: 100 - i })))
    .filter((r) => r.name !== ''),
});

describe('score', () => {
  const bug = truth({ rootCauseFunctions: ['guilty'], callPathFunctions: ['caller', 'loop', 'main'] });
  const seen = learned({ guilty: 0.01, caller: 0.05, loop: 0.9, main: 1 });

  it('takes the best rank of the guilty, at the worst place of a tie', () => {
    expect(score(bug, seen, answer('a guilty b'))).toEqual({ root: 2, related: 2, path: 2, scope: 0.002 });
    expect(score(bug, seen, answer('a=guilty=b'))).toMatchObject({ root: 3, related: 3 });
    expect(score(truth({ rootCauseFunctions: ['z', 'guilty'] }), seen, answer('a guilty z')).root).toBe(2);
  });

  it('has no rank for a function that is not reported', () => {
    expect(score(bug, seen, answer('a b'))).toEqual({ root: null, related: null, path: null, scope: null });
  });

  it('compares names without compiler marks, positions and arguments', () => {
    const node = truth({ rootCauseFunctions: ['Queue.getNextJob'] });
    expect(score(node, seen, answer('JS:^Queue.getNextJob'))).toMatchObject({ root: 1 });
    const js = { ...answer(''), ranked: [{ name: 'JS:*Queue.getNextJob /app/queue.js:1112:38', score: 1 }] };
    expect(score(node, seen, js).root).toBe(1);
    const cpp = { ...answer(''), ranked: [{ name: 'Pool::take(int, char const*)', score: 1 }] };
    expect(score(truth({ rootCauseFunctions: ['Pool::take'] }), seen, cpp).root).toBe(1);
    expect(score(bug, seen, answer('guilty.isra.0')).root).toBe(1);
  });

  it('related: observable functions count', () => {
    const t = truth({ rootCauseFunctions: ['guilty'], observableFunctions: ['shows'] });
    expect(score(t, seen, answer('shows guilty'))).toMatchObject({ root: 2, related: 1, path: 1 });
  });

  it('related: the innermost caller stands in only when no root cause was on a stack in learning', () => {
    expect(relatedFunctions(bug, seen)).toEqual(new Set(['guilty']));
    expect(relatedFunctions(bug, learned({ loop: 0.9, main: 1 }))).toEqual(new Set(['guilty', 'loop']));
    expect(relatedFunctions(bug, learned({}))).toEqual(new Set(['guilty']));
    // One of two root causes is enough.
    const two = truth({ rootCauseFunctions: ['inlined', 'guilty'], callPathFunctions: ['caller'] });
    expect(relatedFunctions(two, seen)).toEqual(new Set(['inlined', 'guilty']));
  });

  it('path: two innermost callers, without what is on more than 20 % of the stacks', () => {
    expect(pathFunctions(bug, seen)).toEqual(new Set(['guilty', 'caller']));
    expect(pathFunctions(bug, learned({ loop: 0.2 }))).toEqual(new Set(['guilty', 'caller', 'loop']));
    expect(pathFunctions(truth({ rootCauseFunctions: ['main'] }), seen)).toEqual(new Set());
  });
});

describe('verdicts', () => {
  it('bug for the guilty, the category for the others', () => {
    expect(verdictRight(truth({}), answer('', 'bug'))).toBe(true);
    expect(verdictRight(truth({}), answer('', 'none'))).toBe(false);
    expect(verdictRight(truth({ category: 'none' }), answer('', 'none'))).toBe(true);
    expect(verdictRight(truth({ category: 'external' }), answer('', 'bug'))).toBe(false);
  });

  it('the resource counts only where the truth names one', () => {
    const cpu = truth({ category: 'external', externalResource: 'cpu' });
    expect(resourceRight(cpu, { ...answer('', 'external'), externalResource: 'cpu' })).toBe(true);
    expect(resourceRight(cpu, { ...answer('', 'external'), externalResource: 'disk' })).toBe(false);
    expect(resourceRight(truth({ category: 'external' }), answer('', 'external'))).toBe(null);
  });
});
