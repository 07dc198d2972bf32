import { describe, expect, it } from 'vitest';
import { changesOf } from '../../src/changes/changes-of.js';
import { PLACES_OF_TIME } from '../../src/changes/window-changes.js';
import { beginningOf } from '../../src/methods/fused/beginning.js';
import { DEFAULT_PARAMETERS } from '../../src/parameters.js';
import { changesText, sequenceText } from '../../src/report/changes-text.js';
import { changesSchema } from '../../src/report/changes-schema.js';
import { type Line, serve, traceText } from '../helpers/server.js';
import { traceFromText } from '../helpers/trace.js';
import { document } from '../report/document.js';

function changes(...parts: readonly (readonly Line[])[]) {
  const trace = traceFromText(traceText(...parts));
  const scope = { trace, parameters: DEFAULT_PARAMETERS, fromNs: 0, toNs: trace.endNs + 1 };
  return changesOf({ ...scope, signatures: beginningOf(scope).signatures });
}

/** From 20 s on, three calls a turn, by thread 1. */
const storm = Array.from({ length: 1000 }, (_, i): Line[] =>
  ['stat=ENOENT', 'openat:file=11', 'close:file'].map((call, k) => {
    const t = 20.0312 + i * 0.02 + k * 0.0002;
    return [t, `1/1 ${t.toFixed(6)} ${call} +0.0001`];
  }),
).flat();

describe('what changed in a window', () => {
  it('tells a new episode once, with its counts', () => {
    const { episodes, onset } = changes(serve({ to: 40, rate: 20 }), storm);
    expect(onset).toBeGreaterThan(18);
    expect(onset).toBeLessThan(22);
    const loudest = episodes[0]!;
    // Any rotation of the turn.
    expect([...loudest.calls].sort()).toEqual(['close:file', 'openat:file', 'stat=ENOENT']);
    expect(loudest.before.count).toBeLessThan(10);
    expect(loudest.after.count).toBeGreaterThan(700);
    expect(loudest.threads[0]).toBe(1);
    expect(episodes.filter((e) => e.calls.every((c) => loudest.calls.includes(c)))).toHaveLength(1);
  });

  it('tells the thread that waits for ever, and that a wait for work is none', () => {
    const hang: Line[] = [[20.01, '1/1 20.010000 futex#wait +?']];
    const c = changes(
      serve({ to: 20, rate: 20 }),
      hang,
      serve({ from: 20, to: 40, rate: 1 }).filter(([, l]) => l.startsWith('1/2')),
    );
    expect(c.blocked[0]).toMatchObject({ call: 'futex#wait', place: 'locks', unfinished: 1, threads: [1] });
    expect(c.blocked.some((b) => b.call.startsWith('epoll'))).toBe(false);
    expect(c.threads[0]!.tid).toBe(1);
    expect(c.threads[0]!.after.shares.locks).toBeGreaterThan(0.9);
  });

  it('tells a thread that fell silent', () => {
    const last: Line[] = [[20.2, '1/1 20.200000 read:tcp=120 +0.0001']];
    const keeper = serve({ to: 40, rate: 20 }).filter(([, l]) => l.startsWith('1/2'));
    const c = changes(
      serve({ to: 20, rate: 20 }).filter(([, l]) => l.startsWith('1/1')),
      last,
      keeper,
    );
    expect(c.threads[0]).toMatchObject({ tid: 1, state: 'silent' });
    expect(c.threads[0]!.silentFor).toBeGreaterThan(15);
  });

  it('has shares that sum to 1, and fits its schema', () => {
    const c = changes(serve({ to: 40, rate: 20 }), storm);
    for (const shares of [c.time.before, c.time.after, ...c.threads.map((t) => t.after.shares)])
      expect(PLACES_OF_TIME.reduce((sum, place) => sum + shares[place], 0)).toBeCloseTo(1, 9);
    expect(changesSchema.safeParse(JSON.parse(JSON.stringify(c))).success).toBe(true);
  });

  it('finds nothing to tell of a trace that goes on as it began', () => {
    const c = changes(serve({ to: 40, rate: 20 }));
    expect([c.blocked, c.threads, c.processes]).toEqual([[], [], []]);
    expect(changesText({ ...document(), changes: c }).map((p) => p.title)).not.toContain('Calls that block');
  });
});

describe('a sequence of calls', () => {
  it('counts runs', () => {
    expect(sequenceText(['read', 'read', 'write', 'read'])).toBe('2x read > write > read');
  });
});
