/** What the nightly check says at its end: which tests failed, and how many. */
import { describe, expect, it } from 'vitest';
// @ts-expect-error a script, without types
import { summed as sum } from '../scripts/sum-tests.js';

const summed = sum as (reports: unknown[]) => string[];

const test = (status: string, fullName: string, ...failureMessages: string[]) => ({
  status,
  fullName,
  failureMessages,
});
const red = (text: string) => `\u001b[31m${text}\u001b[39m`;

function run(
  name: string,
  ...testResults: { name: string; status: string; message?: string; assertionResults: ReturnType<typeof test>[] }[]
) {
  const tests = testResults.flatMap((file) => file.assertionResults);
  const count = (status: string) => tests.filter((t) => t.status === status).length;
  return [
    name,
    {
      numPassedTests: count('passed'),
      numFailedTests: count('failed'),
      numPendingTests: count('skipped'),
      testResults,
    },
  ];
}

describe('the sum of test runs', () => {
  it('is one line where nothing failed', () => {
    const file = { name: 'a.test.ts', status: 'passed', assertionResults: [test('passed', 'x'), test('skipped', 'y')] };
    expect(summed([run('tests', file), run('node-22-tests', file)])).toEqual(['tests: 2 passed, 0 failed, 2 skipped']);
  });

  it('names each failed test, with the first lines of what it said, and the run', () => {
    const message = `${red('AssertionError')}: expected 1 to be 2\n\n    at Object.<anonymous> (a.test.ts:3:4)\nCounterexample: [0]`;
    const file = {
      name: 'test/a.test.ts',
      status: 'failed',
      assertionResults: [test('failed', 'a thing works', message)],
    };
    expect(summed([run('node-22-tests', file)])).toEqual([
      'node-22-tests: test/a.test.ts: a thing works',
      '    AssertionError: expected 1 to be 2',
      '    Counterexample: [0]',
      'tests: 0 passed, 1 failed, 0 skipped',
    ]);
  });

  it('counts files that could not be loaded and runs without a report', () => {
    const broken = { name: 'test/b.test.ts', status: 'failed', message: 'SyntaxError: no', assertionResults: [] };
    expect(summed([run('tests', broken), ['node-24-tests', null]])).toEqual([
      'tests: test/b.test.ts',
      '    SyntaxError: no',
      'node-24-tests: ended without a report',
      'tests: 0 passed, 2 failed, 0 skipped',
    ]);
  });

  it('stays short, however much failed', () => {
    const tests = Array.from({ length: 50 }, (_, i) =>
      test('failed', `test ${i}`, 'a\nb\nc\nd\ne\nf', 'x'.repeat(5000)),
    );
    const lines = summed([run('tests', { name: 'c.test.ts', status: 'failed', assertionResults: tests })]);
    expect(lines).toHaveLength(22);
    expect(lines[0]).toBe('tests: c.test.ts: test 0');
    expect(lines[20]).toBe('... and 30 more');
    expect(lines[21]).toBe('tests: 0 passed, 50 failed, 0 skipped');
  });
});
