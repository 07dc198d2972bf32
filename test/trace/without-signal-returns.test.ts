import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutSignalReturns } from '../../src/trace/without-signal-returns.js';
import { traceFromText } from '../helpers/trace.js';

const text = (calls: readonly string[]) =>
  calls.map((call, i) => `1/${1 + (i % 3)} ${(i * 0.01).toFixed(2)} ${call} +0.001`).join('\n');

describe('withoutSignalReturns', () => {
  it('leaves a trace alone in which no handler returns', () => {
    const trace = traceFromText(text(['read', 'write']));
    expect(withoutSignalReturns(trace)).toBe(trace);
  });

  it('keeps all other rows as they are, in their order', () => {
    const some = fc.array(fc.constantFrom('read', 'write', 'rt_sigreturn', 'sigreturn'), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(some, (calls) => {
        const trace = traceFromText(text(calls));
        const { length, columns } = withoutSignalReturns(trace);
        const kept = [...calls.keys()].filter((i) => !calls[i]!.endsWith('sigreturn'));
        expect(length).toBe(kept.length);
        for (const name of ['start', 'duration', 'call', 'thread', 'errno', 'descriptor', 'result'] as const)
          expect(Array.from(columns[name])).toEqual(kept.map((i) => trace.columns[name][i]));
      }),
    );
  });
});
