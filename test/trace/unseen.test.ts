/** Time that a trace with gaps knows nothing of, on traces made by hand: a row a call, `cpu thread start end` in ms. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Gap, placeGaps } from '../../src/trace/gaps.js';
import type { Trace } from '../../src/trace/table.js';
import { unseenStretches, withoutStretches } from '../../src/trace/unseen.js';
import { isTorn } from '../../src/trace/gaps.js';

const MS = 1e6;

function trace(calls: string, gaps: readonly (readonly [cpu: number, from: number, to: number])[]): Trace {
  const rows = calls.split('|').map((call) => call.trim().split(/ +/).map(Number) as [number, number, number, number]);
  const threads = [...new Set(rows.map(([, thread]) => thread))].map(() => ({ firstNs: 0, exitNs: null }));
  return {
    length: rows.length,
    columns: {
      cpu: Uint16Array.from(rows, ([cpu]) => cpu),
      thread: Uint32Array.from(rows, ([, thread]) => thread),
      start: Float64Array.from(rows, ([, , start]) => start * MS),
      duration: Float64Array.from(rows, ([, , start, end]) => (end - start) * MS),
    },
    threads,
    switches: null,
    hasDurations: true,
    endNs: Math.max(...rows.map(([, , , end]) => end)) * MS,
    gaps: gaps.map(([cpu, from, to]): Gap => ({ cpu, fromNs: from * MS, toNs: to * MS })),
  } as unknown as Trace;
}
const unseen = (of: Trace) => unseenStretches(of).map(({ fromNs, toNs }) => [fromNs / MS, toNs / MS]);

describe('unseenStretches', () => {
  it.each([
    ['between two calls on the processor with the gap', '0 0 0 10 | 0 0 110 120', [0, 10, 110], [[10, 110]]],
    ['within what seems to be one call', '0 0 0 200', [0, 50, 150], [[50, 150]]],
    ['up to where the thread is found on another processor', '0 0 0 10 | 1 0 60 70', [0, 10, 110], [[10, 60]]],
    ['before it is found on the processor with the gap', '1 0 0 10 | 0 0 60 70', [0, 30, 60], [[30, 60]]],
    ['none on a processor that the thread was not on', '1 0 0 10 | 1 0 110 120', [0, 10, 110], []],
    ['none where others show what went on', '0 0 0 9 | 1 1 40 41 | 1 1 70 71 | 0 0 110 120', [0, 10, 110], []],
    ['around one event of another', '0 0 0 9 | 1 1 30 30 | 0 0 110 120', [0, 10, 110], [[30, 110]]],
    ['none that is short', '0 0 0 10 | 0 0 10.9 20', [0, 10, 10.9], []],
    [
      'from the last event of the processor on, where the gap does not tell',
      '0 0 0 10 | 0 0 50 60',
      [0, 0, 45],
      [[10, 45]],
    ],
    [
      'once, of a thread that waits all the time besides',
      '0 1 0 300 | 0 0 0 10 | 0 0 110 250',
      [0, 10, 110],
      [[10, 110]],
    ],
  ] as const)('%s', (_, calls, gap, expected) => expect(unseen(trace(calls, [gap]))).toEqual(expected));

  it('several gaps', () =>
    expect(unseen(trace('0 0 0 10 | 0 0 50 60 | 1 0 200 210', [[0, 10, 50], [1, 70, 200]]))).toEqual([[10, 50], [70, 200]])); // prettier-ignore
});

describe('withoutStretches', () => {
  const ms = fc.integer({ min: 0, max: 1000 });

  it('takes their length out of every span that holds them, and leaves all in order', () => {
    const calls = fc.array(fc.tuple(ms, fc.integer({ min: 0, max: 300 })), { minLength: 1, maxLength: 20 });
    const cuts = fc.uniqueArray(ms, { minLength: 2, maxLength: 8 }).map((at) => {
      const sorted = [...at].sort((a, b) => a - b);
      return sorted.flatMap((from, i) =>
        i % 2 === 0 && i + 1 < sorted.length ? [[from, sorted[i + 1]!] as const] : [],
      );
    });
    fc.assert(
      fc.property(calls, cuts, (given, cut) => {
        const sorted = [...given].sort((a, b) => a[0] - b[0]);
        const before = trace(sorted.map(([at, ms]) => `0 0 ${at} ${at + ms}`).join('|'), []);
        const stretches = cut.map(([from, to]) => ({ fromNs: from * MS, toNs: to * MS }));
        const { trace: after } = withoutStretches({ trace: before, fromNs: 0, toNs: before.endNs }, stretches);
        const cutUpTo = (at: number) => cut.reduce((sum, [from, to]) => sum + Math.max(0, Math.min(to, at) - from), 0);
        sorted.forEach(([at, ms], row) => {
          expect(after.columns.start[row]).toBe((at - cutUpTo(at)) * MS);
          expect(after.columns.duration[row]).toBe((ms - cutUpTo(at + ms) + cutUpTo(at)) * MS);
        });
      }),
    );
  });

  it('moves the window, the end and the threads likewise', () => {
    const whole = trace('0 0 0 10 | 0 0 110 120', [[0, 10, 110]]);
    const living = { ...whole, threads: [{ firstNs: 0, exitNs: 120 * MS }] } as unknown as Trace;
    const cut = withoutStretches({ trace: living, fromNs: 60 * MS, toNs: 115 * MS }, unseenStretches(living));
    expect([cut.fromNs, cut.toNs, cut.trace.endNs].map((ns) => ns / MS)).toEqual([10, 15, 20]);
    expect(cut.trace.threads[0]!.exitNs).toBe(20 * MS);
    expect(unseen(cut.trace)).toEqual([]);
  });
});

it('gaps in seconds of the recording become those of the trace, by their ends; what lies before it is none of its', () => {
  const at = 1_700_000_000;
  const gaps = [
    { cpu: 1, from: at + 2, to: at + 4 },
    { cpu: 0, from: -Infinity, to: at + 3 },
    { cpu: 0, from: at + 0.1, to: at + 0.5 },
  ];
  const placed = placeGaps(gaps, at, 1e9);
  expect(placed.map(({ cpu, fromNs, toNs }) => [cpu, fromNs, Math.round(toNs / 1e4)])).toEqual([
    [0, 0, 200_000],
    [1, 1e9, 300_000],
  ]);
  // A gap is over when the event behind it happens, whatever the seconds were rounded to.
  for (const { toNs } of placed) expect(toNs % 1e9).toBeGreaterThan(0);
});

describe('a gap between two calls of a thread', () => {
  const gaps = [
    { cpu: 0, fromNs: 100, toNs: 5_000 },
    { cpu: 1, fromNs: 10_000, toNs: 90_000 },
    { cpu: 0, fromNs: 200_000, toNs: 250_000 },
  ];

  it.each([
    // from, to, processor, torn
    [0, 6_000, 0, true],
    [0, 6_000, 1, false],
    [10_000, 90_000, 1, true],
    [50_000, 95_000, 1, false],
    [0, 80_000, 1, false],
    [100_000, 300_000, 0, true],
    [300_000, 400_000, 0, false],
  ])('is one if both lie around it: %d to %d ns on processor %d', (from, to, cpu, torn) => {
    expect(isTorn(gaps, from, to, cpu)).toBe(torn);
  });
});
