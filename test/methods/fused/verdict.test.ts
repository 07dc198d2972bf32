import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/methods/fused/finding.js';
import { oddsOfDefect } from '../../../src/methods/fused/verdict.js';

const finding = (detector: string, share: number): Finding => {
  return { detector, share, strength: 1, alarming: false, marks: [], items: [] };
};
const odds = (strength: number, busy: number, rate: number) =>
  oddsOfDefect({ ns: 0, strength }, [finding('busy', busy), finding('rate', rate)]);

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
  });

  it('do without detectors that are not there', () => {
    expect(oddsOfDefect({ ns: 0, strength: 50 }, [])).toBeCloseTo(odds(50, 0, 0), 12);
  });
});
