import fc from 'fast-check';
import { expect, it } from 'vitest';
import { joinAppearances } from '../../src/units/appearance.js';
import { type FeatureTable, joinFeatures } from '../../src/units/features.js';
import { type OnePassInput, onePassInput, unitsWithFeatures } from '../../src/units/one-pass.js';
import type { SegmentationOptions } from '../../src/units/segmentation.js';
import { joinUnits, unitTable } from '../../src/units/unit-table.js';
import { type Trace, rowsByThread } from '../../src/trace/table.js';
import { traceFromText } from '../helpers/trace.js';
import { appearancesOf, featuresByUnit, unitsByThread } from '../helpers/units.js';

const CALLS = ['read:tcp', 'write:tcp', 'epoll_wait', 'futex#wait', 'futex#wake', 'close', 'getpid'];

const row = fc.record({
  thread: fc.integer({ min: 1, max: 5 }),
  call: fc.constantFrom(...CALLS),
  /** ms to the row before, and how long the call lasts. */
  later: fc.constantFrom(0, 0.01, 0.3, 2, 70),
  lasts: fc.constantFrom(0, 0.005, 0.2, 30),
});
const rowList = fc.array(row, { minLength: 1, maxLength: 60 });
const window = fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 400 }));
const sleeps = fc.option(fc.array(fc.tuple(fc.nat(4), fc.nat(800)), { maxLength: 20 }), { nil: null });

it('gives what going thread by thread gives', () => {
  fc.assert(
    fc.property(rowList, window, sleeps, fc.nat(5), (rows, [from, length], asleep, middle) => {
      let ms = 0;
      const lines = rows.map(({ thread, call, later, lasts }) => {
        ms += later;
        return `${thread} ${(ms / 1000).toFixed(6)} ${call} +${lasts / 1000}`;
      });
      const trace = traceFromText(lines.join('\n'));
      const threads = trace.threads.length;
      const input = { ...onePassInput(trace), sleeps: asleep === null ? null : sleepsOf(asleep, threads) };
      const options = { fromNs: from * 1e6, toNs: (from + length) * 1e6, gapNs: 50e6, waitNs: 1e6 };
      compare(input, options);
      compareParts(trace, input, options, middle % (threads + 1));
    }),
    { numRuns: 300 },
  );
});

it('does so too where rows are many, threads share room, and units have many types', () => {
  const [length, threads, calls] = [30_000, 700, 1500];
  const columns = {
    ...{ start: new Float64Array(length), duration: new Float64Array(length), thread: new Uint32Array(length) },
    ...{ call: new Uint16Array(length), kind: new Uint8Array(length), variant: new Uint8Array(length) },
  };
  let state = 1;
  const random = (below: number) => (state = (state * 48271) % 2147483647) % below;
  for (let i = 0; i < length; i++) {
    columns.start[i] = i * 1000;
    columns.duration[i] = random(50) === 0 ? NaN : random(200);
    // Some threads do most, and threads end all along.
    columns.thread[i] = random(3) === 0 ? random(3) : Math.min(threads - 1, 3 + Math.floor(i / 50) + random(20));
    columns.call[i] = random(random(calls) + 1);
  }
  const natures = new Uint8Array(calls).fill(1, 0, 20);
  const input = { columns, length, waitTable: natures, sleeps: null, calls, threads };
  for (const waitNs of [150, 1e9]) {
    compare(input, { fromNs: 0, toNs: length * 1000, gapNs: 2e6, waitNs });
    compare(input, { fromNs: 5e6, toNs: 25e6 + 50, gapNs: 2e6, waitNs });
  }
});

function compare(input: OnePassInput, options: SegmentationOptions): void {
  const units = unitsByThread(input, options);
  const features = featuresByUnit(input, units, options.toNs);
  const found = unitsWithFeatures({ ...input, longerThan }, options);
  expect(text(found.units)).toBe(
    text({ length: units.length, first: units.map((rows) => rows[0]), calls: units.map((rows) => rows.length) }),
  );
  expect(text(listed(found.features))).toBe(text(listed(features)));
  expect(text(found.appearances)).toBe(text(appearancesOf(features)));
  const { of, bits, words, units: counts } = found.appearances;
  const has = (vector: number, call: number) => ((bits[vector * words + (call >> 5)]! >>> (call & 31)) & 1) === 1;
  const calls = Array.from({ length: input.calls }, (_, call) => call);
  const ofVector = Array.from({ length: counts.length }, (_, v) => calls.filter((call) => has(v, call)).join());
  const ofRows = (rows: readonly number[]) => [...new Set(rows.map((row) => input.columns.call[row]!))];
  const ofUnits = units.map((rows) =>
    ofRows(rows)
      .sort((a, b) => a - b)
      .join(),
  );
  expect([...of].map((vector) => ofVector[vector])).toEqual(ofUnits);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(units.length);
  expect({ long: found.longRows, last: found.lastRow }).toEqual(longRows(input, options.toNs));
}

/** The threads below `middle` and the others apart, and joined. */
function compareParts(trace: Trace, input: OnePassInput, options: SegmentationOptions, middle: number): void {
  const rows = rowsByThread(trace);
  const parts = [
    { from: 0, to: middle },
    { from: middle, to: input.threads },
  ].map((only) => unitsWithFeatures({ ...input, only }, options));
  const units = joinUnits(parts.map((part) => unitTable(part.units, input.columns.thread, rows)));
  const expected = unitsByThread(input, options);
  const joined = Array.from(units.from, (from, u) => [...rows.order.subarray(from, units.to[u])]);
  expect(joined).toEqual(expected);
  expect([...units.thread]).toEqual(expected.map(([first]) => input.columns.thread[first!]));
  const features = featuresByUnit(input, expected, options.toNs);
  expect(listed(joinFeatures(parts.map((part) => part.features)))).toEqual(listed(features));
  const appearances = joinAppearances(
    parts.map((part) => part.appearances),
    input.calls,
  );
  expect(text(appearances)).toBe(text(appearancesOf(features)));
}

const longerThan = { callNs: 1e6, gapNs: 20e6 };

function longRows({ columns: { start, duration, thread }, length, threads }: OnePassInput, toNs: number) {
  const last = new Int32Array(threads).fill(-1);
  const long = [];
  for (let row = 0; row < length && start[row]! < toNs; row++) {
    const before = last[thread[row]!]!;
    const ended = before < 0 ? 0 : start[before]! + duration[before]!;
    if (duration[row]! > longerThan.callNs || start[row]! - ended > longerThan.gapNs) long.push({ row, before });
    last[thread[row]!] = row;
  }
  return { long, last };
}

/** Voluntary switches [thread, ms] of existing threads, by thread. */
function sleepsOf(events: readonly (readonly [number, number])[], threads: number) {
  const sorted = events.filter(([t]) => t < threads).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const offsets = Uint32Array.from({ length: threads + 1 }, (_, t) => sorted.filter((e) => e[0] < t).length);
  return { time: Float64Array.from(sorted, ([, ms]) => ms * 1e6), offsets };
}

/** Columns as lists: kinds of memory differ, and to compare long columns as such takes seconds. */
function text(table: object): string {
  return JSON.stringify(table, (_, value: unknown) =>
    ArrayBuffer.isView(value) ? Array.from(value as Uint32Array) : value,
  );
}

/** Entries by unit. */
function listed({ length, offsets, ends, entries }: FeatureTable) {
  return Array.from({ length }, (_, u) => Array.from(entries.subarray(2 * offsets[u]!, 2 * ends[u]!)));
}
