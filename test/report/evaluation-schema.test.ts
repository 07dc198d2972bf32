import { describe, expect, it } from 'vitest';
import { comparableSchema } from '../../src/report/evaluation-schema.js';
import { evaluationOf, ranked } from '../evaluate/rows.js';

describe('what compare reads', () => {
  it('is any document with cases', () => {
    expect(comparableSchema.safeParse(evaluationOf({ fused: ranked('redis 1') })).success).toBe(true);
    const old = { methods: { fused: { total: {}, cases: [{ id: 'x', related: 3, verdict: 'bug' }] } } };
    expect(comparableSchema.parse(old).methods.fused!.cases[0]).toMatchObject({ system: 'unknown' });
  });

  it.each([
    [{ methods: 3 }, 'methods'],
    [{ methods: { fused: null } }, 'methods.fused'],
    [
      { methods: { fused: { total: {}, cases: [{ id: 'x', related: 'first', verdict: null }] } } },
      'methods.fused.cases.0.related',
    ],
  ])('names what is wrong in %j', (value, at) => {
    const { error } = comparableSchema.safeParse(value);
    expect(error!.issues[0]!.path.join('.')).toBe(at);
  });
});
