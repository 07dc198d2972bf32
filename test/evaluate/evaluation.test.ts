import { describe, expect, it } from 'vitest';
import { median, rankMetrics, summarise } from '../../src/evaluate/evaluation.js';
import { evaluationOf, ranked, row } from './rows.js';

describe('summarise', () => {
  const rows = [
    row({ id: 'a', related: 1, scope: 0.001, healthyPrefixVerdict: 'none' }),
    row({ id: 'b', related: 4, scope: 0.01, healthyPrefixVerdict: 'bug' }),
    row({ id: 'c', category: 'leak', system: 't' }),
    row({ id: 'd', category: 'external', verdict: 'external', resourceRight: true, healthyPrefixVerdict: 'none' }),
    row({ id: 'e', category: 'none', verdict: 'bug', verdictRight: false, suspects: 7 }),
  ];

  it('counts the guilty and the innocent apart', () => {
    expect(summarise(rows).total).toMatchObject({
      guilty: 3,
      related: { top1: 1, top3: 1, top5: 2, mrr: (1 + 1 / 4) / 3 },
      medianScope: 0.01,
      bugSaid: { right: 3, of: 3 },
      verdicts: { right: 1, of: 2, resourceRight: 1, suspectsNamed: 7 },
      healthyPrefixes: { falseAlarms: 1, of: 3 },
      seconds: 5,
    });
  });

  it('takes a function that is not reported as a search of the whole binary', () => {
    expect(summarise([rows[2]!]).total.medianScope).toBe(1);
  });

  it('does the same for each category and system', () => {
    const { byCategory, bySystem } = summarise(rows);
    expect(Object.keys(byCategory)).toEqual(['external', 'hang', 'leak', 'none']);
    expect(byCategory.hang).toMatchObject({ guilty: 2, related: { top1: 1, top5: 2 } });
    expect(bySystem.t).toMatchObject({ guilty: 1, related: { top5: 0, mrr: 0 } });
  });
});

describe('groups', () => {
  it('are by server, operator and recorder, of the cases that have them', () => {
    const { byServer, byOperator, byRecorder } = summarise([
      row({ system: 'node.js gallery', server: 'node.js', operator: 'sleep', recorder: 'perf', related: 1 }),
      row({ system: 'node.js queue', server: 'node.js', recorder: 'strace', verdictRight: false }),
    ]);
    expect(byServer).toMatchObject({ 'node.js': { cases: 2, related: { top1: 1 }, bugSaid: { right: 1, of: 2 } } });
    expect(Object.keys(byOperator)).toEqual(['sleep']);
    expect(Object.keys(byRecorder)).toEqual(['perf', 'strace']);
  });
});

describe('intervals', () => {
  it('are by servers, of the cases that a figure is of', () => {
    const guilty = ranked('redis 1 1, nginx 1 1, httpd 1');
    const innocent = ['redis', 'nginx'].map((system) => row({ system, category: 'none', verdictRight: false }));
    const { intervals } = summarise([...guilty, ...innocent]).total;
    expect(intervals).toMatchObject({ servers: 3, top1: { low: 1, high: 1 }, mrr: { low: 1, high: 1 } });
    // Two servers alone have innocent cases, none has a prefix.
    expect(intervals).toMatchObject({ verdicts: null, falseAlarms: null });
  });

  it('are null for too few servers', () => {
    expect(summarise(ranked('redis 1 2 3, nginx 1')).total.intervals).toMatchObject({ servers: 2, top1: null });
  });
});

describe('comparisons', () => {
  it('take the first method against each other one, case by case', () => {
    const { comparisons } = evaluationOf({
      a: ranked('redis 1 1, nginx 1, httpd 1'),
      b: ranked('redis 2 -, nginx 2, httpd 2'),
      c: ranked('redis 1 1, nginx 1, httpd 1'),
    });
    expect(comparisons.map((c) => [c.method, c.against])).toEqual([
      ['a', 'b'],
      ['a', 'c'],
    ]);
    expect(comparisons[0]!.top1).toEqual({ difference: 1, low: 1, high: 1, better: 1 });
    expect(comparisons[0]!.top5).toMatchObject({ difference: 0.25, low: 0 });
    expect(comparisons[0]!.mrr!.difference).toBeCloseTo((0.5 + 1 + 0.5 + 0.5) / 4, 12);
    expect(comparisons[1]!.mrr).toMatchObject({ difference: 0, better: 0.5 });
  });

  it('are of nothing with one method, and without figures on too few servers', () => {
    expect(evaluationOf({ a: ranked('redis 1, nginx 1, httpd 1') }).comparisons).toEqual([]);
    expect(evaluationOf({ a: ranked('redis 1'), b: ranked('redis 2') }).comparisons[0]).toMatchObject({ top1: null });
  });
});

describe('metrics', () => {
  it('has numbers for nothing', () => {
    expect(rankMetrics([])).toEqual({ top1: 0, top3: 0, top5: 0, mrr: 0 });
    expect(median([])).toBe(null);
    expect(median([3, 1, 2, 10])).toBe(2.5);
  });
});
