import { describe, expect, it } from 'vitest';
import { reliabilitiesOf, reliability } from '../../src/evaluate/reliability.js';
import { wrongFirsts } from '../../src/evaluate/wrong-first.js';
import { row } from './rows.js';

const said = (probability: number, right: boolean) => ({ probability, right });
const suspect = (name: string, confidence: number) => ({ rank: 1, function: name, confidence });

describe('reliability', () => {
  it('counts by fifths, and means the squares', () => {
    const r = reliability([said(0.1, false), said(0.5, true), said(0.59, false), said(0.2, true), said(1, true)])!;
    expect(r.fifths.map((f) => [f.of, f.right])).toEqual([
      [1, 0],
      [1, 1],
      [2, 1],
      [0, 0],
      [1, 1],
    ]);
    expect(r.fifths[2]!.said).toBeCloseTo(0.545, 12);
    expect(r.fifths[3]).toEqual({ from: 3 / 5, to: 4 / 5, of: 0, right: 0, said: null });
    expect(r).toMatchObject({ of: 5, right: 3 });
    expect(r.brier).toBeCloseTo((0.01 + 0.25 + 0.3481 + 0.64 + 0) / 5, 12);
  });

  it('is nothing where no probability is said', () => {
    expect(reliability([])).toBe(null);
    expect(reliability([said(0, true), said(0, false)])).toBe(null);
  });
});

describe('reliabilitiesOf', () => {
  const rows = [
    row({ first: [suspect('a', 0.7), suspect('b', 0.3)], relatedFirst: [0], odds: 0.9, healthyPrefixOdds: 0.2 }),
    row({ first: [suspect('a', 0.5), suspect('b', 0.4)], relatedFirst: [1], odds: 0.4 }),
    row({ category: 'none', first: [suspect('a', 0.9)], odds: 0.6 }),
  ];

  it('takes suspects of cases with a guilty function, the first of each apart', () => {
    const { firstSuspects, suspects } = reliabilitiesOf(rows);
    expect(firstSuspects).toMatchObject({ of: 2, right: 1 });
    expect(suspects).toMatchObject({ of: 4, right: 2 });
  });

  it('takes odds of every window, healthy beginnings included', () => {
    expect(reliabilitiesOf(rows).odds).toMatchObject({ of: 4, right: 2 });
    expect(reliabilitiesOf([row({})])).toEqual({ firstSuspects: null, suspects: null, odds: null });
  });
});

describe('wrongFirsts', () => {
  const on = (server: string, name: string, part = {}) => row({ system: server, first: [suspect(name, 0.5)], ...part });

  it('names the wrong function that is first most often, a server each', () => {
    const rows = [
      on('redis', 'poll'),
      on('redis', 'poll.isra.0'),
      on('redis', 'other'),
      on('redis', 'right', { relatedFirst: [0] }),
      on('redis', 'poll', { category: 'none' }),
      row({ system: 'redis' }),
      on('nginx', 'b'),
      on('nginx', 'a'),
      row({ system: 'httpd', first: [suspect('right', 1)], relatedFirst: [0, 3] }),
    ];
    expect(wrongFirsts(rows)).toEqual([
      { server: 'nginx', function: 'a', cases: 1, of: 2 },
      { server: 'redis', function: 'poll', cases: 2, of: 5 },
    ]);
  });
});
