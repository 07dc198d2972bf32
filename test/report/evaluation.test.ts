import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { type CaseRow, type Evaluation, summarise } from '../../src/evaluate/evaluation.js';
import { EVALUATION_REPORTERS } from '../../src/report/evaluation.js';
import { PLAIN } from '../../src/report/reporter.js';

const row = (part: Partial<CaseRow>): CaseRow => ({
  id: 'haproxy-fad0318',
  system: 'haproxy',
  category: 'retry-storm',
  root: 3,
  related: 3,
  path: 1,
  scope: 0.0026,
  verdict: 'bug',
  externalResource: null,
  suspects: 8,
  healthyPrefixVerdict: 'none',
  seconds: 0.5,
  status: 'ok',
  error: null,
  first: [{ rank: 1, function: 'dns_resolve_recv' }],
  verdictRight: true,
  resourceRight: null,
  ...part,
});
const document: Evaluation = {
  schemaVersion: 1,
  tool: { name: 'perfscope', version: '0' },
  status: 'ok',
  parameters: {},
  methods: {
    fused: summarise([
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
    ]),
  },
};
const render = (id: string, width = 80) =>
  EVALUATION_REPORTERS.find((r) => r.id === id)!.render(document, { width, color: false });

describe('reports of an evaluation', () => {
  it('table: totals, cases, what failed', () => {
    expect(render('table')).toBe(`method  top-1  top-3  top-5    MRR  root top-5   scope  verdicts  false alarms
fused     0/3    1/3    1/3  0.148         3/3  0.26 %       1/1           1/4
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

  it('markdown: totals first, then cases, categories and systems', () => {
    const text = render('markdown');
    expect(text.startsWith('| method | top-1 |')).toBe(true);
    for (const head of ['### fused', '| case |', '| category |', '| system |']) expect(text).toContain(head);
  });

  it('json: the document', () => expect(JSON.parse(render('json'))).toEqual(document));

  it('says when the run was cut short', () => {
    const table = EVALUATION_REPORTERS[0]!;
    expect(table.render({ ...document, status: 'partial' }, PLAIN)).toContain('cut short');
  });
});
