import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import type { CaseRow } from '../../src/evaluate/evaluation.js';
import {
  EVALUATION_REPORTERS,
  TABLE_DETAILS,
  type TableDetail,
  evaluationReporters,
} from '../../src/report/evaluation.js';
import { PLAIN } from '../../src/report/reporter.js';
import { evaluationOf, row as bare } from '../evaluate/rows.js';

const row = (part: Partial<CaseRow>): CaseRow =>
  bare({
    id: 'haproxy-fad0318',
    system: 'haproxy',
    category: 'retry-storm',
    root: 3,
    related: 3,
    path: 1,
    scope: 0.0026,
    suspects: 8,
    healthyPrefixVerdict: 'none',
    seconds: 0.5,
    first: [{ rank: 1, function: 'dns_resolve_recv', confidence: 0.7 }],
    ...part,
  });
const document = evaluationOf({
  fused: [
    row({}),
    row({ id: 'late', related: 9, healthyPrefixVerdict: 'bug' }),
    row({
      id: 'disk',
      category: 'external',
      verdict: 'external',
      externalResource: 'disk',
      related: null,
      first: [],
    }),
    row({
      id: 'broken',
      status: 'failed',
      verdict: null,
      related: null,
      error: 'x.gz: is empty',
      verdictRight: false,
    }),
  ],
});
/** Three servers, two methods: there are intervals, and differences. */
const wide = () => {
  const cases = (related: (k: number) => number) =>
    ['redis', 'nginx', 'node.js'].flatMap((system, k) => [
      row({ id: `${system}-bug`, system, related: related(k), operator: 'sleep' }),
      row({ id: `${system}-calm`, system, category: 'none', verdict: 'none', related: null }),
    ]);
  return evaluationOf({ fused: cases((k) => k + 1), count: cases((k) => k + 2) });
};
const render = (id: string, width = 80) =>
  EVALUATION_REPORTERS.find((r) => r.id === id)!.render(document, { width, color: false });

describe('reports of an evaluation', () => {
  it('table: totals, cases, what failed', () => {
    expect(render('table')).toBe(`method  top-1  top-3  top-5    MRR   scope  bug said  verdicts  false alarms
fused     0/3    1/3    1/3  0.148  0.26 %       2/3       1/1           1/4
(top-k and scope of related functions; verdicts of the cases without a guilty function)

fused
case             root  related  path  verdict          prefix  first suspect
haproxy-fad0318     3        3     1  bug              none    dns_resolve_recv
late                3        9     1  bug              bug     dns_resolve_recv
disk                3        -     1  external (disk)  none
broken              3        -     1  failed           none    dns_resolve_recv
broken: x.gz: is empty
2.0 s of analysis
`);
  });

  it('table: intervals below the figures, and how methods differ', () => {
    const text = EVALUATION_REPORTERS[0]!.render(wide(), { width: 100, color: false });
    const lines = text.split('\n');
    expect(lines.slice(0, 3)).toEqual([
      'method  top-1    top-3    top-5       MRR  root top-5   scope  bug said  verdicts  false alarms',
      'fused     1/3      3/3      3/3     0.611         3/3  0.26 %       3/3       3/3           0/6',
      '  95 %  0-100  100-100  100-100  .33-1.00                       100-100   100-100           0-0',
    ]);
    expect(text).toContain('bootstrap over 3 servers');
    expect(text).toMatch(/^fused minus +measure +difference +95 % +better\ncount +top-1 +\+33\.3 % /m);
    expect(text).not.toContain('most often wrong first');
  });

  it.each(TABLE_DETAILS)(
    'table: %s where it is asked for, the same columns in Markdown always',
    (detail: TableDetail) => {
      const [table] = evaluationReporters([detail]);
      const text = table!.render(wide(), { width: 120, color: false });
      const markdown = EVALUATION_REPORTERS.find((r) => r.id === 'markdown')!.render(wide(), PLAIN);
      const expected: Readonly<Record<TableDetail, RegExp>> = {
        server: /^nginx +2 +0\/1 +1\/1 +1\/1 +0\.500 +1\/1 +1\/1 +0\/2$[^]*^nginx +1\/1 +dns_resolve_recv$/m,
        category: /^retry-storm +3 +1\/3 +3\/3 +3\/3 +0\.611 +3\/3 +- +0\/3\n {2}95 % +0-100 /m,
        operator: /^sleep +3 +1\/3 /m,
        recorder: /^\(no case tells its recorder\)$/m,
        confidence: /^60 to 80 % +3 +70 % +0 % \(0\)$/m,
      };
      expect(text).toMatch(expected[detail]);
      if (detail === 'recorder') expect(markdown).not.toContain('| recorder |');
      else if (detail === 'confidence') expect(markdown).toContain('| 60 to 80 % | 3 | 70 % | 0 % (0) |');
      else expect(markdown).toContain(`| ${detail} | cases | top-1 |`);
    },
  );

  it.each([70, 80, 120])('table fits %d columns, the long explanations aside', (width) => {
    const lines = render('table', width).split('\n');
    for (const line of lines.filter((l) => !l.startsWith('(')).slice(2))
      expect([...line].length).toBeLessThanOrEqual(width);
  });

  it('csv: a row a method and case', () => {
    const rows = parse(render('csv'), { columns: true }) as Record<string, string>[];
    expect(rows.map((r) => [r.method, r.id, r.related, r.status])).toEqual([
      ['fused', 'haproxy-fad0318', '3', 'ok'],
      ['fused', 'late', '9', 'ok'],
      ['fused', 'disk', '', 'ok'],
      ['fused', 'broken', '', 'failed'],
    ]);
  });

  it('junit: a case that is not found fails, one that broke is an error', () => {
    const text = render('junit');
    expect(text).toContain('tests="4" failures="1" errors="1"');
    expect(text).toMatch(/name="late"[^]*related function at rank 9/);
    expect(text).toMatch(/<error message="x.gz: is empty">/);
  });

  it('markdown: totals first, with intervals, then differences, cases and groups', () => {
    const text = render('markdown');
    expect(text.startsWith('| method | top-1 |')).toBe(true);
    for (const head of ['### fused', '| case |', '| category |', '| server |']) expect(text).toContain(head);
    const markdown = EVALUATION_REPORTERS.find((r) => r.id === 'markdown')!.render(wide(), PLAIN);
    const [first, second] = markdown.split('\n\n');
    expect(first).toContain('| `fused` | 1/3 (0-100 %) | 3/3 (100-100 %) | 3/3 (100-100 %) | 0.611 (.33-1.00) |');
    expect(second).toContain('| fused minus | measure | difference | 95 % | better |');
  });

  it('json: the document', () => expect(JSON.parse(render('json'))).toEqual(document));

  it('says when the run was cut short', () => {
    const table = EVALUATION_REPORTERS[0]!;
    expect(table.render({ ...document, status: 'partial' }, PLAIN)).toContain('cut short');
  });
});
