import { describe, expect, it } from 'vitest';
import { archiveData, archivePage } from '../../../src/report/html/archive-page.js';
import { historyData } from '../../../src/report/html/history-page.js';
import { LINKED } from '../../../src/report/html/plain-page.js';
import type { Regression } from '../../../src/regress/regression.js';
import { batchSummary, nights } from './plain-pages.js';

describe('page of a batch', () => {
  const summary = batchSummary(60);
  const page = archiveData(summary);

  it('counts incidents by day and verdict, each once', () => {
    const [chart] = page.charts;
    const sum = chart!.series.flatMap((s) => s.values).reduce<number>((a, b) => a + (b ?? 0), 0);
    expect(sum).toBe(summary.incidents.filter((r) => r.startedAt !== null).length);
    expect(chart!.times).toEqual([...chart!.times].sort((a, b) => a - b));
    expect(archiveData(batchSummary(1)).charts).toEqual([]);
  });

  it('has what recurs, what looks alike, what failed and all, with links to results alone', () => {
    expect(page.tables.map((t) => t.id)).toEqual(['functions', 'alike', 'failures', 'incidents']);
    expect(page.tables.at(-1)!.rows).toHaveLength(60);
    const files = page.tables
      .flatMap((t) => t.rows.flat())
      .flatMap((c) => (typeof c === 'object' && c !== null ? [c.file] : []));
    expect(files.length).toBeGreaterThan(60);
    for (const file of files) expect(file).toMatch(LINKED);
    for (const bad of ['javascript:alert(1)', '../x.json', 'results/../x.json', 'results/a/b.json', 'results/.x.json'])
      expect(bad).not.toMatch(LINKED);
  });

  it('leads to the pages of incidents, where they have one', () => {
    const { id } = summary.incidents[0]!;
    const linked = archiveData(summary, new Set([id])).tables.flatMap((t) => t.rows.flat());
    const files = linked.flatMap((c) => (typeof c === 'object' && c !== null ? [c.file] : []));
    expect(files.filter((f) => f.startsWith('pages/'))).toContain(`pages/${id}.html`);
    expect(new Set(files.filter((f) => f.startsWith('pages/'))).size).toBe(1);
    for (const file of files) expect(file).toMatch(LINKED);
    for (const bad of ['pages/../x.html', 'pages/x.json', 'pages/.x.html', 'https://x/pages/a.html'])
      expect(bad).not.toMatch(LINKED);
  });

  it('does not grow with the archive', () => {
    const many = archivePage(batchSummary(20_000));
    expect(many.length).toBeLessThan(4e6);
    expect(archiveData(batchSummary(20_000)).tables.at(-1)!.more).toBe('19,000 more are in summary.json.');
  });
});

describe('page of nights', () => {
  const night = (part: Partial<Regression> = {}) =>
    ({
      at: '2026-11-29T03:00:00.000Z',
      label: 'abc123',
      status: 'ok',
      passed: false,
      tool: { name: 'perfscope', version: '0.1.0' },
      gates: [
        { name: 'worseRanks', condition: 'worseRanks <= 0', value: 1, crossed: true, reasons: ['redis-849: 1 -> 3'] },
      ],
      evaluation: { methods: {} },
      ...part,
    }) as unknown as Regression;

  it('plots the history in order of time', () => {
    const page = historyData(night(), [...nights(40)].reverse());
    expect(page.title).toBe('perfscope regress: failed');
    expect(page.charts.map((c) => c.id)).toEqual(['found', 'mrr', 'alarms', 'time', 'memory']);
    for (const c of page.charts) {
      expect(c.times).toEqual([...c.times].sort((a, b) => a - b));
      for (const s of c.series) expect(s.values).toHaveLength(40);
    }
    expect(page.tables.find((t) => t.id === 'gates')!.rows).toEqual([['worseRanks <= 0', 'redis-849: 1 -> 3']]);
  });

  it('leaves out what older nights do not tell, and nights without a time', () => {
    const [old, ...rest] = nights(3);
    const page = historyData(night({ passed: true }), [
      { ...old!, methods: {}, time: {} },
      ...rest,
      { ...old!, at: 'x' },
    ]);
    expect(page.charts[0]!.series[0]!.values[0]).toBeNull();
    expect(page.charts[0]!.times).toHaveLength(3);
    expect(historyData(night(), []).charts).toEqual([]);
  });
});
