import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_PARAMETERS } from '../../src/parameters.js';
import { activityOf } from '../../src/timeline/activity.js';
import { CALL_GROUPS, groupTable } from '../../src/timeline/call-groups.js';
import { addSpan, gridOf } from '../../src/timeline/cells.js';
import { CELLS, THREADS } from '../../src/timeline/timeline.js';
import { type TimelineInput, timelineOf } from '../../src/timeline/timeline-of.js';
import { DESCRIPTOR_KINDS, kindCode } from '../../src/trace/kinds.js';
import type { Trace } from '../../src/trace/table.js';
import { traceFromText } from '../helpers/trace.js';

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

function draw(trace: Trace, part: Partial<TimelineInput> = {}) {
  const window = { fromNs: 0, toNs: trace.endNs + 1 };
  const asked = { splitAt: null, tids: [], calls: [], excerpts: [] };
  return timelineOf({ trace, parameters: DEFAULT_PARAMETERS, ...window, ...asked, ...part });
}

/** Four seconds: one thread works, another goes into a call and never comes back. */
const HANG = traceFromText(`
  1(main) 0.000 read:tcp=9 +0.5
  2(pool) 0.000 futex#wait +0.5
  2(pool) 1.000 futex#wait +?
  1(main) 1.000 read:tcp=EAGAIN +0.5
  1(main) 2.000 write:file=9 +1.0
  1(main) 3.500 read:tcp=9 +0.5
`);

describe('timeline', () => {
  it('has each call and each second once', () => {
    const t = draw(HANG);
    const byGroup = Object.fromEntries(t.groups.map((g) => [g.group, [sum(g.calls), sum(g.seconds!)]]));
    expect(byGroup['network']).toEqual([3, expect.closeTo(1.5)]);
    expect(byGroup['files']).toEqual([1, expect.closeTo(1)]);
    expect(byGroup['locks']).toEqual([2, expect.closeTo(3.5)]);
    // Both threads live for four seconds.
    expect(sum(t.between!)).toBeCloseTo(8 - 1.5 - 1 - 3.5);
    for (const list of [t.units, t.abnormalUnits, t.between!, ...t.groups.map((g) => g.calls)])
      expect(list).toHaveLength(CELLS);
  });

  it('shows which thread is stuck in which call', () => {
    const [main, pool] = draw(HANG).threads;
    expect([main!.name, main!.stuckIn]).toEqual(['main', null]);
    expect([pool!.name, pool!.stuckIn]).toEqual(['pool', 'futex#wait=?']);
    expect(pool!.inCalls!.slice(-CELLS / 2).every((share) => share >= 99)).toBe(true);
  });

  it('keeps to the window, and gives it the part of a call that lasts from before', () => {
    const t = draw(HANG, { fromNs: 2.5e9, toNs: 3.6e9 });
    const files = t.groups.find((g) => g.group === 'files')!;
    expect(sum(files.calls)).toBe(0);
    expect(sum(files.seconds!)).toBeCloseTo(0.5);
    expect(sum(t.threads.flatMap((s) => s.calls))).toBe(1);
  });

  it('parts calls before from after, those of the evidence first', () => {
    const t = draw(HANG, { splitAt: 1.5, calls: ['write:file'] });
    expect(t.calls[0]).toEqual({
      call: 'write:file',
      before: { calls: 0, seconds: 0 },
      after: { calls: 1, seconds: expect.closeTo(1) },
      unfinished: 0,
    });
    const wait = t.calls.find((c) => c.call === 'futex#wait=?')!;
    expect([wait.before.calls, wait.after.calls, wait.unfinished]).toEqual([1, 0, 1]);
    expect(wait.after.seconds).toBeCloseTo(2.5);
  });

  it('tells what the evidence speaks of as it happened', () => {
    const [excerpt] = draw(HANG, { excerpts: [{ tid: 1, at: 2, episode: 1 }] }).excerpts;
    expect(excerpt!.steps.map((s) => [s.call, s.count])).toEqual([
      ['read:tcp', 1],
      ['read:tcp=EAGAIN', 1],
      ['write:file', 1],
      ['read:tcp', 1],
    ]);
    expect(excerpt!.at).toBe(2);
  });

  it('folds equal calls in a row', () => {
    const loop = Array.from({ length: 500 }, (_, i) => `7 ${(i / 1000).toFixed(3)} read:tcp=EAGAIN +0.0001`).join('\n');
    const [excerpt] = draw(traceFromText(loop), { excerpts: [{ tid: 7, at: 0, episode: 2 }] }).excerpts;
    expect(excerpt!.steps).toHaveLength(1);
    expect(excerpt!.steps[0]).toMatchObject({ call: 'read:tcp=EAGAIN', count: 500 });
    expect(excerpt!.steps[0]!.seconds).toBeCloseTo(0.05);
  });

  it('is bounded: threads beyond the most are summed, named ones are shown', () => {
    const lines = Array.from({ length: 300 }, (_, i) => `${i + 1} ${(i / 100).toFixed(2)} read:tcp`).join('\n');
    const t = draw(traceFromText(lines), { tids: [300] });
    expect(t.threads).toHaveLength(THREADS);
    expect(t.threads[0]!.tid).toBe(300);
    expect(t.others!.threads).toBe(300 - THREADS);
    expect(sum(t.others!.calls) + sum(t.threads.flatMap((s) => s.calls))).toBe(300);
  });

  it('says that times are not known where they are not', () => {
    const t = draw({ ...HANG, hasDurations: false });
    expect(t.between).toBeNull();
    expect(t.groups.every((g) => g.seconds === null)).toBe(true);
    expect(t.threads.every((s) => s.inCalls === null)).toBe(true);
  });
});

describe('cells', () => {
  it('get of a span what lies in them, and all of what lies in the window', () => {
    const ns = fc.double({ min: -1000, max: 2000, noNaN: true });
    fc.assert(
      fc.property(ns, ns, fc.integer({ min: 1, max: 50 }), (a, b, cells) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const sums = new Float64Array(cells);
        addSpan(gridOf({ fromNs: 0, toNs: 1000 }, cells), from, to, sums);
        const inside = Math.max(0, Math.min(to, 1000) - Math.max(from, 0));
        expect(sums.reduce((x, y) => x + y, 0)).toBeCloseTo(inside, 6);
        expect(Math.max(...sums)).toBeLessThanOrEqual(1000 / cells + 1e-6);
        expect(Math.min(...sums)).toBeGreaterThanOrEqual(-1e-6);
      }),
    );
  });
});

describe('activity', () => {
  it('has each call of the window once', () => {
    expect(sum(activityOf(HANG, { fromNs: 0, toNs: HANG.endNs + 1 }))).toBe(6);
    expect(sum(activityOf(HANG, { fromNs: 0.9e9, toNs: 2e9 }))).toBe(2);
  });
});

describe('groups of calls', () => {
  const calls = ['read', 'epoll_ctl', 'futex', 'sendfile', 'sendto', 'made_up'];
  const table = groupTable(calls);
  it.each([
    ['read', 'tcp', 'network'],
    ['read', 'file', 'files'],
    ['read', 'eventfd', 'pipes and events'],
    ['read', 'unknown', 'other'],
    ['epoll_ctl', 'epoll', 'event polling'],
    ['futex', 'none', 'locks'],
    ['sendfile', 'tcp', 'files'],
    ['sendto', 'unknown', 'network'],
    ['made_up', 'none', 'other'],
  ] as const)('%s of %s: %s', (call, kind, group) => {
    expect(CALL_GROUPS[table[calls.indexOf(call) * DESCRIPTOR_KINDS.length + kindCode(kind)]!]).toBe(group);
  });
});
