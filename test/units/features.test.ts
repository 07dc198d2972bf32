import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldAppearances } from '../../src/units/appearance.js';
import {
  type FeatureTable,
  extractFeatures,
  firstWord,
  joinFeatures,
  timeOf,
  typeOf,
} from '../../src/units/features.js';
import { timeCell } from '../../src/units/time-cells.js';
import { type Trace, rowsByThread } from '../../src/trace/table.js';
import { type UnitTable, allocateUnits } from '../../src/units/unit-table.js';
import { traceFromText } from '../helpers/trace.js';

/** One unit a thread. */
function unitPerThread(trace: Trace): { units: UnitTable; input: Parameters<typeof extractFeatures>[0] } {
  const rows = rowsByThread(trace);
  const units = allocateUnits(trace.threads.length);
  for (let t = 0; t < trace.threads.length; t++) {
    units.thread[t] = t;
    units.from[t] = rows.offsets[t]!;
    units.to[t] = rows.offsets[t + 1]!;
  }
  return { units, input: { columns: trace.columns, rows, calls: trace.calls.length } };
}

function describeUnit(trace: Trace, f: FeatureTable, u: number): string[] {
  const lines: string[] = [];
  for (let e = f.offsets[u]!; e < f.ends[u]!; e++) {
    const [first, count] = f.entries.subarray(2 * e);
    const mean = [1, 2, 100, 600].find((ms) => timeCell(ms * 1e6) === timeOf(first!));
    lines.push(`${trace.calls[typeOf(first!)]!} x${count!} mean ${mean!} ms`);
  }
  return lines;
}

const trace = traceFromText(`
  1 0.0 read:tcp +0.001
  1 0.1 write:tcp +0.002
  1 0.2 read:tcp +0.003
  2 0.3 write:tcp +0.001
  2 0.4 futex#wait +?
  3 0.5 read:tcp +0.004
  3 0.6 write:tcp +0.004
  3 0.9 getpid +0.1`);

describe('features', () => {
  const { units, input } = unitPerThread(trace);
  const features = extractFeatures(input, units, 0, 3, Infinity);
  it('counts each type and keeps the mean time', () => {
    expect(describeUnit(trace, features, 0)).toEqual(['read x2 mean 2 ms', 'write x1 mean 2 ms']);
  });
  it('keeps a call that never returned, with the time until the end', () => {
    expect(describeUnit(trace, features, 1)).toEqual(['write x1 mean 1 ms', 'futex x1 mean 600 ms']);
  });
  it('does not look behind the end of the window', () => {
    const early = extractFeatures(input, units, 1, 2, 0.5e9);
    expect(describeUnit(trace, early, 0)).toEqual(['write x1 mean 1 ms', 'futex x1 mean 100 ms']);
  });
  it('are the same however the units are cut into tasks', () => {
    const parts = [[0, 1], [1, 3]].map(([a, b]) => extractFeatures(input, units, a!, b!, Infinity)); // prettier-ignore
    expect(joinFeatures(parts, trace.calls.length)).toEqual(features);
  });
  it('have no times where none were recorded', () => {
    const columns = { ...trace.columns, duration: new Float64Array(trace.length).fill(NaN) };
    const f = extractFeatures({ ...input, columns }, units, 0, 1, Infinity);
    expect([f.entries[1], f.entries[3], timeOf(f.entries[0]!), timeOf(f.entries[2]!)]).toEqual([2, 1, 0, 0]);
  });
});

describe('appearance vectors', () => {
  it('are folded exactly when they have the same call types', () => {
    const lists = fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 69 }), { maxLength: 4 }), { maxLength: 60 });
    fc.assert(
      fc.property(lists, (raw) => {
        const units = raw.map((list) => [...list].sort((a, b) => a - b));
        const entries = units.flat();
        const offsets = new Uint32Array(units.length + 1);
        units.forEach((list, u) => (offsets[u + 1] = offsets[u]! + list.length));
        const folded = foldAppearances({
          ...{ length: units.length, calls: 70, offsets, ends: offsets.subarray(1) },
          entries: Uint32Array.from(entries.flatMap((type, e) => [firstWord(type, 1, 10 ** (e % 9)), 1])),
        });
        const names = units.map((list) => list.join(' '));
        const distinct = [...new Set(names)];
        expect([...folded.of].map((v) => distinct[v])).toEqual(names);
        expect([...folded.units]).toEqual(distinct.map((d) => names.filter((n) => n === d).length));
        distinct.forEach((name, v) => {
          const bits = Array.from({ length: 70 }, (_, c) => c).filter(
            (c) => (folded.bits[v * folded.words + (c >> 5)]! >>> (c & 31)) & 1,
          );
          expect(bits.join(' ')).toBe(name);
        });
      }),
    );
  });
  it('are folded when there are more than a small table holds', () => {
    const n = 3000;
    const features: FeatureTable = {
      ...{ length: 2 * n, calls: n, offsets: Uint32Array.from({ length: 2 * n }, (_, i) => i) },
      ends: Uint32Array.from({ length: 2 * n }, (_, i) => i + 1),
      entries: Uint32Array.from({ length: 4 * n }, (_, w) => (w % 2 === 0 ? (w / 2) % n : 1)),
    };
    const folded = foldAppearances(features);
    expect(folded.length).toBe(n);
    expect(folded.units.every((u) => u === 2)).toBe(true);
  });
});
