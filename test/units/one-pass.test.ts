import fc from 'fast-check';
import { expect, it } from 'vitest';
import { foldAppearances } from '../../src/units/appearance.js';
import { type FeatureTable, extractFeatures } from '../../src/units/features.js';
import { unitsWithFeatures } from '../../src/units/one-pass.js';
import { segment } from '../../src/units/segmentation.js';
import { waitTable } from '../../src/units/waits.js';
import { rowsByThread } from '../../src/trace/table.js';
import { traceFromText } from '../helpers/trace.js';

const CALLS = ['read:tcp', 'write:tcp', 'epoll_wait', 'futex#wait', 'futex#wake', 'close', 'getpid'];

const row = fc.record({
  thread: fc.integer({ min: 1, max: 5 }),
  call: fc.constantFrom(...CALLS),
  /** ms to the row before, and how long the call lasts. */
  later: fc.constantFrom(0, 0.01, 0.3, 2, 70),
  lasts: fc.constantFrom(0, 0.005, 0.2, 30),
});
const window = fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 400 }));
const sleeps = fc.option(fc.array(fc.tuple(fc.nat(4), fc.nat(800)), { maxLength: 20 }), { nil: null });

it('gives what going thread by thread gives', () => {
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 60 }), window, sleeps, (rows, [from, length], asleep) => {
      let ms = 0;
      const lines = rows.map(({ thread, call, later, lasts }) => {
        ms += later;
        return `${thread} ${(ms / 1000).toFixed(6)} ${call} +${lasts / 1000}`;
      });
      const trace = traceFromText(lines.join('\n'));
      const byThread = rowsByThread(trace);
      const input = {
        columns: trace.columns,
        rows: byThread,
        length: trace.length,
        waitTable: waitTable(trace.calls),
        sleeps: asleep === null ? null : sleepsOf(asleep, trace.threads.length),
      };
      const options = { fromNs: from * 1e6, toNs: (from + length) * 1e6, gapNs: 50e6, waitNs: 1e6 };
      const calls = trace.calls.length;
      const units = segment(input, 0, trace.threads.length, options);
      const features = extractFeatures({ ...input, calls }, units, 0, units.length, options.toNs);
      const found = unitsWithFeatures({ ...input, calls, threads: trace.threads.length }, options);
      expect(plain(found.units)).toEqual({
        ...{ length: units.length, thread: Array.from(units.thread) },
        first: Array.from(units.from, (from) => byThread.order[from]!),
        calls: Array.from(units.to, (to, u) => to - units.from[u]!),
      });
      expect(listed(found.features)).toEqual(listed(features));
      expect(found.appearances).toEqual(foldAppearances(features));
    }),
    { numRuns: 300 },
  );
});

/** Voluntary switches [thread, ms] of existing threads, by thread. */
function sleepsOf(events: readonly (readonly [number, number])[], threads: number) {
  const sorted = events.filter(([t]) => t < threads).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const offsets = Uint32Array.from({ length: threads + 1 }, (_, t) => sorted.filter((e) => e[0] < t).length);
  return { time: Float64Array.from(sorted, ([, ms]) => ms * 1e6), offsets };
}

/** Columns as lists: the kinds of memory differ. */
function plain(table: object) {
  return Object.fromEntries(
    Object.entries(table).map(([key, v]) => [
      key,
      ArrayBuffer.isView(v) ? Array.from(v as Uint32Array) : (v as number),
    ]),
  );
}

/** Entries by unit. */
function listed({ length, offsets, ends, entries }: FeatureTable) {
  return Array.from({ length }, (_, u) => Array.from(entries.subarray(2 * offsets[u]!, 2 * ends[u]!)));
}
