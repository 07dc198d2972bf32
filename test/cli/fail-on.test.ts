import { describe, expect, it } from 'vitest';
import { exitCodeOfSummary, failsOn } from '../../src/cli/fail-on.js';

const total = (failed: number, verdicts: Partial<Record<'bug' | 'external' | 'none' | 'inconclusive', number>>) => ({
  total: {
    incidents: 9,
    analysed: 9 - failed,
    failed,
    damaged: 0,
    pending: 0,
    verdicts: { bug: 0, external: 0, none: 0, inconclusive: 0, ...verdicts },
  },
});

describe('--fail-on', () => {
  it('is said of one verdict or of several', () => {
    expect(failsOn({}, 'bug')).toBe(false);
    expect(failsOn({ failOn: ['none'] }, 'bug')).toBe(false);
    expect(failsOn({ failOn: ['none', 'bug'] }, 'bug')).toBe(true);
  });

  it('looks at every incident of many; what failed counts more, unless it is allowed to', () => {
    expect(exitCodeOfSummary(total(0, { bug: 1, none: 8 }), {})).toBe(0);
    expect(exitCodeOfSummary(total(0, { bug: 1, none: 8 }), { failOn: ['bug'] })).toBe(1);
    expect(exitCodeOfSummary(total(0, { none: 9 }), { failOn: ['bug', 'external'] })).toBe(0);
    expect(exitCodeOfSummary(total(1, { bug: 1 }), { failOn: ['bug'] })).toBe(3);
    expect(exitCodeOfSummary(total(1, { bug: 1 }), { failOn: ['bug'], allowFailures: true })).toBe(1);
  });
});
