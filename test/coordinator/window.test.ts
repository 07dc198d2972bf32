import { describe, expect, it } from 'vitest';
import { parseDuration, resolveEnd, resolveWindow, windowWarnings } from '../../src/coordinator/window.js';

const NOON = Date.UTC(2026, 10, 23, 12, 0, 0) / 1000;
/** 100 s from 12:00:00.25 UTC. */
const epoch = { origin: { seconds: NOON, nanoseconds: 250_000_000 }, clock: 'epoch' as const, endNs: 100e9 };
const boot = { origin: { seconds: 3054, nanoseconds: 395_604_582 }, clock: 'boot' as const, endNs: 60e9 };

const seconds = (w: { fromNs: number; toNs: number }) => [w.fromNs / 1e9, w.toNs / 1e9];

describe('resolveWindow', () => {
  it('takes the whole trace, with its last event, when nothing is asked', () => {
    expect(resolveWindow(epoch, {})).toEqual({ fromNs: 0, toNs: 100e9 + 1 });
  });

  it.each([
    [{ from: '+30s', to: '-20s' }, [30, 80]],
    [{ from: '2026-11-23T12:00:10.25Z', to: '2026-11-23T14:00:20.25+02:00' }, [10, 20]],
    [{ from: '2026-11-23 12:00:10.25' }, [10, 100.000000001]],
    [{ from: '12:00:10.25', to: '12:01' }, [10, 59.75]],
    [{ to: String(NOON + 50.25) }, [0, 50]],
    [{ to: NOON + 50.25 }, [0, 50]],
    [{ to: '+40s', window: '10s' }, [30, 40]],
    [{ from: '+40s', window: '10s' }, [40, 50]],
    [{ window: '5m' }, [0, 100.000000001]],
    [{ window: 60 }, [40.000000001, 100.000000001]],
  ])('%j', (options, expected) => expect(seconds(resolveWindow(epoch, options))).toEqual(expected));

  it('loses no digit of seconds on the clock of the trace', () => {
    expect(resolveWindow(boot, { to: '3087.074685678' }).toNs).toBe(32_679_081_096);
    const late = { ...epoch, origin: { seconds: 1795395832, nanoseconds: 535_361_001 } };
    expect(resolveWindow(late, { from: '1795395833.535361002' }).fromNs).toBe(1_000_000_001);
  });

  it('reads a time of day over midnight', () => {
    const night = { origin: { seconds: 86390, nanoseconds: 0 }, clock: 'day' as const, endNs: 60e9 };
    expect(seconds(resolveWindow(night, { from: '00:00:10' }))[0]).toBe(20);
  });

  it.each([
    [epoch, { from: '+5m' }, 'window-empty', /2026-11-23T12:00:00.250Z to 2026-11-23T12:01:40.250Z/],
    [epoch, { to: '11:00' }, 'window-empty', /covers/],
    [boot, { from: '10000' }, 'window-empty', /3054.396 s to 3114.396 s/],
    [epoch, { from: '+50s', to: '+40s' }, 'usage', /--from and --to/],
    [epoch, { from: 'yesterday' }, 'usage', /12:03:41/],
    [boot, { from: '2026-11-23T12:00:10Z' }, 'usage', /\+30s/],
    [boot, { from: '12:00' }, 'usage', /\+30s/],
    [epoch, { from: '+1s', to: '+2s', window: '1s' }, 'usage', /one of the three/],
    [epoch, { window: '0' }, 'usage', /1h30m/],
  ])('refuses, with advice: %#', (trace, options, code, advice) => {
    expect(() => resolveWindow(trace, options, 'x')).toThrowError(
      expect.objectContaining({ code, advice: expect.stringMatching(advice) }),
    );
  });
});

describe('parseDuration', () => {
  it.each([
    ['90', 90],
    ['90s', 90],
    ['500ms', 0.5],
    ['5m', 300],
    ['1h30m', 5400],
    ['1.5h', 5400],
    ['2d', 172800],
    [7, 7],
  ])('%s', (text, expected) => expect(parseDuration(text, '--window')).toBeCloseTo(expected, 9));

  it.each(['', 'm', '5x', '1h30', '-5', 'NaN', '5 m'])('refuses %j', (text) =>
    expect(() => parseDuration(text, '--window')).toThrowError(/--window/),
  );
});

describe('windowWarnings', () => {
  const codes = (options: Parameters<typeof windowWarnings>[1]) =>
    windowWarnings(epoch, options, resolveWindow(epoch, options)).map((m) => m.code);

  it.each([
    [{ from: '500' }, ['window-clipped']], // seconds since 1970, where +500s was meant
    [{ to: '2026-11-23T13:00:00Z' }, ['window-clipped']],
    [{ from: '+10s', to: '-10s' }, []],
    [{ window: '5m' }, []],
    [{}, []],
  ])('%j', (options, expected) => expect(codes(options)).toEqual(expected));
});

describe('resolveEnd', () => {
  it('takes moments as --from and --to do, from the last event on', () => {
    expect(resolveEnd(epoch, '+130s') / 1e9).toBe(130);
    expect(resolveEnd(epoch, '12:02:00.25') / 1e9).toBe(120);
    expect(resolveEnd(epoch, '2026-11-23T12:01:40.25Z') / 1e9).toBe(100);
    expect(resolveEnd(boot, '+60s') / 1e9).toBe(60);
  });

  it('refuses an end within the trace, and one of a trace without times', () => {
    expect(() => resolveEnd(epoch, '+99s')).toThrowError(
      '--ended +99s: the trace goes on until 2026-11-23T12:01:40.250Z',
    );
    expect(() => resolveEnd({ ...epoch, clock: 'none' }, '+99s')).toThrowError(/has no times/);
    expect(() => resolveEnd(epoch, 'later')).toThrowError(/--ended later: not a moment/);
  });
});
