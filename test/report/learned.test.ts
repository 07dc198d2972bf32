import { expect, it } from 'vitest';
import { DEFAULT_PARAMETERS } from '../../src/parameters.js';
import { LEARN_REPORTERS, type LearnDocument } from '../../src/report/learned.js';
import { coverageReport } from '../../src/signatures/coverage.js';
import { learnSignatures } from '../../src/signatures/learn.js';
import { traceFromText } from '../helpers/trace.js';

const DB = learnSignatures(
  [traceFromText('1 0.1 read main>f>g\n1 0.2 write main>h\n1 0.3 read main>f>g\n1 0.4 write main>h')],
  {
    parameters: DEFAULT_PARAMETERS,
    sources: ['runs/profile-1'],
  },
);

function documentOf(functions?: readonly string[]): LearnDocument {
  return {
    schemaVersion: 1,
    tool: DB.tool,
    path: 'app.json',
    learned: DB.learned,
    binary: functions === undefined ? null : '/srv/app',
    coverage: coverageReport(DB, functions && { functions }),
  };
}

const [table, json] = LEARN_REPORTERS.map((r) => (d: LearnDocument) => r.render(d, { width: 200, color: false })) as [
  (d: LearnDocument) => string,
  (d: LearnDocument) => string,
];

it('tells people what was covered, with and without the binary', () => {
  const text = table(documentOf());
  expect(text).toContain('Learned 4 functions of app from 1 trace:');
  expect(text).toContain('2 functions in 1 group cannot be told apart; by the context of their calls, 2 in 1 (2 of');
  expect(text).toContain('the largest of these: f, g');
  expect(text).not.toContain('seen');
  const compared = table(documentOf(['main', 'f', 'g', 'never', 'ever']));
  expect(compared).toContain('3 of the 5 functions in /srv/app were seen (60.0 %)');
  expect(compared).toContain('not in that file: h');
  expect(table(documentOf([]))).toContain('/srv/app names no functions');
});

it('gives programs the whole of it', () => {
  const document = documentOf(['main', 'f', 'g', 'never', 'ever']);
  expect(JSON.parse(json(document))).toEqual(document);
  expect(document.coverage.binary!.unseen).toEqual(['ever', 'never']);
});

it('says how steady the server was, and what that means where it was not', () => {
  const told = (dispersion: number | null) => {
    const d = documentOf();
    return table({ ...d, coverage: { ...d.coverage, dispersion } });
  };
  expect(told(1.23)).toContain('its mix of calls varies 1.2 times as much as chance would make it\n');
  expect(told(8)).toContain('8.0 times as much as chance would make it: only what changes it more');
  expect(told(null)).not.toContain('mix of calls');
});

it('says where stacks break off, in a function of the program or in a library', () => {
  const line = (i: number, stack: string) => `1 ${i} read ${stack}`;
  const told = (...stacks: string[]) => {
    const text = stacks.map((stack, i) => line(i + 1, stack)).join('\n');
    const db = learnSignatures([traceFromText(text)], { parameters: DEFAULT_PARAMETERS });
    return table({ ...documentOf(), learned: db.learned, coverage: coverageReport(db) });
  };
  const whole = Array.from({ length: 18 }, () => 'main>f>g');
  expect(told(...whole)).not.toContain('break off');
  expect(told(...whole, 'f>g', 'g')).toContain(
    "10 % of the stacks break off in a function of the program's own, without its callers: strace -k loses its way",
  );
  expect(told(...whole, 'read@/lib/libc.so.6', 'read@/lib/libc.so.6')).toContain(
    '10 % tell nothing: they have no stack, or one that breaks off in a library\n',
  );
  const lost = 'read@/lib/libc.so.6';
  const amidst = told(...whole.slice(2), lost, 'main>f', lost).replace(/\s+/g, ' ');
  expect(amidst).toContain('in a library; 5 % came between calls of one invocation, and count for its functions');
  expect(amidst).toContain('most of these break off in libc.so.6 (read): perf -g loses its way where a library has no');
});

it('tells names that several functions of the program have', () => {
  const d = documentOf();
  const shared = (...names: string[]) =>
    table({ ...d, coverage: { ...d.coverage, names: { ...d.coverage.names, shared: names } } }).replace(/\s+/g, ' ');
  expect(shared('init', 'reply')).toContain('of init, reply the program has several functions');
  expect(shared()).not.toContain('several functions');
});
