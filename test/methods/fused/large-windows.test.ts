/** Windows of many minutes, and of busy servers: an incident is as large in them as in others, and found in its last seconds. */
import { describe, expect, it } from 'vitest';
import { fusedMethod } from '../../../src/methods/fused/fused.js';
import { findOnset, unexplainedChange } from '../../../src/methods/fused/scene/onset.js';
import { sceneOf } from '../../../src/methods/fused/scene/scene.js';
import { DEFAULT_PARAMETERS as parameters } from '../../../src/parameters.js';
import { learnSignatures } from '../../../src/signatures/learn.js';
import { type Line, serve, traceText } from '../../helpers/server.js';
import { traceFromText } from '../../helpers/trace.js';

const signatures = learnSignatures([traceFromText(traceText(serve({ to: 30, rate: 20, stacks: true })))], {
  parameters,
});

function look(...parts: readonly Line[][]) {
  const trace = traceFromText(traceText(...parts));
  const window = { trace, signatures, parameters, fromNs: 0, toNs: trace.endNs + 1 };
  const scene = sceneOf(window);
  const onset = findOnset(scene, parameters.onsetEarlier);
  return { at: onset.ns / 1e9, onset, change: unexplainedChange(scene, onset, 1), outcome: () => fusedMethod(window) };
}
const busier = (healthy: number, after: number) =>
  look(serve({ to: healthy, rate: 20 }), serve({ from: healthy, to: healthy + after, rate: 30 }));

describe('a long window', () => {
  it('makes a change surer and no larger', () => {
    const minute = busier(45, 45);
    const quarter = busier(450, 450);
    for (const { at, healthy } of [
      { ...minute, healthy: 45 },
      { ...quarter, healthy: 450 },
    ])
      expect(Math.abs(at - healthy)).toBeLessThan(1.5);
    expect(quarter.onset.strength).toBeLessThan(1.2 * minute.onset.strength);
    expect(quarter.change).toBeLessThan(1.2 * minute.change);
    expect(quarter.change).toBeGreaterThan(0.8 * minute.change);
  });

  it('is cut where its last seconds begin to differ', () => {
    const { at, onset } = busier(290, 10);
    expect(Math.abs(at - 290)).toBeLessThan(1.5);
    expect(onset.strength).toBeGreaterThan(0.5 * busier(20, 10).onset.strength);
  });

  it.each([20, 290])('tells a disk that is slow for the last ten seconds after %d healthy ones', (healthy) => {
    const { outcome } = look(
      serve({ to: healthy, rate: 20 }),
      serve({ from: healthy, to: healthy + 10, rate: 20, save: 0.35 }),
    );
    expect(outcome()).toMatchObject({ verdict: 'external', externalResource: 'disk' });
  });
});

describe('a busy server', () => {
  /** So many workers that do the same, one a little later than the other. */
  const workers = (n: number) => {
    const parts = Array.from({ length: n }, (_, k) => {
      const from = (0.01 * k) / n;
      return [serve({ from, to: 4, rate: 100 }), serve({ from: 4 + from, to: 8, rate: 150 })]
        .flat()
        .map(([time, text]): Line => [time, text.replace('1/1 ', `1/${10 + k} `)]);
    });
    return look(...parts).change;
  };

  it('makes a change surer and no larger', () => {
    const [few, many] = [workers(20), workers(80)];
    expect(many).toBeGreaterThan(few);
    expect(many).toBeLessThan(1.6 * few);
  });
});
