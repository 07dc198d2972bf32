import { describe, expect, it } from 'vitest';
import { crossedGates, parseGate } from '../../src/evaluate/gates.js';
import { evaluationOf } from './rows.js';

const empty = evaluationOf({ a: [] });
const crossed = (...gates: string[]) => crossedGates(empty, gates.map(parseGate));

describe('gates', () => {
  it('tells which totals are out of bounds', () => {
    expect(crossed('related.top5>=0', 'failed<=0', 'healthyPrefixes.falseAlarms = 0', 'related.mrr<1')).toEqual([]);
    expect(crossed('related.top5>=14')).toEqual(['a: related.top5 is 0, wanted >= 14']);
  });

  it.each(['top5', 'top5>', '>=3', 'a>=b', 'a>=1.2.3'])('refuses %j', (text) =>
    expect(() => parseGate(text)).toThrowError(/--gate/),
  );

  it('refuses a field that is no number', () => {
    expect(() => crossed('related>=1')).toThrowError(/no such number/);
    expect(() => crossed('nothing.here>=1')).toThrowError(/no such number/);
  });
});
