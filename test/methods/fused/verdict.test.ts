import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/methods/fused/finding.js';
import { judge, oddsOfDefect } from '../../../src/methods/fused/verdict.js';

const finding = (detector: string, share: number, alarming = false): Finding => {
  return { detector, share, strength: 1, alarming, marks: [], items: [] };
};
const onsetOf = (strength: number) => ({ ns: 5e9, strength });
const windowOf = (strength: number, findings: Finding[], dispersion?: number, growth = 1) => {
  return { onset: onsetOf(strength), change: strength, findings, dispersion, growth };
};
const odds = (strength: number, busy: number, rate: number, dispersion?: number, growth?: number) =>
  oddsOfDefect(windowOf(strength, [finding('busy', busy), finding('rate', rate)], dispersion, growth));

describe('the odds of a defect', () => {
  it('are low where nothing changes, and high where everything does', () => {
    expect(odds(0, 0, 0)).toBeLessThan(0.02);
    expect(odds(400, 0.5, 0.5)).toBeGreaterThan(0.97);
  });

  it('grow with every part of the evidence', () => {
    const base = odds(100, 0.02, 0.02);
    expect(odds(200, 0.02, 0.02)).toBeGreaterThan(base);
    expect(odds(100, 0.2, 0.02)).toBeGreaterThan(base);
    expect(odds(100, 0.02, 0.05)).toBeGreaterThan(base);
    const more = (...findings: Finding[]) => oddsOfDefect(windowOf(100, findings));
    expect(more(finding('blocked', 0.5))).toBeGreaterThan(more());
    expect(more(finding('leak', 20, true))).toBeGreaterThan(more());
  });

  it('are less for the same window of a server that is unsteady while all is well', () => {
    expect(odds(100, 0.01, 0.01, 1)).toBeGreaterThan(0.6);
    expect(odds(100, 0.01, 0.01, 10)).toBeLessThan(0.5);
    expect(odds(150, 0.02, 0.02, 0.1)).toBe(odds(150, 0.02, 0.02, 0.5));
  });

  it('are less where the load grows, and not more where it falls', () => {
    expect(odds(150, 0.02, 0.02, 1, 2)).toBeLessThan(odds(150, 0.02, 0.02, 1));
    expect(odds(150, 0.02, 0.02, 1, 0.5)).toBe(odds(150, 0.02, 0.02, 1));
  });

  it('do without detectors that are not there', () => {
    expect(oddsOfDefect(windowOf(50, [], 2))).toBeCloseTo(odds(50, 0, 0), 12);
  });
});

describe('the verdict', () => {
  const judged = (strength: number, findings: Finding[], named = true, calls = 1000, learned = 1000) =>
    judge({ ...windowOf(strength, findings, 1), outside: null, calls, learned }, named);
  const codes = (strength: number, findings: Finding[]) => judged(strength, findings).reasons.map((r) => r.code);

  it('is by the odds, whatever is alarming', () => {
    expect(judged(800, [])).toMatchObject({ verdict: 'bug' });
    expect(judged(5, [finding('busy', 0.2, true)])).toMatchObject({ verdict: 'none' });
  });

  it('says what is alarming, and why it is not enough', () => {
    expect(codes(800, [])).toEqual(['odds']);
    expect(codes(800, [finding('busy', 0.2, true)])).toEqual(['alarm-busy']);
    expect(codes(5, [finding('busy', 0.2, true)])).toEqual(['alarm-busy', 'no-odds']);
    expect(codes(5, [])).toEqual(['nothing-odd']);
  });

  it('is a bug that is older than the window, though nothing changes in it', () => {
    const older = judged(5, [finding('loop', 0.9, true)]);
    expect(older).toMatchObject({ verdict: 'bug', odds: undefined });
    expect(judged(800, [finding('loop', 0.9, true)]).odds).toBeGreaterThan(0.8);
  });

  it('is a bug from odds of three to two on', () => {
    for (let strength = 0; strength < 2000; strength++) {
      const { verdict, odds } = judged(strength, []);
      expect(verdict).toBe(odds! >= 0.6 ? 'bug' : 'none');
    }
  });

  it('tells nothing of a handful of calls, but what is alarming by itself', () => {
    const few = judged(5, [], true, 12);
    expect(few).toMatchObject({ verdict: 'inconclusive', odds: undefined });
    expect(few.reasons.at(-1)).toEqual({ code: 'few-calls', args: { calls: 12 } });
    expect(judged(5, [finding('loop', 0.9, true)], true, 12).verdict).toBe('bug');
  });

  it('compares with no handful of calls', () => {
    const thin = judged(800, [finding('rate', 0.9, true)], true, 1000, 12);
    expect(thin).toMatchObject({ verdict: 'inconclusive', odds: undefined });
    expect(thin.reasons.at(-1)).toEqual({ code: 'few-learned', args: { calls: 12 } });
    expect(judged(5, [finding('loop', 0.9, true)], true, 1000, 0).verdict).toBe('bug');
    expect(judged(5, [], true, 1000, 12).verdict).toBe('none');
  });

  it('says when it may be or not', () => {
    const strengthOf = (wanted: number) =>
      Array.from({ length: 800 }, (_, i) => i).find((s) => odds(s, 0, 0, 1) >= wanted)!;
    expect(codes(strengthOf(0.45), [])).toEqual(['nothing-odd', 'nearly-even']);
    expect(codes(strengthOf(0.55), [])).toEqual(['nothing-odd', 'nearly-even']);
    expect(codes(strengthOf(0.8), [])).toEqual(['odds']);
    expect(codes(5, [])).toEqual(['nothing-odd']);
  });

  it('does not tell where no function can be named', () => {
    expect(judged(800, [], false).verdict).toBe('inconclusive');
  });
});
