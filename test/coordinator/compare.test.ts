import { describe, expect, it } from 'vitest';
import { compareEvaluations, compareResults } from '../../src/coordinator/compare.js';
import { COMPARISON_REPORTERS } from '../../src/report/comparison.js';
import { PLAIN } from '../../src/report/reporter.js';
import { evaluationOf, ranked, row } from '../evaluate/rows.js';
import { document, suspect } from '../report/document.js';

const table = COMPARISON_REPORTERS[0]!;

describe('compareResults', () => {
  it('tells suspects that rose, fell, came and went', () => {
    const before = document({
      suspects: [suspect('a', { rank: 1 }), suspect('b', { rank: 2 }), suspect('c', { rank: 3 })],
    });
    const after = document({
      verdict: 'external',
      suspects: [suspect('b', { rank: 1 }), suspect('a', { rank: 2 }), suspect('d', { rank: 3 })],
    });
    const comparison = compareResults(before, after);
    expect(comparison.parts[0]!.ranks).toEqual([
      { name: 'a', before: 1, after: 2 },
      { name: 'b', before: 2, after: 1 },
      { name: 'c', before: 3, after: null },
      { name: 'd', before: null, after: 3 },
    ]);
    expect(comparison.parts[0]!.verdicts).toEqual([{ name: '', before: 'bug', after: 'external' }]);
    expect(table.render(comparison, PLAIN)).toMatch(/rank\s+c\s+3\s+-/);
  });

  it('takes two runs of the same for the same, whatever they took', () => {
    const comparison = compareResults(document(), document({ timing: { read: 9 }, peakMemoryBytes: 1 }));
    expect(comparison.changed).toBe(false);
    expect(table.render(comparison, PLAIN)).toContain('Nothing moved.');
  });
});

describe('compareEvaluations', () => {
  const evaluation = (text: string) => evaluationOf({ fused: ranked(text) });

  it('tells cases and totals that moved', () => {
    const [part] = compareEvaluations(evaluation('redis 1 7'), evaluation('redis 1 5')).parts;
    expect(part!.ranks).toEqual([{ name: 'redis-1', before: 7, after: 5 }]);
    expect(part!.totals.map((m) => m.name)).toContain('related.top5');
    expect(part!.totals.map((m) => m.name)).not.toContain('seconds');
  });

  it('tells what a change is worth on other servers, over the cases that both have', () => {
    const before = evaluation('redis 2 3, nginx 9, httpd 1');
    const comparison = compareEvaluations(before, evaluation('redis 1 1, nginx 1, httpd 1 1 1'));
    const { top1, mrr } = comparison.parts[0]!.differences!;
    expect(top1).toMatchObject({ difference: 0.75, high: 1 });
    expect(mrr!.difference).toBeCloseTo((1 / 2 + 2 / 3 + 8 / 9) / 4, 12);
    expect(table.render(comparison, PLAIN)).toMatch(/top-1 +\+75\.0 % +\S+ to \+100\.0 % +\d+ %/);
    expect(COMPARISON_REPORTERS.find((r) => r.id === 'markdown')!.render(comparison, PLAIN)).toContain('| top-1 |');
    expect(compareEvaluations(evaluation('redis 1'), evaluation('redis 2')).parts[0]!.differences!.top1).toBe(null);
  });

  it('reads documents that are older than servers, intervals and what was said of bugs', () => {
    const old = ['redis', 'nginx', 'httpd'].map((system) => {
      const { server, operator, recorder, odds, healthyPrefixOdds, ...kept } = row({ id: system, system, related: 2 });
      void [server, operator, recorder, odds, healthyPrefixOdds];
      return kept;
    });
    const { bugSaid, intervals, cases, ...total } = evaluation('redis 2, nginx 2, httpd 2').methods.fused!.total;
    void [bugSaid, intervals, cases];
    const before = { methods: { fused: { total, cases: old } } } as unknown as Parameters<typeof compareEvaluations>[0];
    const now = evaluationOf({ fused: old.map((r) => row({ ...r, related: 1, server: r.system })) });
    expect(compareEvaluations(before, now).parts[0]!.totals.map((m) => m.name)).not.toContain('bugSaid.right');
    expect(compareEvaluations(now, before).parts[0]!.differences!.top1).toMatchObject({ difference: -1, better: 0 });
  });
});
