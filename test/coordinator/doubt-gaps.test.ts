import { expect, it, vi } from 'vitest';
import { doubtGaps } from '../../src/coordinator/doubt-gaps.js';
import type { MethodInput, MethodOutcome } from '../../src/methods/method.js';
import type { Verdict } from '../../src/result.js';
import { traceFromText } from '../helpers/trace.js';

const SILENT = traceFromText('1/1 0 read:tcp +0.1\n1/1 2 write:tcp +0.1');
const outcome = (verdict: Verdict) =>
  ({ verdict, externalResource: null, reasons: [{ code: 'odds', args: {} }], odds: 0.9 }) as unknown as MethodOutcome;

/** The verdict with a gap of `seconds`, and how often a second one was asked for. */
async function doubted(first: Verdict, second: Verdict, seconds: number, toNs = 3e9) {
  const gap = { cpu: 0, fromNs: 0.1e9, toNs: 0.1e9 + seconds * 1e9 };
  const trace = { ...SILENT, gaps: seconds > 0 ? [gap] : [] };
  const cpu = new Uint16Array(trace.length);
  const input = { trace: { ...trace, columns: { ...trace.columns, cpu } }, fromNs: 0, toNs } as unknown as MethodInput;
  const judge = vi.fn<(input: MethodInput) => Promise<MethodOutcome>>(() => Promise.resolve(outcome(second)));
  const told = await doubtGaps(input, outcome(first), judge);
  return { told, asked: judge.mock.calls.length, of: judge.mock.calls[0]?.[0] };
}

it('a verdict that only time without events makes is none', async () => {
  const { told, of } = await doubted('bug', 'none', 1.5);
  expect(told.verdict).toBe('inconclusive');
  expect(told.odds).toBeUndefined();
  expect(told.reasons.map(({ code }) => code)).toEqual(['only-with-gaps', 'odds']);
  expect(told.reasons[0]!.args).toEqual({ verdict: 'bug', seconds: 1.5, gaps: 1 });
  expect(of!.toNs).toBe(1.5e9);
});

it.each([
  ['one that stays', 'bug', 'bug', 1.5, 1],
  ['that nothing is wrong, of which gaps make no more', 'none', 'bug', 1.5, 0],
  ['one without gaps', 'bug', 'none', 0, 0],
] as const)('kept: %s', async (_, first, second, seconds, times) => {
  const { told, asked } = await doubted(first, second, seconds);
  expect(told).toEqual(outcome(first));
  expect(asked).toBe(times);
});

it('gaps outside of the window are no reason to doubt', async () =>
  expect((await doubted('bug', 'none', 1.5, 0.05e9)).told.verdict).toBe('bug'));
