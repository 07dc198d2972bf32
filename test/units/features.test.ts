import { describe, expect, it } from 'vitest';
import type { FeatureTable } from '../../src/units/features.js';
import { onePassInput, unitsWithFeatures } from '../../src/units/one-pass.js';
import { timeCell } from '../../src/units/time-cells.js';
import type { Trace } from '../../src/trace/table.js';
import { traceFromText } from '../helpers/trace.js';
import { timeOf, typeOf } from '../helpers/units.js';

/** Each thread is one unit. */
function features(trace: Trace, toNs = Infinity): FeatureTable {
  return unitsWithFeatures(onePassInput(trace), { fromNs: 0, toNs, gapNs: Infinity, waitNs: Infinity }).features;
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

describe('features', () => {
  const trace = traceFromText(`
    1 0.0 read:tcp +0.001
    1 0.1 write:tcp +0.002
    1 0.2 read:tcp +0.003
    2 0.3 write:tcp +0.001
    2 0.4 futex#wait +?
    3 0.5 read:tcp +0.004
    3 0.6 write:tcp +0.004
    3 0.9 getpid +0.1`);
  it('count each type and keep the mean time', () => {
    expect(describeUnit(trace, features(trace), 0)).toEqual(['read x2 mean 2 ms', 'write x1 mean 2 ms']);
  });
  it('keep a call that never returned, with the time until the end', () => {
    expect(describeUnit(trace, features(trace), 1)).toEqual(['write x1 mean 1 ms', 'futex x1 mean 600 ms']);
  });
  it('do not look behind the end of the window', () => {
    expect(describeUnit(trace, features(trace, 0.5e9), 1)).toEqual(['write x1 mean 1 ms', 'futex x1 mean 100 ms']);
  });
  it('have no times where none were recorded', () => {
    const columns = { ...trace.columns, duration: new Float64Array(trace.length).fill(NaN) };
    const f = features({ ...trace, columns });
    expect([f.entries[1], f.entries[3], timeOf(f.entries[0]!), timeOf(f.entries[2]!)]).toEqual([2, 1, 0, 0]);
  });
});
