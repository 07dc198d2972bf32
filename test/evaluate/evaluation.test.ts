import { describe, expect, it } from 'vitest';
import { type CaseRow, median, rankMetrics, summarise } from '../../src/evaluate/evaluation.js';

const row = (part: Partial<CaseRow>): CaseRow => ({
  id: 'x',
  system: 's',
  category: 'hang',
  root: null,
  related: null,
  path: null,
  scope: null,
  verdict: 'bug',
  externalResource: null,
  suspects: 0,
  healthyPrefixVerdict: null,
  seconds: 1,
  status: 'ok',
  error: null,
  first: [],
  verdictRight: true,
  resourceRight: null,
  ...part,
});

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

describe('metrics', () => {
  it('has numbers for nothing', () => {
    expect(rankMetrics([])).toEqual({ top1: 0, top3: 0, top5: 0, mrr: 0 });
    expect(median([])).toBe(null);
    expect(median([3, 1, 2, 10])).toBe(2.5);
  });
});
