import { describe, expect, it } from 'vitest';
import { compareEvaluations, compareResults } from '../../src/coordinator/compare.js';
import type { CaseRow } from '../../src/evaluate/evaluation.js';
import { summarise } from '../../src/evaluate/evaluation.js';
import { COMPARISON_REPORTERS } from '../../src/report/comparison.js';
import { PLAIN } from '../../src/report/reporter.js';
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
    expect(table.render(comparison, PLAIN)).toBe('Nothing moved.\n');
  });
});

describe('compareEvaluations', () => {
  const row = (id: string, related: number | null): CaseRow => ({
    id,
    system: 's',
    category: 'hang',
    root: related,
    related,
    path: related,
    scope: null,
    verdict: 'bug',
    externalResource: null,
    suspects: 9,
    healthyPrefixVerdict: null,
    seconds: related ?? 0,
    status: 'ok',
    error: null,
    first: [],
    verdictRight: true,
    resourceRight: null,
  });
  const evaluation = (...rows: CaseRow[]) => ({
    schemaVersion: 1 as const,
    tool: { name: 'perfscope' as const, version: '0' },
    status: 'ok' as const,
    parameters: {},
    methods: { fused: summarise(rows) },
  });

  it('tells cases and totals that moved', () => {
    const [part] = compareEvaluations(evaluation(row('x', 1), row('y', 7)), evaluation(row('x', 1), row('y', 5))).parts;
    expect(part!.ranks).toEqual([{ name: 'y', before: 7, after: 5 }]);
    expect(part!.totals.map((m) => m.name)).toContain('related.top5');
    expect(part!.totals.map((m) => m.name)).not.toContain('seconds');
  });
});
