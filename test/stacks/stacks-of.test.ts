import { describe, expect, it } from 'vitest';
import { DEFAULT_PARAMETERS } from '../../src/parameters.js';
import { learnSignatures } from '../../src/signatures/learn.js';
import { UNKNOWN_FUNCTION, type WeighedStack } from '../../src/stacks/stack-profile.js';
import { stackSections, stacksOf } from '../../src/stacks/stacks-of.js';
import { type Line, serve, traceText } from '../helpers/server.js';
import { traceFromText } from '../helpers/trace.js';

const parameters = DEFAULT_PARAMETERS;
const LEARNED = learnSignatures([traceFromText(traceText(serve({ to: 30, rate: 20, stacks: true })))], { parameters });

function profileOf(window: { fromNs?: number; toNs?: number }, ...parts: readonly (readonly Line[])[]) {
  const trace = traceFromText(traceText(...parts));
  const [fromNs, toNs] = [window.fromNs ?? 0, window.toNs ?? trace.endNs + 1];
  return { trace, fromNs, toNs, profile: stacksOf({ trace, signatures: LEARNED, parameters, fromNs, toNs }) };
}
const sum = (stacks: readonly WeighedStack[], of: (s: WeighedStack) => number) =>
  stacks.reduce((total, s) => total + of(s), 0);

describe('the stack profile', () => {
  it('names the stacks that learning saw the calls on', () => {
    const { profile } = profileOf({}, serve({ to: 30, rate: 20 }));
    expect(profile.source).toBe('decoded');
    const read = profile.stacks.filter((s) => s.call === 'read:tcp');
    expect(read[0]!.stack[0]).toBe('main');
    expect(read[0]!.certainty).toBeGreaterThan(0.5);
  });

  it.each([{}, { fromNs: 5.5e9 }, { fromNs: 3e9, toNs: 21.05e9 }])('loses no call and no time: %j', (window) => {
    const { profile, trace, fromNs, toNs } = profileOf(
      window,
      serve({ to: 20, rate: 20 }),
      serve({ from: 20, to: 40, rate: 4, think: 0.2 }),
    );
    const begins = trace.columns.start.filter((s) => s >= fromNs && s < toNs).length;
    const calls = sum(profile.stacks, (s) => s.before.calls + s.after.calls);
    expect(calls).toBeGreaterThan(begins * 0.999);
    expect(calls).toBeLessThan(begins * 1.000001);
    // A thread is in a call or between two from its first call to the end of the window.
    const expected = trace.threads.reduce(
      (total, t) => total + Math.max(0, toNs - Math.max(fromNs, t.firstNs)) / 1e9,
      0,
    );
    const time = sum(profile.stacks, ({ before: b, after: a }) => b.callTime + b.gapTime + a.callTime + a.gapTime);
    expect(time / expected).toBeCloseTo(1, 3);
    const late = sum(profile.stacks, ({ after: a }) => a.callTime + a.gapTime);
    expect(late).toBeLessThan(1.001 * trace.threads.length * (profile.to - profile.onset));
  });

  it('says that it does not know calls that learning saw nowhere', () => {
    const odd = Array.from({ length: 50 }, (_, i): Line => {
      const t = 10.0005 + i / 100;
      return [t, `1/9 ${t.toFixed(6)} io_uring_enter +0.0001`];
    });
    const { profile } = profileOf({}, serve({ to: 20, rate: 20 }), odd);
    const unknown = profile.stacks.filter((s) => s.call === 'io_uring_enter');
    for (const s of unknown) expect(s.stack[0] === UNKNOWN_FUNCTION ? s.certainty : 0).toBe(0);
    expect(sum(unknown, (s) => s.before.calls + s.after.calls)).toBeCloseTo(50, 5);
  });

  it('gives probabilities as certainty', () => {
    const { profile } = profileOf({}, serve({ to: 20, rate: 20 }));
    for (const s of profile.stacks) {
      expect(s.certainty).toBeGreaterThanOrEqual(0);
      expect(s.certainty).toBeLessThanOrEqual(1 + 1e-9);
    }
  });
});

describe('calls over time', () => {
  it('are all there, in order, each under its likeliest stack', () => {
    const trace = traceFromText(traceText(serve({ to: 20, rate: 20 })));
    const input = { trace, signatures: LEARNED, parameters, fromNs: 0, toNs: trace.endNs + 1 };
    const { slices, stacks } = stackSections(input, ['slices']);
    expect(stacks).toBeUndefined();
    expect(slices!.threads.reduce((sum, t) => sum + t.begin.length, 0)).toBe(trace.length);
    for (const { begin, end } of slices!.threads)
      begin.forEach((b, i) => {
        expect(end[i]).toBeGreaterThanOrEqual(b);
        if (i > 0) expect(end[i - 1]).toBeLessThanOrEqual(b);
      });
    const [worker] = slices!.threads;
    const read = slices!.calls.indexOf('read:tcp');
    const at = worker!.call.indexOf(read);
    expect(slices!.stacks[worker!.stack[at]!]).toEqual(['main', 'loop', 'onRequest', 'readRequest']);
  });
});
