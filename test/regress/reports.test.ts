import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Regression } from '../../src/regress/regression.js';
import { regress } from '../../src/regress/regress.js';
import { prometheusText } from '../../src/report/prometheus-text.js';
import { REGRESSION_REPORTERS } from '../../src/report/regression.js';
import { PLAIN } from '../../src/report/reporter.js';
import { type Planted, stub, writeBugSet } from './stub.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'perfscope-reports-'));
afterAll(() => rmSync(folder, { recursive: true }));

const PLANTED: Planted = {
  ranked: { hang: ['serve', 'take_lock'] },
  time: { storm: 2 },
  crash: { quiet: 'the process was killed by SIGSEGV' },
};
let same: Regression;
let worse: Regression;
let fresh: Regression;
beforeAll(async () => {
  writeBugSet(folder);
  const first = await regress([folder], { baseline: null, runCase: stub().runCase });
  const against = async (planted: Planted) => {
    const { document } = await regress([folder], { baseline: first.newBaseline, runCase: stub(planted).runCase });
    return { ...document, at: '2026-01-02T03:04:05.000Z' };
  };
  fresh = first.document;
  same = await against({});
  worse = await against(PLANTED);
});

const report = (id: string, d: Regression) => REGRESSION_REPORTERS.find((r) => r.id === id)!.render(d, PLAIN);

describe('reports of a regression', () => {
  it('the table names every gate that was crossed, and by what', () => {
    const text = report('table', worse);
    expect(text).toMatch(/^6 gates of 10 crossed\n/);
    expect(text).toMatch(
      /worseRanks <= 0 crossed:\n {2}fused hang: related rank 1 -> 2, root rank 1 -> 2, path rank 1 -> 2\n/,
    );
    expect(text).toMatch(/newFailures <= 0 crossed:\n {2}fused quiet: failed: the process was killed by SIGSEGV\n/);
    expect(text).toMatch(/caseTime <= 1.6 crossed:\n {2}storm: fused takes 2 times as long \(2 -> 4 calibrations\)\n/);
    for (const line of text.split('\n')) expect([...line].length).toBeLessThanOrEqual(80);
    expect(report('table', same)).toMatch(/^10 gates, none crossed\n/);
    expect(report('table', fresh)).toMatch(/^There is no baseline to compare with\.\n/);
  });

  it('JUnit: the cases to blame, and the gates', () => {
    const text = report('junit', worse);
    expect(text).toContain('tests="14" failures="8" errors="1"');
    expect(text).toMatch(
      /name="hang" classname="perfscope.fused.hang" time="0.100">\n\s*<failure message="fused hang: related/,
    );
    expect(text).toMatch(/name="storm"[^>]*>\n\s*<failure message="storm: fused takes 2 times/);
    expect(text).toMatch(/name="disk"[^>]*\/>/);
    expect(text).toMatch(/name="quiet"[^>]*>\n\s*<error message="the process was killed/);
    expect(text).toMatch(/name="worseRanks &lt;= 0" classname="perfscope.gates"[^>]*>\n\s*<failure/);
    expect(report('junit', same)).toContain('tests="14" failures="0" errors="0"');
  });

  it('Markdown: for the summary of a job', () => {
    const text = report('markdown', worse);
    expect(text).toMatch(/^## perfscope regress: failed\n\n6 gates of 10 crossed\.\n/);
    expect(text).toMatch(/\| `worseRanks <= 0` \| fused hang: related rank 1 -> 2/);
    expect(text).toMatch(/\| time: fused \| 6 \| 8 \| 1.33 \|/);
    expect(text).toMatch(/### What moved/);
    expect(report('markdown', same)).toMatch(/^## perfscope regress: passed\n\n10 gates, none crossed\.\n/);
  });

  it('Prometheus: every line is a sample or says what follows', () => {
    const text = report('prometheus', worse);
    const sample = /^perfscope_regress_[a-z_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? -?[\d.]+(e[+-]?\d+)?$/;
    for (const line of text.trimEnd().split('\n'))
      expect(line).toMatch(line.startsWith('#') ? /^# (HELP|TYPE) / : sample);
    expect(text).toContain('\nperfscope_regress_passed 0\n');
    expect(text).toContain(`\nperfscope_regress_timestamp_seconds ${Date.UTC(2026, 0, 2, 3, 4, 5) / 1000}\n`);
    expect(text).toContain('\nperfscope_regress_gate_crossed{gate="caseTime <= 1.6"} 1\n');
    expect(text).toContain('\nperfscope_regress_cases_at_most{method="fused",rank="related",k="1"} 0\n');
    expect(text).toContain('\nperfscope_regress_related_rank{method="fused",case="hang"} 2\n');
    expect(text).not.toContain('case="disk"');
    expect(report('prometheus', same)).toContain('\nperfscope_regress_passed 1\n');
  });
});

describe('the Prometheus text format', () => {
  it('escapes labels and help', () => {
    const samples = [{ labels: { a: 'x"y\\z\n' }, value: Infinity }];
    expect(prometheusText([{ name: 'm', help: 'back\\slash\nline', samples }])).toBe(
      '# HELP m back\\\\slash\\nline\n# TYPE m gauge\nm{a="x\\"y\\\\z\\n"} +Inf\n',
    );
    expect(prometheusText([{ name: 'm', help: 'h', samples: [] }])).toBe('');
  });
});
