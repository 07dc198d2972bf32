import { describe, expect, it } from 'vitest';
import { fusedMethod } from '../../../src/methods/fused/fused.js';
import { DEFAULT_PARAMETERS } from '../../../src/parameters.js';
import type { SignatureDatabase } from '../../../src/signatures/database.js';
import { learnSignatures } from '../../../src/signatures/learn.js';
import { type Line, serve, traceText } from '../../helpers/server.js';
import { traceFromText } from '../../helpers/trace.js';

const LEARNED = learnSignatures([traceFromText(traceText(serve({ to: 30, rate: 20, stacks: true })))], {
  parameters: DEFAULT_PARAMETERS,
});

function analyse(lines: readonly Line[], signatures = LEARNED) {
  const trace = traceFromText(traceText(lines));
  return fusedMethod({ trace, signatures, parameters: DEFAULT_PARAMETERS, fromNs: 0, toNs: trace.endNs + 1 });
}
const withModel = (model: Partial<SignatureDatabase['model']>): SignatureDatabase => ({
  ...LEARNED,
  model: { ...LEARNED.model, ...model },
});

describe('sluggish', () => {
  /** A fifth of a second of computing before each answer, from the first one on. */
  const sick = serve({ to: 30, rate: 4, think: 0.2 });

  it('sees that steps take longer than in learning, although they always did in the window', () => {
    const { verdict, reasons, onset, ranked } = analyse(sick);
    expect(verdict).toBe('bug');
    expect(reasons.map(({ code }) => code)).toContain('alarm-sluggish');
    expect(onset).toBeNull();
    expect(ranked.slice(0, 3).map(({ name }) => name)).toContain('sendReply');
  });

  it('takes a quiet, a busy and a slowly traced server for healthy', () => {
    expect(analyse(serve({ to: 30, rate: 4 })).verdict).toBe('none');
    expect(analyse(serve({ to: 30, rate: 60 })).verdict).toBe('none');
    // The tracer stops the thread at each call: all steps take a millisecond longer, a tenth of the time in all.
    let late = 0;
    const traced = serve({ to: 30, rate: 20 }).map(([time, text]): Line => {
      const [thread, , ...rest] = text.split(' ');
      if (thread === '1/1') late += 0.001;
      const at = time + late;
      return [at, [thread, at.toFixed(6), ...rest].join(' ')];
    });
    expect(analyse(traced).verdict).toBe('none');
  });

  it('says nothing of a healthy beginning, of a runtime, and where learning does not tell', () => {
    const codes = (outcome: ReturnType<typeof analyse>) => outcome.reasons.map(({ code }) => code);
    const begins = [...serve({ to: 20, rate: 20 }), ...serve({ from: 20, to: 40, rate: 4, think: 0.2 })];
    expect(codes(analyse(begins))).not.toContain('alarm-sluggish');
    expect(codes(analyse(sick, withModel({ unowned: [] })))).not.toContain('alarm-sluggish');
    expect(codes(analyse(sick, withModel({ tasks: true })))).not.toContain('alarm-sluggish');
    const successors = LEARNED.model.successors.map(([a, b, n]) => [a, b, n] as const);
    expect(codes(analyse(sick, withModel({ successors })))).not.toContain('alarm-sluggish');
  });
});
