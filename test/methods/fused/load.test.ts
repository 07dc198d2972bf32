/** What a load that grows or falls explains, and what it does not. */
import { describe, expect, it } from 'vitest';
import { growthAt, growthOf } from '../../../src/methods/fused/scene/load.js';
import { findOnset, unexplainedChange } from '../../../src/methods/fused/scene/onset.js';
import { sceneOf } from '../../../src/methods/fused/scene/scene.js';
import { DEFAULT_PARAMETERS } from '../../../src/parameters.js';
import { learnSignatures } from '../../../src/signatures/learn.js';
import { type Line, serve, traceText } from '../../helpers/server.js';
import { traceFromText } from '../../helpers/trace.js';

const signatures = learnSignatures([traceFromText(traceText(serve({ to: 30, rate: 20, stacks: true })))], {
  parameters: DEFAULT_PARAMETERS,
});

function look(lines: readonly Line[]) {
  const trace = traceFromText(traceText(lines));
  const scene = sceneOf({ trace, signatures, parameters: DEFAULT_PARAMETERS, fromNs: 0, toNs: trace.endNs + 1 });
  const onset = findOnset(scene, DEFAULT_PARAMETERS.onsetEarlier);
  const growth = growthAt(scene, onset.ns);
  return { growth, strength: onset.strength, change: unexplainedChange(scene, onset, growth) };
}
const after = (rate: number) => look([...serve({ to: 20, rate: 20 }), ...serve({ from: 20, to: 40, rate })]);

describe('a load', () => {
  it('that falls to the half explains most of the change', () => {
    const { growth, strength, change } = after(10);
    expect(growth).toBeCloseTo(0.5, 1);
    expect(change).toBeGreaterThan(0.2 * strength);
    expect(change).toBeLessThan(0.45 * strength);
  });

  it('that nearly stops explains hardly anything', () => {
    const { growth, strength, change } = after(1);
    expect(growth).toBeLessThan(0.1);
    expect(change).toBeGreaterThan(0.75 * strength);
  });

  it('that grows explains nothing here: the odds count it by itself', () => {
    const { growth, strength, change } = after(40);
    expect(growth).toBeCloseTo(2, 0);
    expect(change).toBeGreaterThan(0.85 * strength);
  });

  it('is told by kinds of calls that came often before, whatever a few others do', () => {
    expect(growthOf([100, 100, 50, 9], [200, 210, 5000, 0], 10, 10)).toBe(2.1);
    expect(growthOf([100, 100], [200, 200], 10, 20)).toBe(1);
    expect(growthOf([3, 9], [300, 900], 10, 10)).toBe(1);
  });
});
